use super::*;
use proptest::prelude::*;

fn shown(reference: &BugReference) -> String {
    match &reference.bug {
        Bug::Cve(text) | Bug::Ghsa(text) => text.clone(),
        Bug::Tracker(text) => text.clone(),
        Bug::Unclear(text) => format!("? {text}"),
        Bug::Debian(number) => format!("#{number}"),
        Bug::Launchpad(number) => format!("LP {number}"),
    }
}

fn in_text(text: &str) -> Vec<String> {
    let mut bugs = Bugs::default();
    bugs.add_text(text, &BugEvidence::Text(1));
    bugs.finish().iter().map(shown).collect()
}

fn in_field(vendor: Option<&str>, value: &str) -> Vec<String> {
    let mut bugs = Bugs::default();
    bugs.add_field(vendor, value, &BugEvidence::Field("Bug".to_owned(), 1));
    bugs.finish().iter().map(shown).collect()
}

#[test]
fn numbers_count_with_a_word_that_names_their_tracker() {
    assert_eq!(in_text("(Closes: #564952, 564953, bug#564954)"), ["#564952", "#564953", "#564954"]);
    assert_eq!(in_text("closes: 694611"), ["#694611"]);
    assert_eq!(in_text("a fix for Debian bug 688601[1] and Debian #688602"), ["#688601", "#688602"]);
    assert_eq!(in_text("LP: #1027033, #1027034; lp:5"), ["LP 5", "LP 1027033", "LP 1027034"]);
    assert_eq!(
        in_text("cve-2022-28805 CVE_2022_33099 ghsa-Q2x7-8rv6-6q7h"),
        ["CVE-2022-28805", "CVE-2022-33099", "GHSA-q2x7-8rv6-6q7h"]
    );
}

#[test]
fn numbers_of_unknown_trackers_are_none() {
    for text in [
        "doc: improve it (Bug#57696)",
        "Cf. issue #1195, essentially reverting it (#993, #995)",
        "GitHub issue 3205",
        "Closes: #4182",
        "Closes: 1.2.3",
        "help: 5",
        "CVE-2022-12",
        "xCVE-2022-12345",
        "GHSA-q2x7-8rv6-6q7hx",
        "Debian bookworm 123456",
        "Closes: 99999999999999",
    ] {
        assert_eq!(in_text(text), [""; 0], "{text}");
    }
}

#[test]
fn addresses_of_bugs_are_found_in_texts() {
    for (text, bug) in [
        ("http://bugs.debian.org/cgi-bin/bugreport.cgi?msg=5;bug=655926;att=1", "#655926"),
        ("see <https://bugs.debian.org/434417#12>.", "#434417"),
        ("https://bugs.launchpad.net/ubuntu/+source/cowsay/+bug/393212", "LP 393212"),
        ("https://launchpad.net/bugs/393212", "LP 393212"),
        ("https://security-tracker.debian.org/tracker/CVE-2022-46663", "CVE-2022-46663"),
        ("https://github.com/advisories/GHSA-q2x7-8rv6-6q7h", "GHSA-q2x7-8rv6-6q7h"),
        ("This fixes https://savannah.gnu.org/bugs/?63964.", "https://savannah.gnu.org/bugs/?63964"),
        ("(https://example.org/x/issues/17#note_2)", "https://example.org/x/issues/17"),
        ("[https://bugs.example.org/2455314],", "https://bugs.example.org/2455314"),
        ("https://jira.example.org/browse/ABC-12", "https://jira.example.org/browse/ABC-12"),
    ] {
        assert_eq!(in_text(text), [bug], "{text}");
    }
    for text in
        ["https://example.org/", "https://example.org/x/pull/17", "https://", "https://bugs.debian.org/src:bzip2"]
    {
        assert_eq!(in_text(text), [""; 0], "{text}");
    }
}

#[test]
fn in_a_field_every_address_counts_and_vendors_have_numbers() {
    assert_eq!(in_field(None, "https://example.org/x/pull/4333"), ["https://example.org/x/pull/4333"]);
    assert_eq!(in_field(Some("Debian"), "#123, 124 125"), ["#123", "#124", "#125"]);
    assert_eq!(in_field(Some("Ubuntu"), "1027033"), ["LP 1027033"]);
    assert_eq!(in_field(Some("Fedora"), "#12"), ["? #12"]);
    assert_eq!(in_field(None, "javascript:alert(1)"), ["? javascript:alert(1)"]);
    assert_eq!(in_field(None, " "), [""; 0]);
}

#[test]
fn names_of_patches_hold_numbers_of_weaknesses_only() {
    let of = |name: &str| of_file_name(name.as_bytes()).iter().map(shown).collect::<Vec<_>>();
    assert_eq!(of("0004-cve-2022-28805.patch"), ["CVE-2022-28805"]);
    assert_eq!(of("CVE-2026-1234-and-CVE-2026-1235.diff"), ["CVE-2026-1234", "CVE-2026-1235"]);
    assert_eq!(of("debian-bug-123456.patch"), [""; 0]);
}

#[test]
fn merged_bugs_keep_their_places() {
    let field = BugEvidence::Field("Bug-Debian".to_owned(), 3);
    let one = BugReference { bug: Bug::Debian(5), evidence: vec![field.clone()] };
    let other = BugReference { bug: Bug::Debian(5), evidence: vec![BugEvidence::Changelog(7), field.clone()] };
    let merged = merge([vec![one], vec![other]]);
    assert_eq!(merged, [BugReference { bug: Bug::Debian(5), evidence: vec![field, BugEvidence::Changelog(7)] }]);
}

#[test]
fn links_lead_to_web_addresses_only() {
    let templates = Templates::default();
    let to = |bug: Bug| link(&bug, &templates);
    assert_eq!(to(Bug::Debian(123)).as_deref(), Some("https://bugs.debian.org/123"));
    assert_eq!(to(Bug::Launchpad(5)).as_deref(), Some("https://bugs.launchpad.net/bugs/5"));
    let cve = to(Bug::Cve("CVE-2022-46663".to_owned()));
    assert_eq!(cve.as_deref(), Some("https://security-tracker.debian.org/tracker/CVE-2022-46663"));
    assert_eq!(to(Bug::Tracker("https://example.org/1".to_owned())).as_deref(), Some("https://example.org/1"));
    for bad in ["javascript:alert(1)", "https://", "https://a b", "ftp://example.org/"] {
        assert_eq!(to(Bug::Tracker(bad.to_owned())), None, "{bad}");
    }
    assert_eq!(to(Bug::Unclear("https://example.org/".to_owned())), None);
}

const CHANGELOG: &str = "\
less (1-2) unstable; urgency=high

  * d/p/CVE-2026-41991-a.patch, d/p/CVE-2026-41991-b.patch: use -C if
    lacking mktemp, CVE-2026-41991 (Closes:
    #1141442)
  * SECURITY UPDATE: buffer overflow
    - debian/patches/overflow.patch: check the length.
    - CVE-2026-41992
  * Several fixes:
    - other.patch: a fix. (Closes: #800001)
    - sub/third.diff: another fix. (LP: #42)
  * Refresh overflow.patch.orig, Xoverflow.patch and my-other.patch. Closes: #800002.

 -- A <a@example.org>  Mon, 5 Dec 2022 14:16:45 -0800
";

#[test]
fn changelogs_tell_the_bugs_of_the_patches_that_they_name() {
    let names =
        ["CVE-2026-41991-a.patch", "overflow.patch", "other.patch", "sub/third.diff", "unknown.patch", "a", "b"];
    let found = of_changelog(CHANGELOG, &names);
    let found: Vec<Vec<String>> = found.iter().map(|bugs| bugs.iter().map(shown).collect()).collect();
    let [first, overflow, other, third, rest @ ..] = &found[..] else { panic!("one list a patch") };
    assert_eq!(first, &["CVE-2026-41991", "#1141442"]);
    assert_eq!(overflow, &["CVE-2026-41992"]);
    assert_eq!(other, &["#800001"]);
    assert_eq!(third, &["LP 42"]);
    assert!(rest.iter().all(Vec::is_empty));
}

#[test]
fn a_component_that_two_patches_share_names_neither() {
    let found = of_changelog("  * Add fix.patch (Closes: #800001)\n", &["a/fix.patch", "b/fix.patch"]);
    assert!(found.iter().all(Vec::is_empty));
    let found = of_changelog("  * Add b/fix.patch (Closes: #800001)\n", &["a/fix.patch", "b/fix.patch"]);
    assert_eq!((found[0].len(), found[1].len()), (0, 1));
}

#[test]
fn a_name_that_is_a_word_needs_its_folder() {
    let of = |text: &str| of_changelog(text, &["manpage"])[0].len();
    assert_eq!(of("  * Mend the manpage (Closes: #800001)\n"), 0);
    assert_eq!(of("  * d/p/manpage: new (Closes: #800001)\n"), 1);
}

#[test]
fn many_bugs_and_long_addresses_are_bounded() {
    let many: String = (0..20_000).map(|number| format!("https://bugs.debian.org/{} ", number + 1)).collect();
    assert_eq!(in_text(&many).len(), MOST);
    assert_eq!(in_text(&"https://bugs.debian.org/5 ".repeat(10_000)), ["#5"]);
    let brackets = format!("{}{}", "https://".repeat(10_000), ")".repeat(100_000));
    assert_eq!(in_text(&brackets), [""; 0]);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(https?://|bugs\\.debian\\.org/|[0-9]{1,11}|#|[,.;:()\\[\\] ]|closes:|LP:|CVE-|20|GHSA-|debian |bug|é|/issues/){0,40}") {
        in_text(&text);
        in_field(Some("Debian"), &text);
        of_changelog(&format!("  * {text}\n    - {text}"), &[text.as_bytes(), b"fix.patch"]);
    }
}
