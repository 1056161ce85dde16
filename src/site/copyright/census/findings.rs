//! The rules that findings are by, and a page for each with the versions that have some.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{CensusView, Count};
use crate::html;
use crate::model::Rule;
use crate::site::SiteError;
use crate::site::findings::severity_name;
use crate::site::sources::{OutputFile, SourcesSite};
use crate::site::urls::Address;

#[derive(Serialize)]
struct RuleRow<'a> {
    severity: &'static str,
    title: &'a str,
    id: &'a str,
    link: String,
    packages: String,
    findings: String,
}

impl SourcesSite {
    pub(super) fn census_findings(&self, view: &CensusView<'_>, files: &mut Vec<OutputFile>) -> Result<(), SiteError> {
        let mut counts: BTreeMap<&str, Count<'_>> = BTreeMap::new();
        for version in view.versions {
            for (rule, findings) in &version.digest.findings {
                counts.entry(rule).or_default().add(version, *findings);
            }
        }
        let here = Address::Findings;
        let mut rules: Vec<&Rule> = view.rules.iter().filter(|rule| counts.contains_key(rule.id.as_str())).collect();
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.severity));
        let mut rows = Vec::with_capacity(rules.len());
        for rule in rules {
            let Some(count) = counts.get(rule.id.as_str()) else { continue };
            rows.push(RuleRow {
                severity: severity_name(rule.severity),
                title: &rule.title,
                id: &rule.id,
                link: self.link(&here, &Address::FindingsOfRule(&rule.id, 1)),
                packages: html::grouped(count.packages()),
                findings: html::grouped(count.total),
            });
            files.extend(self.rule_pages(rule, count)?);
        }
        let mut context = self.context(&here);
        context.insert("folders", &[self.census_crumb(&here, "Licences", &Address::Copyright)]);
        context.insert("current", "Findings");
        context.insert("rows", &rows);
        files.push((here.output_path(self.layout()), self.encoded("copyright-findings.html", &context)?));
        Ok(())
    }

    fn rule_pages(&self, rule: &Rule, count: &Count<'_>) -> Result<Vec<OutputFile>, SiteError> {
        self.pages_of_versions(
            "copyright-finding.html",
            count,
            |number| Address::FindingsOfRule(&rule.id, number),
            |context, here| {
                context.insert(
                    "folders",
                    &[
                        self.census_crumb(here, "Licences", &Address::Copyright),
                        self.census_crumb(here, "Findings", &Address::Findings),
                    ],
                );
                context.insert("current", &rule.title);
                context.insert("rule", rule);
                context.insert("severity", severity_name(rule.severity));
            },
        )
    }
}
