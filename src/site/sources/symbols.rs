//! What a version defines: its symbols by kind and name, and as JSON.

use std::collections::BTreeMap;
use std::io::Write as _;

use serde::Serialize;

use super::{Crumb, OutputFile, SourcesSite};
use crate::html;
use crate::model::{Entry, SourcePackage, Symbol};
use crate::site::SiteError;
use crate::site::page::Encoder;
use crate::site::urls::Address;

/// Most symbols that are listed on pages; all are in the JSON document.
pub const MOST_LISTED: usize = 100_000;

/// Most symbols on the first page, which has the kinds of which there are fewest.
const ON_FIRST_PAGE: usize = 5_000;

/// Most symbols on a further page.
const ON_FURTHER_PAGE: usize = 5_000;

/// A symbol, and where it is.
#[derive(Debug, Clone)]
pub struct ListedSymbol<'a> {
    /// The file.
    pub entry: &'a Entry,
    /// Which page of the file it is on, counted from 0.
    pub page: usize,
    /// What is defined.
    pub symbol: Symbol,
}

/// What the pages of a version's symbols show.
#[derive(Debug)]
pub struct SymbolsView<'a> {
    /// The version.
    pub package: &'a SourcePackage,
    /// Its symbols, at most [`MOST_LISTED`].
    pub listed: Vec<ListedSymbol<'a>>,
    /// How many there are.
    pub total: u64,
}

/// A row of the template.
#[derive(Serialize)]
struct Row {
    name: String,
    signature: String,
    scope: String,
    link: String,
    place: String,
}

/// A kind of symbols on the first page.
#[derive(Serialize)]
struct KindRow {
    name: String,
    count: String,
    /// The pages, when they are not on the first page.
    pages: Vec<Crumb>,
    rows: Vec<Row>,
}

impl SourcesSite {
    /// The pages of a version's symbols, the first one first: each kind by name, on the first page or, when they are too
    /// many, on pages of their own.
    ///
    /// # Errors
    /// When the template cannot be rendered.
    pub fn symbols(&self, view: &SymbolsView<'_>) -> Result<Vec<OutputFile>, SiteError> {
        let SourcePackage { name, version, .. } = view.package;
        let here = Address::Symbols(name, version);
        let mut kinds: BTreeMap<String, Vec<&ListedSymbol<'_>>> = BTreeMap::new();
        for listed in &view.listed {
            kinds.entry(address_of_kind(&listed.symbol.kind)).or_default().push(listed);
        }
        let by_name =
            |it: &&ListedSymbol<'_>| (it.symbol.name.to_lowercase(), it.symbol.clone(), it.entry.path.clone());
        kinds.values_mut().for_each(|listed| listed.sort_by_cached_key(by_name));
        let on_first_page = fewest(&kinds);
        let mut files = Vec::new();
        let mut rows = Vec::new();
        for (kind, listed) in &kinds {
            let (shown, pages) = match listed.len() <= on_first_page {
                true => (&listed[..], Vec::new()),
                false => (&[][..], self.pages_of_kind(view.package, kind, listed, &mut files)?),
            };
            rows.push(KindRow {
                name: kind_name(listed),
                count: html::grouped(listed.len() as u64),
                pages: pages.into_iter().map(|(name, page)| Crumb { name, link: self.link(&here, &page) }).collect(),
                rows: shown.iter().map(|listed| self.symbol_row(view.package, &here, listed)).collect(),
            });
        }
        let mut context = self.context(&here);
        self.insert_package(view.package, &here, &mut context);
        context.insert("current", "Symbols");
        context.insert("kinds", &rows);
        context.insert("total", &html::counted(view.total, "symbol"));
        context.insert(
            "left_out",
            &(view.total > view.listed.len() as u64).then(|| html::grouped(view.listed.len() as u64)),
        );
        context.insert("document", &self.link(&here, &Address::SymbolsDocument(name, version)));
        let first = (here.output_path(self.layout), self.encoded("symbols.html", &context)?);
        files.insert(0, first);
        Ok(files)
    }

    /// Makes the pages of one kind; gives the first name on each, and its address.
    fn pages_of_kind<'a>(
        &self,
        package: &'a SourcePackage,
        kind: &'a str,
        listed: &[&ListedSymbol<'_>],
        files: &mut Vec<OutputFile>,
    ) -> Result<Vec<(String, Address<'a>)>, SiteError> {
        let SourcePackage { name, version, .. } = package;
        let mut pages = Vec::new();
        for (number, symbols) in (1..).zip(listed.chunks(ON_FURTHER_PAGE)) {
            let here = Address::SymbolsOfKind(name, version, kind, number);
            let first = symbols.first().map_or(String::new(), |listed| shown(&listed.symbol.name));
            let mut context = self.context(&here);
            self.insert_package(package, &here, &mut context);
            let crumb = Crumb { name: "Symbols".to_owned(), link: self.link(&here, &Address::Symbols(name, version)) };
            context.insert("folders", &[crumb]);
            context.insert("current", &format!("{} from {first}", kind_name(symbols)));
            let rows: Vec<Row> = symbols.iter().map(|listed| self.symbol_row(package, &here, listed)).collect();
            context.insert("rows", &rows);
            let next = (listed.len() > number as usize * ON_FURTHER_PAGE)
                .then(|| self.link(&here, &Address::SymbolsOfKind(name, version, kind, number + 1)));
            context.insert("next", &next);
            files.push((here.output_path(self.layout), self.encoded("symbols-kind.html", &context)?));
            pages.push((first, here));
        }
        Ok(pages)
    }

    fn symbol_row(&self, package: &SourcePackage, here: &Address<'_>, listed: &ListedSymbol<'_>) -> Row {
        let ListedSymbol { entry, page, symbol } = listed;
        let address = super::files::page_address(package, entry, *page);
        Row {
            name: shown(&symbol.name),
            signature: symbol.signature.as_deref().map(shown).unwrap_or_default(),
            scope: symbol.scope.as_ref().map(|scope| shown(&scope.name)).unwrap_or_default(),
            link: format!("{}#L{}", self.link(here, &address), symbol.line),
            place: format!("{}:{}", html::display_name(entry.path.as_bytes()), symbol.line),
        }
    }

    /// Begins what is at [`Address::SymbolsDocument`].
    pub fn symbols_document(&self) -> SymbolsDocument<'_> {
        SymbolsDocument { site: self, encoder: Encoder::new(self.layout.encoding), is_empty: true }
    }
}

/// Symbols as JSON, one file on each line: `{"files": [{"file": "src/a%20b.c", "symbols": [{"name": "main", "kind":
/// "function", "line": 3, "end": 9, "scope": {"kind": "class", "name": "A"}, "signature": "(void)"}]}]}`. A file is the
/// link to its page, seen from the version's page, as in the list of files; what is not known is absent.
#[derive(Debug)]
pub struct SymbolsDocument<'a> {
    site: &'a SourcesSite,
    encoder: Encoder,
    is_empty: bool,
}

#[derive(Serialize)]
struct FileSymbols<'a> {
    file: String,
    symbols: Vec<SymbolRecord<'a>>,
}

#[derive(Serialize)]
struct SymbolRecord<'a> {
    name: &'a str,
    kind: &'a str,
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a crate::model::Scope>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<&'a str>,
}

impl<'a> From<&'a Symbol> for SymbolRecord<'a> {
    fn from(symbol: &'a Symbol) -> Self {
        Self {
            name: &symbol.name,
            kind: &symbol.kind,
            line: symbol.line,
            end: symbol.end,
            scope: symbol.scope.as_ref(),
            signature: symbol.signature.as_deref(),
        }
    }
}

impl SymbolsDocument<'_> {
    /// Adds what one file defines.
    pub fn push(&mut self, package: &SourcePackage, entry: &Entry, symbols: &[Symbol]) {
        let SourcePackage { name, version, .. } = package;
        let link = self.site.link(&Address::Version(name, version), &Address::File(name, version, &entry.path));
        let file = FileSymbols { file: link, symbols: symbols.iter().map(SymbolRecord::from).collect() };
        self.write(if self.is_empty { b"{\"files\":[\n" } else { b",\n" });
        self.is_empty = false;
        self.write(&serde_json::to_vec(&file).expect("plain structures of texts can be written as JSON"));
    }

    /// The document's bytes; `None` when nothing was added.
    pub fn finish(mut self) -> Option<Vec<u8>> {
        if self.is_empty {
            return None;
        }
        self.write(b"\n]}\n");
        Some(self.encoder.finish())
    }

    fn write(&mut self, bytes: &[u8]) {
        self.encoder.write_all(bytes).expect("writing to memory does not fail");
    }
}

fn shown(text: &str) -> String {
    html::display_name(text.as_bytes())
}

fn kind_name(listed: &[&ListedSymbol<'_>]) -> String {
    listed.first().map_or(String::new(), |listed| shown(&listed.symbol.kind))
}

/// Kinds with at most so many symbols are on the first page.
fn fewest(kinds: &BTreeMap<String, Vec<&ListedSymbol<'_>>>) -> usize {
    let mut counts: Vec<usize> = kinds.values().map(Vec::len).collect();
    counts.sort_unstable();
    let mut sum = 0;
    let fit = counts.into_iter().take_while(|count| {
        sum += count;
        sum <= ON_FIRST_PAGE
    });
    fit.last().unwrap_or(0)
}

/// What an address has for a kind: letters and digits as they are, `-` for all else.
fn address_of_kind(kind: &str) -> String {
    kind.chars().map(|character| if character.is_ascii_alphanumeric() { character } else { '-' }).collect()
}
