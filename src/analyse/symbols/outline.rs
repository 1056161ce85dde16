//! Symbols as the outline of a page.

use std::cmp::Ordering;
use std::fmt::Write as _;

use crate::html;
use crate::model::Symbol;

/// Outlines with more symbols are folded at first.
const LONG: usize = 12;

/// Deepest nesting that is shown; what lies deeper stands beside what it lies in.
const DEEPEST: usize = 6;

/// What stands between the names of nested scopes, in all languages.
const SEPARATORS: [&str; 6] = ["::", ".", "\"\"", "/", "#", "\\"];

/// Appends an outline of symbols, which are in the order of lines, with links to the lines of the same page, each with its
/// kind and parameters: those that follow what they are defined in are nested in it, others name it. Nothing when there
/// are none.
pub fn write_outline(symbols: &[Symbol], html: &mut String) {
    if symbols.is_empty() {
        return;
    }
    let open = if symbols.len() > LONG { "" } else { " open" };
    let count = html::counted(symbols.len() as u64, "symbol");
    // Writing to a String cannot fail, here and below.
    let _ = write!(html, "<details class=\"outline\"{open}><summary>{count}</summary><nav aria-label=\"Symbols\">");
    let mut around: Vec<&Symbol> = Vec::new();
    let mut depth = 0;
    for symbol in symbols {
        around.truncate(around.iter().rposition(|outer| is_in(symbol, outer)).map_or(0, |at| at + 1));
        let level = around.len() + 1;
        match level.cmp(&depth) {
            Ordering::Greater => html.push_str("<ul>"),
            Ordering::Equal => html.push_str("</li>"),
            Ordering::Less => {
                (level..depth).for_each(|_| html.push_str("</li></ul>"));
                html.push_str("</li>");
            }
        }
        write_symbol(symbol, around.is_empty(), html);
        depth = level;
        if around.len() + 1 < DEEPEST {
            around.push(symbol);
        }
    }
    (0..depth).for_each(|_| html.push_str("</li></ul>"));
    html.push_str("</nav></details>\n");
}

fn write_symbol(symbol: &Symbol, is_outermost: bool, html: &mut String) {
    let shown = |text: &str| html::escape(&html::display_name(text.as_bytes()));
    let Symbol { line, name, kind, signature, scope, .. } = symbol;
    let _ = write!(html, "<li><a href=\"#L{line}\">{}</a>", shown(name));
    if let Some(signature) = signature {
        let _ = write!(html, "<span>{}</span>", shown(signature));
    }
    let _ = match scope {
        Some(scope) if is_outermost => write!(html, " <i>{} in {}</i>", shown(kind), shown(&scope.name)),
        _ => write!(html, " <i>{}</i>", shown(kind)),
    };
}

/// Whether `outer` is what `symbol` is defined in.
fn is_in(symbol: &Symbol, outer: &Symbol) -> bool {
    let Some(scope) = symbol.scope.as_ref().filter(|scope| scope.kind == outer.kind) else { return false };
    match &outer.scope {
        None => outer.name == scope.name,
        Some(around) => scope
            .name
            .strip_prefix(&*around.name)
            .and_then(|rest| rest.strip_suffix(&*outer.name))
            .is_some_and(|separator| SEPARATORS.contains(&separator)),
    }
}
