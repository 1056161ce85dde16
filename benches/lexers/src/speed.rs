//! How fast each turns C into HTML.

use std::hint::black_box;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use syntect::html::{ClassStyle, ClassedHTMLGenerator};
use syntect::parsing::SyntaxSet;
use syntect::util::LinesWithEndings;
use tree_sitter_highlight::{HighlightConfiguration, Highlighter, HtmlRenderer};

use crate::corpus;
use crate::lexer::{Language, write_lines};

/// The slow ones need minutes for all, so the comparison is on this much.
const SAMPLE: usize = 4 << 20;

const ROUNDS: usize = 3;

/// Prints megabytes a second of each.
pub fn print(folder: &Path) -> io::Result<()> {
    let mut texts = Vec::new();
    let mut length = 0;
    for text in corpus::texts(folder)? {
        let is_c = text.path.extension().is_some_and(|ending| ending == "c");
        if let (true, Ok(text)) = (is_c && length < SAMPLE, String::from_utf8(text.bytes)) {
            length += text.len();
            texts.push(text);
        }
    }
    println!("{} C files, {length} bytes, best of {ROUNDS}", texts.len());
    let own = best(|| texts.iter().for_each(|text| own(text)));
    report("debpress", length, own, own);
    let syntaxes = SyntaxSet::load_defaults_newlines();
    report("syntect", length, best(|| texts.iter().for_each(|text| syntect(text, &syntaxes))), own);
    let configuration = tree_sitter_configuration()?;
    report("tree-sitter", length, best(|| texts.iter().for_each(|text| tree_sitter(text, &configuration))), own);
    Ok(())
}

fn best(mut run: impl FnMut()) -> Duration {
    let round = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

fn report(name: &str, length: usize, time: Duration, own: Duration) {
    let speed = length as f64 / time.as_secs_f64() / 1e6;
    println!("{name:12} {speed:7.1} MB/s, debpress is {:5.1} times as fast", time.as_secs_f64() / own.as_secs_f64());
}

fn own(text: &str) {
    let mut html = Vec::new();
    black_box(write_lines(text.as_bytes(), Language::by_name("c"), usize::MAX, &mut html));
    black_box(html);
}

fn syntect(text: &str, syntaxes: &SyntaxSet) {
    let Some(syntax) = syntaxes.find_syntax_by_extension("c") else { return };
    let mut generator = ClassedHTMLGenerator::new_with_class_style(syntax, syntaxes, ClassStyle::Spaced);
    for line in LinesWithEndings::from(text) {
        if generator.parse_html_for_line_which_includes_newline(line).is_err() {
            return;
        }
    }
    black_box(generator.finalize());
}

const NAMES: [&str; 12] = [
    "comment",
    "string",
    "number",
    "keyword",
    "type",
    "constant",
    "function",
    "operator",
    "variable",
    "property",
    "label",
    "delimiter",
];

fn tree_sitter_configuration() -> io::Result<HighlightConfiguration> {
    let language = tree_sitter_c::LANGUAGE.into();
    let configuration = HighlightConfiguration::new(language, "c", tree_sitter_c::HIGHLIGHT_QUERY, "", "");
    let mut configuration = configuration.map_err(io::Error::other)?;
    configuration.configure(&NAMES);
    Ok(configuration)
}

fn tree_sitter(text: &str, configuration: &HighlightConfiguration) {
    let mut highlighter = Highlighter::new();
    let mut renderer = HtmlRenderer::new();
    let Ok(events) = highlighter.highlight(configuration, text.as_bytes(), None, |_| None) else { return };
    let attribute = |highlight: tree_sitter_highlight::Highlight, html: &mut Vec<u8>| {
        html.extend_from_slice(b"class=\"");
        html.extend_from_slice(NAMES[highlight.0].as_bytes());
        html.push(b'"');
    };
    black_box(renderer.render(events, text.as_bytes(), &attribute).is_ok());
    black_box(renderer.html);
}
