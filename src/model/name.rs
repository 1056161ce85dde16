//! Names that an archive gives: of packages, versions, suites, areas and files.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ModelError;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $error:ident, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and takes over `text`.
            ///
            /// # Errors
            /// When `text` is not such a name; the message says what one looks like.
            pub fn new(text: &str) -> Result<Self, ModelError> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) {
                    Ok(Self(Arc::from(text)))
                } else {
                    Err(ModelError::$error(text.chars().take(200).collect()))
                }
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = ModelError;

            fn from_str(text: &str) -> Result<Self, ModelError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = ModelError;

            fn try_from(text: String) -> Result<Self, ModelError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }
    };
}

macro_rules! ordered_as_text {
    ($($name:ident),*) => { $(
        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                self.0.cmp(&other.0)
            }
        }
    )* };
}

name! {
    /// The name of a source package (Debian Policy 5.6.1), at most 200 bytes. Capitals are allowed, as
    /// old archives have them. Safe as one path component.
    PackageName, PackageName, |text| {
        text.len() <= 200
            && text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    }
}
name! {
    /// A Debian version string (Policy 5.6.12), at most 200 bytes, ordered by Debian's rules. Safe as
    /// one path component: it begins with a letter or digit and has no slash.
    DebianVersion, Version, |text| {
        text.len() <= 200
            && text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.:~".contains(&b))
            && text.split_once(':').is_none_or(|(epoch, rest)| {
                epoch.bytes().all(|b| b.is_ascii_digit()) && epoch.len() <= 9
                    && rest.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
            })
    }
}
name! {
    /// A suite: the real folder below `dists`, such as `bookworm` or `buster/updates`.
    SuiteName, Suite, |text| {
        text.len() <= 200 && !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_graphic() && !b"\\\"<>&'%?#".contains(&b))
            && text.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
    }
}
name! {
    /// An area of an archive (Debian's "component"): `main`, `non-free`, … — the last part of the
    /// index's path, so `updates/main` is `main`. Safe as one path component.
    Area, Area, |text| {
        text.len() <= 100
            && text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-._".contains(&b))
    }
}
name! {
    /// The name of one file of a source package in the pool: one component of printable ASCII, not
    /// beginning with a dot.
    FileName, FileName, |text| {
        text.len() <= 255 && !text.is_empty() && !text.starts_with('.')
            && text.bytes().all(|b| b.is_ascii_graphic() && b != b'/' && b != b'\\')
    }
}
ordered_as_text!(PackageName, SuiteName, Area, FileName);

impl PackageName {
    /// The pool prefix: the first letter, or four letters of a name that begins with `lib`, in lower
    /// case (`libFoo` → `libf`, `WMRack` → `w`). A package called `lib` alone has the prefix `lib`.
    pub fn pool_prefix(&self) -> String {
        let length = if self.0.starts_with("lib") { 4 } else { 1 };
        self.0.chars().take(length).collect::<String>().to_lowercase()
    }
}

impl PartialOrd for DebianVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DebianVersion {
    /// Debian's order; versions that it calls equal although they are spelled differently (`1.0` and
    /// `1.00`) are ordered by their spelling, so that the order is total.
    fn cmp(&self, other: &Self) -> Ordering {
        let parse = |text: &str| text.parse::<debversion::Version>();
        match (parse(&self.0), parse(&other.0)) {
            (Ok(a), Ok(b)) => a.cmp(&b).then_with(|| self.0.cmp(&other.0)),
            (a, b) => a.is_ok().cmp(&b.is_ok()).then_with(|| self.0.cmp(&other.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_their_folder_are_refused() {
        for bad in ["", "..", ".", "-a", "a/b", "a b", "a\n"] {
            assert!(PackageName::new(bad).is_err(), "{bad:?}");
            assert!(DebianVersion::new(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "..", "a/../b", "/a", "a/", ".hidden"] {
            assert!(SuiteName::new(bad).is_err(), "{bad:?}");
        }
        assert!(SuiteName::new("buster/updates").is_ok());
    }

    #[test]
    fn versions_are_ordered_as_dpkg_orders_them() {
        let sorted = ["0:1~rc1", "1", "1.0-1", "1.0-1+b1", "1.00-2", "1.10", "1:0.1"];
        for pair in sorted.windows(2) {
            assert!(DebianVersion::new(pair[0]).unwrap() < DebianVersion::new(pair[1]).unwrap(), "{pair:?}");
        }
    }

    #[test]
    fn pool_prefix_follows_the_pool() {
        let prefix = |name| PackageName::new(name).unwrap().pool_prefix();
        assert_eq!(prefix("libFoo"), "libf");
        assert_eq!(prefix("WMRack"), "w");
        assert_eq!(prefix("lib"), "lib");
    }
}
