//! The page of all files of a version with their licences: by folder, declared and said side by side.

use std::collections::BTreeMap;

use serde::Serialize;

use super::licences::{FileLicence, VersionLicences};
use super::listed::Listed;
use super::{CopyrightView, Links, agreement, anchor_of};
use crate::html;
use crate::model::{Entry, SourcePackage, folder_of};
use crate::site::SiteError;
use crate::site::sources::{Crumb, SourcesSite};
use crate::site::urls::Address;

/// The most files that one page lists; of larger versions it has the folders, and the files that do not agree.
const MOST_FILES: usize = 20_000;

/// The most licences that a folder names.
const MOST_NAMED: usize = 4;

/// A folder with files in it, and those files.
#[derive(Serialize)]
struct FolderRow {
    folder: Crumb,
    files: String,
    /// The licences declared for its files.
    licences: Listed<CountRow>,
    rows: Vec<FileRow>,
}

#[derive(Serialize)]
struct CountRow {
    name: String,
    files: String,
}

#[derive(Serialize)]
struct FileRow {
    file: Crumb,
    declared: String,
    /// The paragraph that declares it; empty when none does.
    paragraph: String,
    says: String,
    agreement: &'static str,
}

impl SourcesSite {
    /// All files of a version with their licences.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn copyright_files(&self, view: &CopyrightView<'_>) -> Result<Vec<u8>, SiteError> {
        let SourcePackage { name, version, .. } = view.package;
        let here = Address::CopyrightFiles(name, version);
        let links = Links { site: self, package: view.package, tree: view.tree, place: None, here };
        let licences = &view.licences;
        let is_whole = licences.files.len() <= MOST_FILES;
        let mut folders: BTreeMap<&[u8], Vec<&FileLicence<'_>>> = BTreeMap::new();
        for file in licences.files {
            folders.entry(folder_of(file.entry.path.as_bytes())).or_default().push(file);
        }
        let rows = folders.into_iter().map(|(folder, files)| folder_row(licences, &links, folder, &files, is_whole));
        let mut context = self.context(&here);
        self.insert_package(view.package, &here, &mut context);
        let version_page = self.link(&here, &Address::CopyrightVersion(name, version));
        context.insert("folders", &[Crumb { name: "Licences".to_owned(), link: version_page.clone() }]);
        context.insert("current", "Files");
        context.insert("page", &version_page);
        context.insert("groups", &rows.collect::<Vec<_>>());
        context.insert("total", &html::counted(licences.files.len() as u64, "file"));
        context.insert("is_whole", &is_whole);
        context.insert("document", &self.link(&here, &Address::CopyrightDocument(name, version)));
        self.encoded("copyright-files.html", &context)
    }
}

fn folder_row(
    licences: &VersionLicences<'_>,
    links: &Links<'_>,
    folder: &[u8],
    files: &[&FileLicence<'_>],
    is_whole: bool,
) -> FolderRow {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for file in files {
        *counts.entry(agreement::declared(licences, file)).or_default() += 1;
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let named = |(name, files): (String, u64)| CountRow {
        name: if name.is_empty() { "none declared".to_owned() } else { name },
        files: html::grouped(files),
    };
    let listed = files.iter().filter(|file| is_whole || file.is_conflicting());
    FolderRow {
        folder: links.folder(folder),
        files: html::counted(files.len() as u64, "file"),
        licences: Listed::new(counts, MOST_NAMED, named),
        rows: listed.map(|file| file_row(licences, links, file)).collect(),
    }
}

fn file_row(licences: &VersionLicences<'_>, links: &Links<'_>, file: &FileLicence<'_>) -> FileRow {
    let Entry { path, .. } = file.entry;
    let Crumb { link, .. } = links.file(file.entry);
    let name = path.as_bytes().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    FileRow {
        file: Crumb { name: html::display_name(name), link },
        declared: agreement::declared(licences, file),
        paragraph: file.paragraph.map(anchor_of).unwrap_or_default(),
        says: agreement::said(file),
        agreement: agreement::name_of(file.comparison),
    }
}
