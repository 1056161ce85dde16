//! The lexer's law, for every language: whatever the text, its HTML is well-formed and gives the text back.

use std::collections::HashMap;
use std::sync::LazyLock;

use debpress::analyse::lexer::{Class, Language, Written, write_lines};
use proptest::prelude::*;

/// What a browser's parser makes of the few constructs that the lexer writes, checking each.
#[derive(Default)]
struct Page {
    bytes: Vec<u8>,
    /// The ids of the lines, in order.
    lines: Vec<String>,
    /// The class of each byte of text.
    classes: Vec<Option<char>>,
    marks: Vec<String>,
}

fn parse(html: &str) -> Page {
    let mut page = Page::default();
    let mut open: Vec<&str> = Vec::new();
    let mut class = None;
    let mut rest = html;
    while let Some(next) = rest.chars().next() {
        let mut text = Vec::new();
        let length = if let Some(attributes) = rest.strip_prefix("<b data-") {
            let (kind, attributes) = attributes.split_once("=\"").unwrap();
            let (value, content) = attributes.split_once("\">").unwrap();
            let (content, _) = content.split_once("</b>").unwrap();
            page.marks.push(format!("{kind} {value}"));
            match kind {
                "byte" => text.push(u8::from_str_radix(value, 16).unwrap()),
                "control" | "bidi" => {
                    let character = content.chars().next().unwrap();
                    assert_eq!(u32::from(character), u32::from_str_radix(value, 16).unwrap());
                    text.extend(content.as_bytes());
                }
                other => panic!("data-{other}"),
            }
            rest.find("</b>").unwrap() + 4
        } else if next == '<' {
            let length = rest.find('>').unwrap() + 1;
            match &rest[1..length - 1] {
                "/span" => assert_eq!(open.pop(), Some("span")),
                "/i" => {
                    assert_eq!(open.pop(), Some("i"));
                    class = None;
                }
                tag if tag.starts_with("span id=\"L") => {
                    assert!(open.is_empty(), "a line within a line");
                    page.lines.push(tag[9..tag.len() - 1].to_owned());
                    open.push("span");
                }
                tag => {
                    assert_eq!(open, ["span"], "{tag} within {open:?}");
                    class = tag.strip_prefix("i class=").unwrap().chars().next();
                    assert!(Class::ALL.iter().any(|class| tag.as_bytes()[8..] == [class.letter()]), "{tag}");
                    open.push("i");
                }
            }
            length
        } else if let Some((length, byte)) = [("&amp;", b'&'), ("&lt;", b'<'), ("&#13;", b'\r')]
            .iter()
            .find(|(name, _)| rest.starts_with(name))
            .map(|(n, b)| (n.len(), *b))
        {
            text.push(byte);
            length
        } else {
            assert!(!matches!(next, '&' | '\0' | '\r'), "{next:?} is not text in HTML");
            assert!(next != '\n' || class.is_none(), "a token across lines");
            text.extend(next.to_string().as_bytes());
            next.len_utf8()
        };
        page.classes.extend(text.iter().map(|_| class));
        page.bytes.extend(text);
        rest = &rest[length..];
    }
    assert!(open.is_empty());
    page
}

fn lex(text: &[u8], language: Option<Language>) -> (String, Written) {
    let mut html = Vec::new();
    let written = write_lines(text, language, usize::MAX, &mut html).unwrap();
    (String::from_utf8(html).unwrap(), written)
}

/// Checks the law and what is told beside the HTML.
fn check(text: &[u8], language: Option<Language>) {
    let (html, written) = lex(text, language);
    let page = parse(&html);
    assert_eq!(page.bytes, text, "{language:?}: {html}");
    let lines = text.split_inclusive(|&byte| byte == b'\n').count();
    let ids: Vec<String> = (1..=lines).map(|line| format!("L{line}")).collect();
    assert_eq!(page.lines, ids);
    assert_eq!((written.code_lines + written.comment_lines + written.blank_lines) as usize, lines);
    for cut in &written.cuts {
        assert!(html[cut.html..].starts_with(&format!("<span id=\"L{}\">", cut.line)));
        assert_eq!(text[..cut.source].iter().filter(|&&byte| byte == b'\n').count() + 1, cut.line as usize);
    }
    assert_eq!(written.cuts.is_empty(), text.is_empty());
}

fn languages() -> impl Iterator<Item = Option<Language>> {
    Language::all().map(Some).chain([None])
}

/// The samples by language.
static SAMPLES: LazyLock<HashMap<String, Vec<u8>>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/languages");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    files.map(|file| (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap())).collect()
});

/// Pieces that begin or end something in one language or another.
const PIECES: &[&str] = &[
    "\"",
    "'",
    "`",
    "/*",
    "*/",
    "//",
    "#",
    "--",
    "{-",
    "-}",
    "(*",
    "*)",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<?php",
    "?>",
    "${",
    "$(",
    "$((",
    "}",
    ")",
    "]",
    "[[",
    "[==[",
    "]==]",
    "{",
    "(",
    "[",
    "<<EOF\n",
    "EOF\n",
    "<<'X' <<\"Y\"\n",
    "\\",
    "\\\n",
    "\n",
    "\r\n",
    " ",
    "\t",
    "=begin\n",
    "=cut\n",
    "q{",
    "s/",
    "r#\"",
    "\"#",
    "\"\"\"",
    "'''",
    "```sh\n",
    "```\n",
    "@",
    "%",
    "&",
    "<",
    ">",
    "é",
    "\u{202e}",
    "\u{1b}[1m",
    "\0",
    "0x1f",
    "1e-5",
    "if",
    "class X",
    "def f",
    "#if 0\n",
    "#endif\n",
    "+a\n",
    "-b\n",
    "@@ -1 +1 @@\n",
    ":",
    "|\n  x\n",
    "<a b=\"c\">",
    "</a>",
    "/>",
    "\\begin{verbatim}",
    "\\end{verbatim}",
    ".SH X\n",
    ".\\\" x\n",
    "dnl x\n",
    "msgid \"a\"\n",
    ";",
    "__END__\n",
];

fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => proptest::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
        1 => "[a-z]{1,5}".prop_map(String::into_bytes),
        1 => any::<char>().prop_map(|character| character.to_string().into_bytes()),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_file_is_back(text in text()) {
        languages().for_each(|language| check(&text, language));
    }

    #[test]
    fn the_file_is_back_from_random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        languages().for_each(|language| check(&bytes, language));
    }

    #[test]
    fn samples_cut_and_joined_anywhere_are_back(from in 0..2_000_usize, to in 0..2_000_usize) {
        for language in Language::all() {
            let Some(sample) = SAMPLES.get(language.name()) else { continue };
            let text = [&sample[from.min(sample.len())..], &sample[..to.min(sample.len())]].concat();
            check(&text, Some(language));
        }
    }
}
