//! axe-core finds nothing to complain about on any kind of page, in light, in dark, and on a phone.

use serde_json::Value;

use crate::chromium::{self, Chromium};
use crate::published::Published;
use crate::tools::{axe, required};

/// One page of each kind.
pub const PAGES: [(&str, &str); 32] = [
    ("home", "/"),
    ("prefix", "/prefix/c/"),
    ("package", "/src/contents/"),
    ("version", "/src/contents/1.0-1/"),
    ("folder", "/src/contents/1.0-1/debian/"),
    ("file", "/src/contents/1.0-1/signs.c?hl=1&msg=1:Look:here#L1"),
    ("long file", "/info/part/contents/1.0-1/many-lines.txt~4"),
    ("long line", "/src/contents/1.0-1/long-line.js"),
    ("odd characters", "/src/contents/1.0-1/mixed-encodings.txt"),
    ("image", "/src/contents/1.0-1/pixel.png"),
    ("binary", "/src/contents/1.0-1/elf"),
    ("symbols", "/info/symbols/contents/1.0-1/"),
    ("licences of a package", "/copyright/license/copyright-changed/"),
    ("licences", "/copyright/license/copyright-found/1.0/"),
    ("licences, declared", "/copyright/license/copyright-files/1.0-1/"),
    ("licences, a text", "/copyright/license/copyright-free-form/1.0/"),
    ("licences of files", "/info/licences/copyright-found/1.0"),
    ("licences of the archive", "/copyright/spdx/"),
    ("a licence", "/copyright/spdx/MIT"),
    ("how often licences are declared", "/copyright/stats/"),
    ("holders", "/copyright/holders/a"),
    ("declared differently", "/copyright/disagreements/"),
    ("patches of a package", "/patches/quilt-gz/"),
    ("patches", "/patches/quilt-gz/1.0-1/"),
    ("patch", "/patches/quilt-gz/1.0-1/return-zero.patch"),
    ("patches of the archive", "/patches/"),
    ("patches by status", "/info/patches/status-forwarded/"),
    ("packages with most patches", "/info/patches/packages/"),
    ("patches by maintainer", "/info/patches/maintainers/"),
    ("checksums", "/copyright/sha256/"),
    ("failures", "/info/failures/"),
    ("not found", "/src/contents/none"),
];

const LOOKS: [(&str, u32, &str); 3] = [("light", 1280, "light"), ("dark", 1280, "dark"), ("phone", 390, "light")];

/// Every rule of axe-core, best practices too; of long files the first lines are looked at.
const RUN: &str = "axe.run({ exclude: [['#sourcecode > [id]:nth-child(n + 200)']] }).then(({ passes, violations }) =>
    passes.length < 10 ? ['nothing was looked at'] : violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((it) => it.html.slice(0, 200)).join('  ')}`))";

#[test]
fn axe_finds_nothing() {
    let Some(program) = required("Chromium", chromium::find()) else { return };
    let Some(script) = required("axe-core (from the npm registry)", axe()) else { return };
    let published = Published::new();
    let mut browser = Chromium::start(&program);
    let mut found = Vec::new();
    for (look, width, scheme) in LOOKS {
        browser.resize(width, 800);
        browser.prefer(scheme);
        // Its tens of thousands of tokens are those of other files again, but keep axe-core busy for minutes.
        for (page, path) in PAGES.iter().filter(|(page, _)| *page != "long line") {
            browser.open(&published.at(path));
            browser.evaluate(&script);
            let violations = browser.evaluate(RUN);
            let texts = violations.as_array().unwrap().iter().filter_map(Value::as_str);
            found.extend(texts.map(|text| format!("{page}, {look}: {text}")));
            let complaints = browser.complaints.drain(..).filter(|_| *page != "not found");
            found.extend(complaints.map(|text| format!("{page}, {look}: {text}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
