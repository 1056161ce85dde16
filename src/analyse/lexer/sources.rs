//! The definitions that are compiled in: name and text, sorted by name.

/// Builds the table from names of files in `languages/`.
macro_rules! sources {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("languages/", $name, ".toml")))),*]
    };
}

/// Every language.
pub(super) static SOURCES: &[(&str, &str)] = sources! {
    "c"
    "cpp"
    "debian-changelog"
    "diff"
    "javascript"
    "perl"
    "python"
    "shell"
};
