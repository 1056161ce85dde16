//! What a reader does on a page, step by step.

use serde_json::json;

use crate::chromium::{self, Chromium};
use crate::published::Published;
use crate::tools::required;

const LONG: &str = "/src/contents/1.0-1/many-lines.txt";

/// A browser at a served site; `None` without Chromium.
fn start() -> Option<(Published, Chromium)> {
    let program = required("Chromium", chromium::find())?;
    let published = Published::new();
    let mut browser = Chromium::start(&program);
    browser.resize(1280, 800);
    browser.prefer("light");
    Some((published, browser))
}

/// The point in the middle of a line's number.
fn number_of(browser: &mut Chromium, line: u32) -> (f64, f64) {
    let script = format!("(({{ top, height }}) => [30, top + height / 2])(L{line}.getBoundingClientRect())");
    let point = browser.evaluate(&script);
    (point[0].as_f64().unwrap(), point[1].as_f64().unwrap())
}

const MARKED: &str = "[...document.querySelectorAll('#sourcecode > .marked')].map((it) => it.id).join()";

#[test]
fn lines_are_chosen_by_their_numbers() {
    let Some((published, mut browser)) = start() else { return };
    browser.open(&published.at(LONG));
    let points = [3, 5, 7].map(|line| number_of(&mut browser, line));
    browser.drag(&points[..1], 0);
    assert_eq!(browser.evaluate("location.hash"), "#L3");
    assert_eq!(browser.evaluate(MARKED), "L3");
    browser.drag(&points[1..2], 8);
    assert_eq!(browser.evaluate("location.hash"), "#L3-L5");
    assert_eq!(browser.evaluate(MARKED), "L3,L4,L5");
    browser.drag(&[points[2], points[1]], 0);
    assert_eq!(browser.evaluate("location.hash"), "#L5-L7");
    assert_eq!(browser.evaluate(MARKED), "L5,L6,L7");
    let beside = (points[0].0 + 400.0, points[0].1);
    browser.drag(&[beside], 0);
    assert_eq!(browser.evaluate("location.hash"), "#L5-L7", "a click on the text chooses no line");
    assert_eq!(browser.complaints, [""; 0]);
}

#[test]
fn an_address_names_lines() {
    let Some((published, mut browser)) = start() else { return };
    for (hash, marked) in [("#L1500", "L1500"), ("#L1502-L1500", "L1500,L1501,L1502"), ("#L1500-1501", "L1500,L1501")] {
        browser.open(&published.at(&format!("{LONG}{hash}")));
        assert_eq!(browser.evaluate(MARKED), marked);
        browser.until("L1500.getBoundingClientRect().top > 0 && L1500.getBoundingClientRect().bottom < innerHeight");
    }
    browser.evaluate("location.hash = '#L9'");
    browser.until("L9.matches('.marked') && !L1500.matches('.marked')");
}

#[test]
fn addresses_of_older_sites_mark_lines_and_bring_messages() {
    let Some((published, mut browser)) = start() else { return };
    let query = "?hl=3:5,9,x,12:11&msg=4:Title:a%20%3Cb%3E:%20c&msg=&msg=2&lang=cobol";
    browser.open(&published.at(&format!("{LONG}{query}")));
    let marked = "[...document.querySelectorAll('#sourcecode > .highlight')].map((it) => it.id).join()";
    assert_eq!(browser.evaluate(marked), "L3,L4,L5,L9,L11,L12");
    let messages =
        "[...document.querySelectorAll('.message')].map((it) => [it.previousElementSibling.id, it.textContent])";
    let expected = json!([["L1", "\n\n"], ["L2", "\n\n"], ["L4", "Title\na <b>: c\n"]]);
    assert_eq!(browser.evaluate(messages), expected);
    assert_eq!(browser.evaluate("document.querySelectorAll('.message b').length"), 0);
    browser.open(&published.at("/src/contents/1.0-1/signs.c?hl=0:99999999999&msg=999999:Last:line"));
    let last = "document.querySelector('.message').previousElementSibling === [...document.querySelectorAll('#sourcecode > [id]')].at(-1)";
    assert_eq!(browser.evaluate(last), true);
    assert_eq!(browser.complaints, [""; 0]);
}

#[test]
fn a_line_of_a_long_file_is_found_on_its_part() {
    let Some((published, mut browser)) = start() else { return };
    browser.open(&published.at(&format!("{LONG}#L19990-L19995")));
    browser.until("location.pathname.startsWith('/info/part/') && document.querySelector('.marked') !== null");
    assert_eq!(browser.evaluate(MARKED), "L19990,L19991,L19992,L19993,L19994,L19995");
    browser.press("]", 0);
    browser.until("location.pathname === '/src/contents/1.0-1/markup.patch' || location.pathname.includes('mixed')");
    browser.open(&published.at(&format!("{LONG}?msg=15000:A:b")));
    browser.until("document.querySelector('.message')?.previousElementSibling.id === 'L15000'");
}

/// The lines that a query marks, and those that have a message below them.
const HIGHLIGHTED: &str = "[...document.querySelectorAll('#sourcecode > .highlight')].map((it) => it.id).join()";
const SPOKEN_OF: &str = "[...document.querySelectorAll('.message')].map((it) => it.previousElementSibling.id).join()";

#[test]
fn what_a_query_asks_for_is_found_on_every_part() {
    let Some((published, mut browser)) = start() else { return };
    let query = "?hl=13001:13003,2&msg=13002:Here:it%20is&msg=99999:The:end";
    browser.open(&published.at(&format!("{LONG}{query}#L13001")));
    browser.until("location.pathname.startsWith('/info/part/') && document.querySelector('.message') !== null");
    assert_eq!(browser.evaluate("location.search + location.hash"), format!("{query}#L13001"), "all of it is kept");
    assert_eq!(browser.evaluate(HIGHLIGHTED), "L13001,L13002,L13003");
    assert_eq!(browser.evaluate(SPOKEN_OF), "L13002");
    browser.until("L13001.getBoundingClientRect().top > 0 && L13001.getBoundingClientRect().bottom < innerHeight");
    browser.evaluate("document.querySelector('.parts a').click()");
    browser.until("location.pathname.startsWith('/src/') && document.querySelector('.highlight') !== null");
    assert_eq!(browser.evaluate(HIGHLIGHTED), "L2", "links to other parts keep the query");
    browser.evaluate("document.querySelector('.parts li:last-child a').click()");
    browser.until("document.querySelector('.message strong')?.textContent === 'The'");
    let last = "[...document.querySelectorAll('#sourcecode > [id]')].at(-1).id";
    assert_eq!(browser.evaluate(SPOKEN_OF), browser.evaluate(last), "what is beyond the end stands at the end");
    browser.open(&published.at(&format!("{LONG}?hl=13005")));
    browser.until("document.querySelector('.highlight') !== null");
    browser.until("L13005.getBoundingClientRect().top > 0 && L13005.getBoundingClientRect().bottom < innerHeight");
    browser.open(&published.at(&format!("{LONG}?hl=13005,2")));
    assert_eq!(browser.evaluate(HIGHLIGHTED), "L2", "a page that has some of it stays");
    assert_eq!(browser.complaints, [""; 0]);
}

#[test]
fn colours_of_code_can_be_taken_away() {
    let Some((published, mut browser)) = start() else { return };
    let colours =
        "[...new Set([...document.querySelectorAll('#sourcecode i')].map((it) => getComputedStyle(it).color))].length";
    browser.open(&published.at("/src/contents/1.0-1/signs.c"));
    assert!(browser.evaluate(colours).as_u64().unwrap() > 1);
    browser.open(&published.at("/src/contents/1.0-1/signs.c?lang=none"));
    assert_eq!(browser.evaluate(colours), 1);
}

#[test]
fn an_outline_leads_to_lines_and_marks_where_the_reader_is() {
    let ctags = std::process::Command::new("ctags").arg("--version").output().ok();
    if required("ctags", ctags).is_none() {
        return;
    }
    let Some((published, mut browser)) = start() else { return };
    browser.open(&published.at("/src/contents/1.0-1/declared.py"));
    browser.until("document.querySelector('.outline a') !== null");
    browser.evaluate("document.querySelector('.outline a').click()");
    browser.until(
        "document.querySelector('.marked') !== null && '#' + document.querySelector('.marked').id === location.hash",
    );
    browser.evaluate("document.body.style.paddingBottom = '3000px'; scrollTo(0, document.body.scrollHeight)");
    browser.until(
        "document.querySelector('.outline [aria-current]') === [...document.querySelectorAll('.outline a')].at(-1)",
    );
    browser.evaluate("scrollTo(0, 0); document.querySelector('h1').style.marginBottom = '3000px'");
    browser.until("(dispatchEvent(new Event('scroll')), document.dispatchEvent(new Event('scroll')), document.querySelector('.outline [aria-current]') === null)");
}

#[test]
fn what_is_downloaded_is_the_raw_file() {
    let Some((published, mut browser)) = start() else { return };
    browser.open(&published.at("/src/contents/1.0-1/signs.c"));
    browser.until("document.querySelector('.tools a') !== null");
    assert_eq!(browser.evaluate("document.querySelector('.tools a').pathname"), "/data/main/c/contents/1.0-1/signs.c");
}

#[test]
fn a_file_is_found_by_letters_of_its_path() {
    let Some((published, mut browser)) = start() else { return };
    browser.open(&published.at("/src/contents/1.0-1/"));
    for (key, modifiers) in [("t", 0), ("p", 2)] {
        browser.press(key, modifiers);
        browser.until("document.querySelector('dialog[open] [role=option]') !== null");
        browser.press("Escape", 0);
        browser.until("document.querySelector('dialog[open]') === null");
    }
    browser.press("t", 0);
    browser.until("document.querySelector('dialog[open] [role=option]') !== null");
    browser.write("dbcopy");
    browser.until("document.querySelector('[aria-selected=true]')?.textContent === 'debian/copyright'");
    browser.press("Enter", 0);
    browser.until("location.pathname === '/src/contents/1.0-1/debian/copyright'");
}

#[test]
fn keys_lead_to_the_files_beside_and_the_folder_around() {
    let Some((published, mut browser)) = start() else { return };
    browser.open(&published.at("/src/contents/1.0-1/gif.gif"));
    browser.press("]", 0);
    browser.until("location.pathname.endsWith('/image.svg')");
    browser.until("document.readyState === 'complete'");
    browser.press("[", 0);
    browser.until("location.pathname.endsWith('/gif.gif')");
    browser.until("document.readyState === 'complete'");
    browser.press("u", 0);
    browser.until("location.pathname === '/src/contents/1.0-1/'");
    browser.until("document.readyState === 'complete'");
    browser.press("?", 8);
    browser.until("document.querySelector('dialog[open] kbd') !== null");
    browser.evaluate("document.querySelector('dialog[open] input').click()");
    browser.press("Escape", 0);
    browser.press("t", 0);
    assert_eq!(browser.evaluate("document.querySelector('dialog[open]')"), json!(null), "single keys were left alone");
}

#[test]
fn colours_are_chosen_and_kept() {
    let Some((published, mut browser)) = start() else { return };
    let ground = "getComputedStyle(document.body).backgroundColor";
    browser.open(&published.at("/"));
    let light = browser.evaluate(ground);
    browser.prefer("dark");
    let dark = browser.evaluate(ground);
    assert_ne!(light, dark, "the system's preference counts");
    browser.press("d", 0);
    assert_eq!(browser.evaluate(ground), light, "the switch counts more");
    browser.open(&published.at(LONG));
    assert_eq!(browser.evaluate(ground), light, "it is kept");
    let before_body = "document.querySelector('script:not([defer])').compareDocumentPosition(document.body) & 4";
    assert_eq!(browser.evaluate(before_body), 4, "it is set before anything is painted");
    browser.press("d", 0);
    assert_eq!(browser.evaluate(ground), dark);
    assert_eq!(browser.evaluate("localStorage.getItem('theme')"), json!(null), "the system counts again");
}

#[test]
fn the_tree_shows_where_the_page_is() {
    let Some((published, mut browser)) = start() else { return };
    browser.open(&published.at("/src/contents/1.0-1/debian/copyright"));
    assert_eq!(browser.evaluate("document.querySelector('.tree')"), json!(null), "it is made when it is asked for");
    browser.press("b", 0);
    browser.until("document.querySelector('.tree [aria-current]')?.textContent === 'copyright'");
    assert_eq!(browser.evaluate("document.querySelector('.tree details[open] > summary').textContent"), "debian/");
    browser.evaluate("document.querySelector('.tree > ul > li:last-child a').click()");
    browser.until("document.querySelector('.tree > ul > li:last-child [aria-current]') !== null");
    browser.resize(800, 800);
    assert_eq!(browser.evaluate("getComputedStyle(document.querySelector('.tree')).display"), "none");
}

#[test]
fn a_path_leads_to_other_versions() {
    let Some((published, mut browser)) = start() else { return };
    browser.open(&published.at("/src/native-xz/1:2.0~rc1+b/debian/changelog"));
    browser.press("v", 0);
    browser.until("document.querySelector('dialog[open] a[aria-current]') !== null");
    let link = "document.querySelector('dialog[open] a').pathname";
    assert_eq!(browser.evaluate(link), "/src/native-xz/1%3A2.0~rc1%2Bb/debian/changelog");
}

#[test]
fn long_lines_wrap_when_asked_to() {
    let Some((published, mut browser)) = start() else { return };
    browser.open(&published.at("/src/contents/1.0-1/no-break.c"));
    let width = "document.querySelector('pre').scrollWidth > innerWidth";
    assert_eq!(browser.evaluate(width), true);
    browser.press("w", 0);
    assert_eq!(browser.evaluate(width), false);
}

#[test]
fn licences_of_files_are_chosen_from() {
    let Some((published, mut browser)) = start() else { return };
    browser.open(&published.at("/info/licences/copyright-found/1.0"));
    const SHOWN: &str = "[...document.querySelectorAll('#licences tr:not(.folder) td:first-child')]
        .filter((it) => it.offsetParent).map((it) => it.textContent).join()";
    let all = browser.evaluate(SHOWN);
    assert!(all.as_str().unwrap().contains("agreed.c"), "{all}");
    let choose = |column: u32, value: &str| {
        format!(
            "(({{ [{column}]: it }}) => {{ it.value = '{value}'; it.dispatchEvent(new Event('change')); }})
            (document.querySelectorAll('.filter select'))"
        )
    };
    browser.evaluate(&choose(2, "not declared"));
    assert_eq!(browser.evaluate(SHOWN), json!("image.png,image.png.license,other.c,table.tsv"));
    browser.evaluate(&choose(1, "CC0-1.0"));
    assert_eq!(browser.evaluate(SHOWN), json!("image.png,image.png.license"));
}
