//! Package URLs (ECMA-427), which name a package across tools.

use crate::model::{DebianVersion, PackageName};

/// The package URL of a source package: `pkg:deb/debian/hello@2.10-3?arch=source`. Vendor and name are written in lower
/// case, as the type `deb` has it.
pub fn of_source(vendor: &str, name: &PackageName, version: &DebianVersion) -> String {
    let part = |text: &str| encoded(&text.to_lowercase());
    format!("pkg:deb/{}/{}@{}?arch=source", part(vendor), part(name.as_str()), encoded(version.as_str()))
}

/// All but letters, digits, `.-_~` and the colon percent-encoded.
fn encoded(text: &str) -> String {
    crate::site::urls::encoded_component(text.as_bytes()).replace("%3A", ":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions_are_encoded_as_the_specification_says() {
        let of = |vendor, name, version| {
            of_source(vendor, &PackageName::new(name).unwrap(), &DebianVersion::new(version).unwrap())
        };
        assert_eq!(of("debian", "hello", "2.10-3"), "pkg:deb/debian/hello@2.10-3?arch=source");
        assert_eq!(
            of("Debian", "libfoo++", "1:2.0+b~rc1-1"),
            "pkg:deb/debian/libfoo%2B%2B@1:2.0%2Bb~rc1-1?arch=source"
        );
        assert_eq!(of("My/Own", "WMRack", "1"), "pkg:deb/my%2Fown/wmrack@1?arch=source");
    }
}
