//! The lexer's law, for every language: whatever the text, its HTML is well-formed and gives the text back.
#![allow(clippy::unwrap_used)]

#[path = "common/hard_inputs.rs"]
mod hard_inputs;

use std::collections::HashMap;
use std::sync::LazyLock;

use debpress::analyse::lexer::{Class, Language, Overrides, Written, write_lines};
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

/// A text with its tokens marked: `⟨k if⟩`.
fn marked(page: &Page) -> String {
    let mut marked = Vec::new();
    let mut class = None;
    for (&byte, &next) in page.bytes.iter().zip(&page.classes) {
        if next != class {
            marked.extend(class.map_or("", |_| "⟩").as_bytes());
            marked.extend(next.map_or(String::new(), |letter| format!("⟨{letter} ")).as_bytes());
            class = next;
        }
        marked.push(byte);
    }
    marked.extend(class.map_or("", |_| "⟩").as_bytes());
    String::from_utf8(marked).unwrap()
}

#[test]
fn every_language_has_a_sample_that_looks_as_it_should() {
    let mut all = String::new();
    for language in Language::all() {
        let sample = SAMPLES.get(language.name()).unwrap_or_else(|| panic!("no sample of {}", language.name()));
        check(sample, Some(language));
        let (html, written) = lex(sample, Some(language));
        let counts =
            format!("{} code, {} comment, {} blank", written.code_lines, written.comment_lines, written.blank_lines);
        all += &format!("=== {}: {counts}\n{}\n", language.title(), marked(&parse(&html)));
    }
    assert_eq!(SAMPLES.len(), Language::all().len(), "a sample of no language");
    insta::assert_snapshot!("samples", all);
}

#[test]
fn pieces_are_bounded_and_begin_with_lines() {
    let text = ["x\n".repeat(4_500), format!("{}\n", "y".repeat(600 << 10)), "/*z*/\n".repeat(10)].concat();
    let (_, written) = lex(text.as_bytes(), Language::by_name("c"));
    let lines: Vec<u32> = written.cuts.iter().map(|cut| cut.line).collect();
    assert_eq!(lines, [1, 2_001, 4_001, 4_501, 4_502]);
    assert_eq!((written.code_lines, written.comment_lines, written.blank_lines), (4_501, 10, 0));
    check(text.as_bytes(), Language::by_name("c"));
}

#[test]
fn what_nobody_sees_is_marked() {
    let (html, written) = lex("a\u{1b}[1m\n\u{202e}b\u{85}\n".as_bytes(), None);
    assert_eq!(parse(&html).marks, ["control 001b", "bidi 202e", "control 0085"]);
    assert_eq!(written.first_bidi_line, Some(2));
    let (html, written) = lex(b"a\0\xe9\xc3\n\t\x0c\r\n", None);
    assert_eq!(parse(&html).marks, ["byte 00", "byte e9", "byte c3"]);
    assert_eq!(written.first_bidi_line, None);
}

#[test]
fn html_has_a_limit() {
    let write = |text: &[u8], most| write_lines(text, Language::by_name("c"), most, &mut Vec::new());
    assert!(write(b"int x;\n", 60).is_some());
    assert!(write(b"int x;\n", 30).is_none());
    assert!(write(&vec![b'\n'; 1 << 20], 1 << 20).is_none());
    assert!(write(&vec![b'\xff'; 1 << 20], 1 << 20).is_none());
}

/// Inputs that a lexer may find hard, of about `length` bytes.
fn nasty(length: usize) -> Vec<Vec<u8>> {
    let repeated = |piece: &str| piece.repeat(length / piece.len()).into_bytes();
    hard_inputs::PIECES.iter().map(|piece| repeated(piece)).collect()
}

#[test]
fn ten_times_the_input_takes_ten_times_as_long() {
    let seconds = |language: Language, length: usize| {
        let inputs = nasty(length);
        let start = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        let write = |text: &Vec<u8>| write_lines(text, Some(language), usize::MAX, &mut Vec::new());
        inputs.iter().for_each(|text| assert!(write(text).is_some()));
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime) - start;
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    };
    for language in Language::all() {
        seconds(language, 100);
        let growth = seconds(language, 10_000) / seconds(language, 1_000);
        assert!(growth < 35.0, "{}: {growth:.1} times", language.name());
    }
}

#[test]
fn names_and_first_lines_tell_the_language() {
    for (path, first_lines, expected) in NAMES {
        let language = Language::detect(path.as_bytes(), first_lines.as_bytes(), &Overrides::default());
        assert_eq!(language.map_or("", Language::name), *expected, "{path} {first_lines:?}");
    }
    let covered = |language: &Language| NAMES.iter().any(|row| row.2 == language.name());
    let missing: Vec<&str> = Language::all().filter(|language| !covered(language)).map(Language::name).collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
}

/// A path, the file's beginning, and the language; none for plain text.
const NAMES: &[(&str, &str, &str)] = &[
    ("main.c", "", "c"),
    ("lib/a.h", "int f(void);", "c"),
    ("a.h", "// x\nnamespace a {\n", "cpp"),
    ("a.h", "template <class T>\n", "cpp"),
    ("a.h", "#import <X/Y.h>\n", "objective-c"),
    ("a.h", "/* -*- mode: C++ -*- */", "cpp"),
    ("src/a.cc", "", "cpp"),
    ("a.hpp.in", "", "cpp"),
    ("a.m", "@interface X\n", "objective-c"),
    ("a.m", "#import <X/Y.h>\n", "objective-c"),
    ("a.m", "% help\nfunction x\n", "matlab"),
    ("a.mm", "", "objective-c"),
    ("a.py", "", "python"),
    ("tool", "#!/usr/bin/python3\n", "python"),
    ("tool", "#!/usr/bin/env -S python3.11 -u\n", "python"),
    ("tool.in", "#! @PYTHON@\n", ""),
    ("configure", "", "shell"),
    ("tool", "#!/bin/sh\n", "shell"),
    ("tool", "#!/bin/bash -e\n", "shell"),
    ("tool", "#!/bin/sh\n# -*- perl -*-\n", "perl"),
    ("debian/hello.postinst", "", "shell"),
    ("a.pl", "#!/usr/bin/perl\n", "perl"),
    ("a.pl", "use strict;\n", "perl"),
    ("a.pl", ":- module(a, []).\n", "prolog"),
    ("lib/A.pm", "", "perl"),
    ("a.t", "", "perl"),
    ("a.js", "", "javascript"),
    ("tool", "#!/usr/bin/env node\n", "javascript"),
    ("a.ts", "import x from 'y';\n", "typescript"),
    ("a.ts", "<?xml version=\"1.0\"?><!DOCTYPE TS>\n", "xml"),
    ("a.tsx", "", "typescript"),
    ("a.patch", "", "diff"),
    ("debian/patches/fix-it", "Description: Fix it\n--- a/x\n+++ b/x\n", "dep3-patch"),
    ("debian/patches/upstream/0001-a", "From: A <a@example.org>\n--- a/x\n", "dep3-patch"),
    ("debian/patches/a.patch", "", "dep3-patch"),
    ("debian/patches/b/c.diff", "", "dep3-patch"),
    ("debian/patches/README", "These are patches.\n", ""),
    ("a.diff", "", "diff"),
    ("debian/patches/series", "", "quilt-series"),
    ("debian/changelog", "", "debian-changelog"),
    ("debian/control", "", "debian-control"),
    ("hello_1.0.dsc", "", "debian-control"),
    ("debian/copyright", "", "debian-copyright"),
    ("debian/watch", "", "debian-watch"),
    ("debian/rules", "", "debian-rules"),
    ("debian/rules", "#!/usr/bin/make -f\n", "debian-rules"),
    ("debian/hello.install", "", "debian-list"),
    ("Makefile", "", "make"),
    ("Makefile.in", "", "make"),
    ("src/Makefile.am", "", "make"),
    ("a.mk", "", "make"),
    ("configure.ac", "", "m4"),
    ("a.m4", "", "m4"),
    ("CMakeLists.txt", "", "cmake"),
    ("a.cmake", "", "cmake"),
    ("meson.build", "", "meson"),
    ("build.ninja", "", "ninja"),
    ("a.cs", "", "csharp"),
    ("A.java", "", "java"),
    ("a.kt", "", "kotlin"),
    ("a.scala", "", "scala"),
    ("build.gradle", "", "groovy"),
    ("a.go", "", "go"),
    ("a.rs", "", "rust"),
    ("a.swift", "", "swift"),
    ("a.zig", "", "zig"),
    ("a.d", "", "d"),
    ("a.adb", "", "ada"),
    ("a.f90", "", "fortran"),
    ("a.pas", "", "pascal"),
    ("a.rb", "", "ruby"),
    ("Rakefile", "", "ruby"),
    ("a.php", "", "php"),
    ("a.css", "", "css"),
    ("a.scss", "", "scss"),
    ("a.less", "", "less"),
    ("a.html", "", "html"),
    ("index", "<!DOCTYPE html>\n", "html"),
    ("a.ejs", "", "html"),
    ("a.xml", "", "xml"),
    ("a.svg", "", "xml"),
    ("data", "<?xml version=\"1.0\"?>\n", "xml"),
    ("a.json", "", "json"),
    ("a.yaml", "", "yaml"),
    ("debian/upstream/metadata", "", "yaml"),
    ("Cargo.lock", "", "toml"),
    ("a.toml", "", "toml"),
    ("a.ini", "", "ini"),
    ("a.conf", "[section]\n", "ini"),
    ("a.conf", "# x\ny z\n", "config"),
    (".gitignore", "", "config"),
    ("a.sql", "", "sql"),
    ("a.awk", "", "awk"),
    ("a.sed", "", "sed"),
    ("a.tcl", "", "tcl"),
    ("a.lua", "", "lua"),
    ("a.R", "", "r"),
    ("a.jl", "", "julia"),
    ("a.hs", "", "haskell"),
    ("a.ml", "", "ocaml"),
    ("a.sml", "", "sml"),
    ("a.fs", "", "fsharp"),
    ("a.elm", "", "elm"),
    ("a.erl", "", "erlang"),
    ("a.ex", "", "elixir"),
    ("a.lisp", "", "common-lisp"),
    ("a.el", "", "emacs-lisp"),
    ("a.scm", "", "scheme"),
    ("a.clj", "", "clojure"),
    ("a.vala", "", "vala"),
    ("a.vhdl", "", "vhdl"),
    ("a.v", "", "verilog"),
    ("a.glsl", "", "glsl"),
    ("a.s", "", "asm"),
    ("a.tex", "", "tex"),
    ("a.cls", "\\ProvidesClass{a}\n", "tex"),
    ("a.cls", "VERSION 1.0 CLASS\n", "basic"),
    ("a.bas", "", "basic"),
    ("a.bib", "", "bibtex"),
    ("a.texi", "", "texinfo"),
    ("hello.1", ".TH HELLO 1\n", "roff"),
    ("data.1", "1 2 3\n", ""),
    ("a.rst", "", "rst"),
    ("README.md", "", "markdown"),
    ("de.po", "", "po"),
    ("a.ps", "", "postscript"),
    ("a.proto", "", "protobuf"),
    ("Dockerfile", "", "dockerfile"),
    ("hello.service", "", "systemd"),
    ("hello.desktop", "", "desktop"),
    ("a.dart", "", "dart"),
    ("a.nim", "", "nim"),
    ("a.cr", "", "crystal"),
    ("a.ps1", "", "powershell"),
    ("a.bat", "", "batch"),
    ("a.vim", "", "vim"),
    ("x", "# vim: ft=tcl\n", "tcl"),
    ("a.graphql", "", "graphql"),
    ("a.thrift", "", "thrift"),
    ("a.nix", "", "nix"),
    ("a.tf", "", "hcl"),
    ("a.coffee", "", "coffeescript"),
    ("a.cob", "", "cobol"),
    ("a.fth", "", "forth"),
    ("a.st", "", "smalltalk"),
    ("a.qml", "", "qml"),
    ("a.gnuplot", "", "gnuplot"),
    ("a.dot", "", "dot"),
    ("a.adoc", "", "asciidoc"),
    ("a.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "openpgp"),
    ("a.asc", "= Title\n", "asciidoc"),
    ("a.org", "", "org"),
    ("a.jq", "", "jq"),
    ("c.nanorc", "", "nanorc"),
    ("a.y", "", "yacc"),
    ("a.l", "", "lex"),
    ("a.gperf", "", "gperf"),
    ("ChangeLog", "", "gnu-changelog"),
    ("a.flf", "", "figlet"),
    ("a.raku", "", "raku"),
    ("a.sol", "", "solidity"),
    ("a.wat", "", "wat"),
    ("a.llvm", "", "llvm"),
    ("Kconfig", "", "kconfig"),
    ("a.dts", "", "devicetree"),
    ("a.spec", "", "rpm-spec"),
    ("a.idl", "", "idl"),
    ("a.ld", "", "linker-script"),
    ("a.mediawiki", "", "mediawiki"),
    ("a.bbclass", "", "bitbake"),
    ("README", "hello\n", ""),
    ("a.txt", "hello\n", ""),
];
