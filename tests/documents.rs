//! Bills of materials are what the validators of SPDX and CycloneDX accept, for every package of the made-up archive and
//! for real ones.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod site;
#[path = "common/tools.rs"]
mod tools;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use debpress::site::urls::BomFormat;
use serde_json::Value;
use site::{Site, tree};
use tools::required;

/// Versions that the documents were written against.
const TOOLS: [&str; 2] = ["spdx-tools==0.8.5", "cyclonedx-python-lib[validation]==11.12.0"];

/// How many real packages are looked at: the smallest ones, as the validators take time with the square of the files.
const REAL: usize = 10;

/// A Python that has the validators.
fn python() -> Option<PathBuf> {
    let check = "from importlib.metadata import version as v; \
                 assert (v('spdx-tools'), v('cyclonedx-python-lib')) == ('0.8.5', '11.12.0')";
    tools::python("bills", &TOOLS, check)
}

/// The documents of a site that is published plain.
fn documents(site: &Site) -> Vec<PathBuf> {
    let folder = site.public().join("info/bom");
    tree(&folder).into_keys().map(|path| folder.join(path)).filter(|path| path.is_file()).collect()
}

/// Runs the validators; gives how many documents they saw.
#[track_caller]
fn assert_valid(python: &Path, documents: &[PathBuf]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/validate.py");
    let mut command = Command::new(python);
    let mut child = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let paths: String = documents.iter().map(|path| format!("{}\n", path.display())).collect();
    child.stdin.take().unwrap().write_all(paths.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["documents"], documents.len());
    assert_eq!(told["wrong"], Value::Array(Vec::new()));
}

#[test]
fn all_documents_of_the_made_up_archive_are_valid() {
    let Some(python) = required("Python with spdx-tools and cyclonedx-python-lib", python()) else { return };
    let mut site = Site::new();
    site.set("[output]\nencoding = \"plain\"\n");
    for (name, version) in site.archive.known() {
        site.archive.add("one", "main", &name, &version);
    }
    site.archive.write();
    assert!(matches!(site.rebuild().0.status.code(), Some(0 | 3)));
    let documents = documents(&site);
    assert!(documents.len() > 3 * 50, "{}", documents.len());
    assert_valid(&python, &documents);
    let hello = site.public().join("info/bom/copyright-files/1.0-1.spdx.json");
    let told = Command::new(python.with_file_name("pyspdxtools")).arg("-i").arg(hello).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
}

#[test]
fn bills_of_local_files_are_valid() {
    let Some(python) = required("Python with spdx-tools and cyclonedx-python-lib", python()) else { return };
    let mut site = Site::new();
    for (name, version) in [("copyright-files", "1.0-1"), ("copyright-expressions", "1.0"), ("lib", "1.0-1")] {
        site.archive.add("one", "main", name, version);
    }
    site.build().succeeds();
    let unknown = std::env::current_exe().unwrap();
    let mut bills = Vec::new();
    for (format, ending) in [("spdx", "spdx.json"), ("cyclonedx", "cdx.json")] {
        for policy in ["best", "first", "all"] {
            let arguments = ["bom", "public/data", unknown.to_str().unwrap(), "--format", format, "--match", policy];
            let path = site.path().join(format!("{policy}.{ending}"));
            site::write(&path, site.run(&arguments).succeeds().stdout().as_bytes());
            bills.push(path);
        }
    }
    assert_valid(&python, &bills);
}

#[test]
fn documents_of_real_packages_are_valid() {
    let Some(mirror) = std::env::var_os("DEBPRESS_MIRROR") else {
        eprintln!("SKIPPED, as DEBPRESS_MIRROR names no archive of real packages");
        return;
    };
    let Some(python) = required("Python with spdx-tools and cyclonedx-python-lib", python()) else { return };
    let site = Site::new();
    site.write_settings(&format!(
        "[[archive]]\nname = \"debian\"\nurl = \"{}\"\ntrusted = true\n[output]\nencoding = \"plain\"\n[symbols]\nenabled = false\n",
        Path::new(&mirror).display()
    ));
    let names = smallest(Path::new(&mirror));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    site.run(&[&["build", "--quiet", "--only"], &names[..]].concat()).succeeds();
    let documents = documents(&site);
    assert!(documents.len() >= 3 * REAL, "{}", documents.len());
    assert_valid(&python, &documents);
}

/// The names of the packages whose source files are smallest.
fn smallest(mirror: &Path) -> Vec<String> {
    let mut sizes = std::collections::BTreeMap::<String, u64>::new();
    for entry in walkdir::WalkDir::new(mirror.join("pool")).into_iter().map(Result::unwrap) {
        let name = entry.file_name().to_str().unwrap();
        if let Some((package, _)) = name.split_once('_').filter(|_| entry.file_type().is_file()) {
            *sizes.entry(package.to_owned()).or_default() += entry.metadata().unwrap().len();
        }
    }
    let mut names: Vec<String> = sizes.keys().cloned().collect();
    names.sort_by_key(|name| sizes[name]);
    names.truncate(REAL);
    names
}

fn read(site: &Site, path: &str) -> String {
    std::fs::read_to_string(site.public().join(path)).unwrap()
}

#[test]
fn documents_tell_of_what_is_shown_and_come_and_go_with_it() {
    let mut site = Site::new();
    let rule = "[[exclude]]\npackage = \"copyright-files\"\nfiles = [\"debian/rules\"]\nreason = \"asked\"\n";
    site.archive.add("one", "main", "copyright-files", "1.0-1");
    site.archive.add("one", "main", "copyright-link", "1.0");
    site.set("[output]\nencoding = \"plain\"\n");
    site.build().succeeds();
    let whole = BomFormat::ALL.map(|format| read(&site, &path_of("copyright-files", "1.0-1", format)));
    assert!(whole.iter().all(|document| document.contains("debian/rules") && !document.contains("are left out here")));
    let page = read(&site, "copyright/license/copyright-files/1.0-1/index.html");
    assert!(
        page.contains("<a href=\"../../../../info/bom/copyright-files/1.0-1.spdx.json\">SPDX (JSON)</a>"),
        "{page}"
    );
    site.set(&format!("[output]\nencoding = \"plain\"\n{rule}"));
    site.build().succeeds();
    for format in BomFormat::ALL {
        let document = read(&site, &path_of("copyright-files", "1.0-1", format));
        assert!(!document.contains("debian/rules") && document.contains("are left out here"), "{document}");
    }
    site.assert_equals_scratch();
    site.archive.remove("one", "copyright-link", "1.0");
    site.set(rule);
    site.build().succeeds();
    assert!(!site.public().join("info/bom/copyright-link").exists());
    assert_eq!(std::fs::read_dir(site.public().join("info/bom/copyright-files")).unwrap().count(), 3);
    site.assert_equals_scratch();
}

fn path_of(package: &str, version: &str, format: BomFormat) -> String {
    format!("info/bom/{package}/{version}.{}", format.extension())
}
