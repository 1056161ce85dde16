//! The paragraphs of a machine-readable `debian/copyright`, in their order.

use serde::Serialize;
use tera::Context;

use super::text::{Piece, common_licenses, pieces};
use super::{Links, anchor_of};
use crate::html;
use crate::model::{
    CopyrightFacts, DeclaredLicense, EntryKind, EntryPath, Field, FilesParagraph, Glob, GlobUse, LicenseParagraph,
    Paragraph, SourcePackage, folder_of,
};
use crate::site::sources::Crumb;
use crate::site::urls::Address;

/// How much one page shows; the page of the file has all.
pub(super) struct PageLimits {
    paragraphs: usize,
    globs: usize,
}

impl Default for PageLimits {
    fn default() -> Self {
        Self { paragraphs: 2_000, globs: 20_000 }
    }
}

/// Makes the paragraphs' rows for the template.
pub(super) struct Paragraphs<'a> {
    pub(super) facts: &'a CopyrightFacts,
    pub(super) links: Links<'a>,
    pub(super) limits: PageLimits,
}

/// A paragraph of any kind.
#[derive(Serialize)]
struct ParagraphRow {
    /// Its id; empty when nothing leads to it.
    anchor: String,
    line: Option<Crumb>,
    globs: Vec<GlobRow>,
    globs_left: usize,
    /// How many files it covers; empty when it covers none by its nature.
    files: String,
    licence: Option<LicenceRow>,
    fields: Vec<FieldRow>,
}

#[derive(Serialize)]
struct GlobRow {
    written: String,
    link: Option<String>,
    files: String,
    /// What else there is to know of these files.
    remark: Option<String>,
}

#[derive(Serialize)]
struct LicenceRow {
    synopsis: String,
    /// The SPDX expression, when it is not the synopsis.
    spdx: Option<String>,
    /// The stand-alone paragraphs that have its texts, or the Files paragraphs that use it.
    links: Vec<Crumb>,
    /// Which of these they are.
    relation: &'static str,
    text: Vec<Piece>,
    common: Vec<Piece>,
}

#[derive(Serialize)]
struct FieldRow {
    name: String,
    text: Vec<Piece>,
    common: Vec<Piece>,
}

#[derive(Serialize)]
struct CommentRow {
    line: Option<Crumb>,
    text: String,
}

impl Paragraphs<'_> {
    /// Gives the template `header`, `files`, `texts`, `others` and `comments`, and `left`: how many paragraphs are left
    /// out.
    pub(super) fn insert(mut self, context: &mut Context) {
        let file = &self.facts.file;
        let header = file.header.as_ref().map(|header| self.row(&header.paragraph, header.license.as_ref()));
        context.insert("header", &header);
        let most = self.limits.paragraphs;
        let files: Vec<_> = file.files.iter().enumerate().take(most).map(|(at, it)| self.files_row(at, it)).collect();
        let texts: Vec<_> = file.licenses.iter().enumerate().take(most).map(|(at, it)| self.text_row(at, it)).collect();
        let others: Vec<_> = file.others.iter().take(most).map(|it| self.row(it, None)).collect();
        let all = file.files.len() + file.licenses.len() + file.others.len();
        let left = all - files.len() - texts.len() - others.len();
        let comment = |comment: &crate::model::CommentLine| CommentRow {
            line: self.links.line(comment.line),
            text: html::display_text(&comment.text),
        };
        context.insert("comments", &file.comments.iter().take(most).map(comment).collect::<Vec<_>>());
        context.insert("files", &files);
        context.insert("texts", &texts);
        context.insert("others", &others);
        context.insert("left", &(left > 0).then(|| html::counted(left as u64, "further paragraph")));
    }

    fn files_row(&mut self, position: usize, files: &FilesParagraph) -> ParagraphRow {
        let number = u32::try_from(position).unwrap_or(u32::MAX);
        let unknown = Vec::new();
        let uses = self.facts.globs.get(position).unwrap_or(&unknown);
        let shown = files.globs.len().min(self.limits.globs);
        self.limits.globs -= shown;
        let globs = files.globs.iter().enumerate().take(shown);
        let globs = globs.map(|(at, glob)| self.glob_row(glob, uses.get(at).copied().unwrap_or_default())).collect();
        let mut row = self.row(&files.paragraph, files.license.as_ref());
        if let Some(licence) = &mut row.licence {
            let texts = (0_u32..).zip(&self.facts.file.licenses).filter(|(_, text)| text.used_by.contains(&number));
            licence.links = texts
                .map(|(at, text)| Crumb { name: name_of(&text.license), link: format!("#license-{at}") })
                .collect();
        }
        let covered = html::counted(u64::from(self.facts.files_of(position)), "file");
        ParagraphRow { anchor: anchor_of(number), globs, globs_left: files.globs.len() - shown, files: covered, ..row }
    }

    fn text_row(&self, position: usize, text: &LicenseParagraph) -> ParagraphRow {
        let mut row = self.row(&text.paragraph, Some(&text.license));
        if let Some(licence) = &mut row.licence {
            let user = |at: &u32| {
                let globs = &self.facts.file.files.get(*at as usize)?.globs;
                let name =
                    globs.first().map_or_else(|| "…".to_owned(), |glob| html::display_name(glob.written.as_bytes()));
                let name = if globs.len() > 1 { format!("{name} …") } else { name };
                Some(Crumb { name, link: format!("#{}", anchor_of(*at)) })
            };
            licence.relation = "of";
            licence.links = text.used_by.iter().take(self.limits.paragraphs).filter_map(user).collect();
        }
        ParagraphRow { anchor: format!("license-{position}"), ..row }
    }

    /// What all paragraphs have: the licence, and all other fields as texts.
    fn row(&self, paragraph: &Paragraph, license: Option<&DeclaredLicense>) -> ParagraphRow {
        let is_special = |field: &Field| {
            field.name.eq_ignore_ascii_case("Files") || license.is_some() && field.name.eq_ignore_ascii_case("License")
        };
        let fields = paragraph.fields.iter().filter(|field| !is_special(field));
        let fields = fields.map(|field| {
            let text = field.whole_text();
            FieldRow {
                name: html::display_name(field.name.as_bytes()),
                common: common_licenses(&text),
                text: pieces(&text),
            }
        });
        let text = paragraph.field("License").map(Field::text).unwrap_or_default();
        let licence = license.map(|license| LicenceRow {
            synopsis: name_of(license),
            spdx: (license.spdx != license.synopsis && !license.spdx.is_empty())
                .then(|| html::display_name(license.spdx.as_bytes())),
            links: Vec::new(),
            relation: "text:",
            common: common_licenses(&text),
            text: pieces(text.trim_matches('\n')),
        });
        ParagraphRow {
            anchor: String::new(),
            line: self.links.line(paragraph.line),
            globs: Vec::new(),
            globs_left: 0,
            files: String::new(),
            licence,
            fields: fields.collect(),
        }
    }

    fn glob_row(&self, glob: &Glob, used: GlobUse) -> GlobRow {
        let remark = (used.decides < used.matches)
            .then(|| format!("{} under a later pattern", html::grouped(u64::from(used.matches - used.decides))));
        GlobRow {
            written: html::display_name(glob.written.as_bytes()),
            link: self.glob_link(glob),
            files: html::counted(u64::from(used.matches), "file"),
            remark: remark.filter(|_| used.matches > 0),
        }
    }

    /// The link to the file that a pattern names, or to the folder in which all that it matches is.
    fn glob_link(&self, glob: &Glob) -> Option<String> {
        let SourcePackage { name, version, .. } = self.links.package;
        let pattern = glob.pattern.as_str();
        let fixed = pattern.find(['*', '?', '\\']).map_or(pattern, |wildcard| &pattern[..wildcard]);
        let path = if glob.is_path() { fixed.as_bytes() } else { folder_of(fixed.as_bytes()) };
        if path.is_empty() {
            return (!glob.is_path()).then(|| self.links.to(&Address::Version(name, version)));
        }
        let entry = self.links.tree.entry(path)?;
        let path: &EntryPath = &entry.path;
        Some(match entry.kind {
            EntryKind::Directory => self.links.to(&Address::Folder(name, version, path)),
            EntryKind::File { .. } | EntryKind::Symlink { .. } => self.links.to(&Address::File(name, version, path)),
        })
    }
}

fn name_of(license: &DeclaredLicense) -> String {
    match license.synopsis.as_str() {
        "" => "not named".to_owned(),
        synopsis => html::display_name(synopsis.as_bytes()),
    }
}
