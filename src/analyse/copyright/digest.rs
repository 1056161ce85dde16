//! What a version adds to the count of an archive's licences.

use std::collections::BTreeMap;

use super::found::compare::identifiers;
use super::found::declared_holders;
use super::wording;
use crate::model::{CopyrightFacts, LicenceDigest, Sha256};

/// The digest of what is known of a version.
pub fn digest(facts: &CopyrightFacts) -> LicenceDigest {
    let mut licences: BTreeMap<String, u32> = BTreeMap::new();
    for run in &facts.runs {
        let paragraph = run.paragraph.and_then(|paragraph| facts.file.files.get(paragraph as usize));
        let named = paragraph.and_then(|paragraph| paragraph.license.as_ref()).map(identifiers).unwrap_or_default();
        named.into_iter().for_each(|licence| *licences.entry(licence).or_default() += run.files);
    }
    let mut findings: BTreeMap<String, u32> = BTreeMap::new();
    for finding in facts.file.findings.iter().chain(&facts.tree_findings) {
        *findings.entry(finding.rule.clone()).or_default() += 1;
    }
    let texts = wording::texts(&facts.file).map(|text| (text.licence.to_owned(), text.wording));
    let owned = |(name, files): (&str, u32)| (name.to_owned(), files);
    LicenceDigest {
        form: (&facts.file.format).into(),
        main: facts.main_licence(),
        expressions: facts.files_by_expression().into_iter().map(owned).collect(),
        licences: licences.into_iter().collect(),
        findings: findings.into_iter().collect(),
        holders: holders(facts),
        texts: texts.collect::<BTreeMap<String, Sha256>>().into_iter().collect(),
    }
}

/// The holders that are declared, by name; spellings that differ in capitals alone are one.
fn holders(facts: &CopyrightFacts) -> Vec<(String, u32)> {
    let mut files = vec![0_u32; facts.file.files.len()];
    for run in &facts.runs {
        if let Some(files) = run.paragraph.and_then(|paragraph| files.get_mut(paragraph as usize)) {
            *files += run.files;
        }
    }
    let mut holders: BTreeMap<String, (String, u32)> = BTreeMap::new();
    for (paragraph, files) in facts.file.files.iter().zip(files).filter(|(_, files)| *files > 0) {
        let fields = paragraph.paragraph.fields.iter().filter(|field| field.name.eq_ignore_ascii_case("copyright"));
        let of_paragraph: BTreeMap<String, String> = fields
            .flat_map(|field| declared_holders(&field.value))
            .map(|holder| (holder.to_lowercase(), holder))
            .collect();
        for (key, holder) in of_paragraph {
            holders.entry(key).or_insert((holder, 0)).1 += files;
        }
    }
    holders.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::copyright::parse;
    use crate::model::ParagraphRun;

    #[test]
    fn a_file_counts_once_for_each_licence_of_its_expression() {
        let file = parse(
            b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: A\n\
              License: Expat or GPL-2+\n\nFiles: a\nCopyright: A\nLicense: Expat\n",
        );
        let runs = vec![
            ParagraphRun { files: 3, paragraph: Some(0) },
            ParagraphRun { files: 1, paragraph: Some(1) },
            ParagraphRun { files: 2, paragraph: None },
        ];
        let digest = digest(&CopyrightFacts { file, runs, ..CopyrightFacts::default() });
        assert_eq!(digest.licences, [("GPL-2.0-or-later".to_owned(), 3), ("MIT".to_owned(), 4)]);
        let expressions = digest.expressions.iter().map(|(name, files)| (name.as_str(), *files));
        assert_eq!(expressions.collect::<Vec<_>>(), [("MIT OR GPL-2.0-or-later", 3), ("", 2), ("MIT", 1)]);
        assert_eq!(digest.expressions.iter().map(|(_, files)| files).sum::<u32>(), 6);
        assert_eq!(digest.main.as_deref(), Some("MIT OR GPL-2.0-or-later"));
    }
}
