use super::*;
use crate::model::Scope;

/// The one on this machine, or `None` with a word to the reader.
fn ctags() -> Option<Ctags> {
    let found = Ctags::find("ctags".as_ref());
    if let Err(error) = &found {
        assert!(std::env::var_os("DEBPRESS_REQUIRE_TOOLS").is_none(), "{error}");
        eprintln!("SKIPPED: {error}; DEBPRESS_REQUIRE_TOOLS=1 makes this a failure");
    }
    found.ok()
}

/// A program in place of ctags.
fn fake(script: &str) -> (tempfile::TempDir, Ctags) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ctags");
    let features = "if [ $2 = --version ]; then echo 'features: +json, +interactive, +sandbox'; exit; fi";
    crate::fs::write_atomically(&path, &[format!("#!/bin/sh\n{features}\n{script}\n").as_bytes()]).unwrap();
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    std::fs::set_permissions(&path, permissions).unwrap();
    let ctags = Ctags::find(&path).unwrap();
    (folder, ctags)
}

fn outline(symbols: &[Symbol]) -> String {
    let mut html = String::new();
    write_outline(symbols, &mut html);
    html
}

#[test]
fn functions_types_and_members_are_found() {
    let text = b"struct point {\n\tint x;\n};\n\nint length(struct point p)\n{\n\treturn p.x;\n}\n";
    let Some(ctags) = ctags() else { return };
    let symbols = ctags.symbols(b"a/point.c", text).unwrap();
    let told: Vec<_> = symbols.iter().map(|it| (it.line, &*it.name, &*it.kind, it.end)).collect();
    assert_eq!(told, [(1, "point", "struct", Some(3)), (2, "x", "member", None), (5, "length", "function", Some(8))]);
    assert_eq!(symbols[1].scope, Some(Scope { kind: "struct".to_owned(), name: "point".to_owned() }));
    assert_eq!(symbols[2].signature.as_deref(), Some("(struct point p)"));
    insta::assert_snapshot!(outline(&symbols));
}

#[test]
fn one_process_serves_many_files_and_odd_ones() {
    let Some(ctags) = ctags() else { return };
    for (path, text) in [
        (&b"no-language"[..], &b"what is this"[..]),
        (b"empty.c", b""),
        (b"bytes.c", b"int \xff\xfe(void) {}\n\0\n"),
        (b"\xff.py", b"def f(): pass\n"),
        (b"data.json", b"{\"a\": 1}\n"),
        // ctags warns of a tag without a name here.
        (b"null.js", b"a = {\n\tset: function() {}\n};\njQuery.propHooks = { \"\": { get: function() {} } };\n"),
    ] {
        ctags.symbols(path, text).unwrap();
    }
    assert_eq!(ctags.lock().len(), 1);
    assert_eq!(ctags.symbols(b"a.c", b"int f;").unwrap().len(), 1);
}

#[test]
fn a_carriage_return_does_not_end_a_line() {
    let Some(ctags) = ctags() else { return };
    let symbols = ctags.symbols(b"a.py", b"# a\rb\r\nx = 1\r\ndef f(): pass\r\n").unwrap();
    assert_eq!(symbols.iter().map(|it| (it.line, &*it.name)).collect::<Vec<_>>(), [(2, "x"), (3, "f")]);
}

#[test]
fn names_are_escaped_and_nested() {
    let symbol = |line, name: &str, kind: &str, scope: Option<(&str, &str)>| Symbol {
        line,
        name: name.to_owned(),
        kind: kind.to_owned(),
        end: None,
        scope: scope.map(|(kind, name)| Scope { kind: kind.to_owned(), name: name.to_owned() }),
        signature: Some("(<T>)".to_owned()),
    };
    let html = outline(&[
        symbol(1, "<a>", "namespace", None),
        symbol(2, "B", "class", Some(("namespace", "<a>"))),
        symbol(3, "c", "member", Some(("class", "<a>::B"))),
        symbol(4, "lost", "member", Some(("class", "Nowhere"))),
        symbol(5, "B", "function", Some(("namespace", "<a>"))),
        symbol(6, "\u{202e}x", "function", None),
    ]);
    insta::assert_snapshot!(html);
    assert_eq!(html.matches("<ul>").count(), html.matches("</ul>").count());
    assert_eq!(html.matches("<li>").count(), html.matches("</li>").count());
}

#[test]
fn a_program_that_fails_is_told_and_replaced() {
    for (script, message) in [
        ("exit 1", "ctags failed: it broke off"),
        ("echo nonsense; cat > /dev/null", "ctags failed: it answered nonsense\\n: expected ident at line 1 column 2"),
        (r#"echo '{"_type":"error","message":"bad"}'; cat > /dev/null"#, "ctags failed: bad"),
    ] {
        let (_folder, ctags) = fake(script);
        let error = ctags.symbols(b"a.c", &vec![b'\n'; 1 << 20]).unwrap_err().to_string();
        // A program that ends at once may be met while it is written to.
        assert!(error == message || error.contains("Broken pipe"), "{error}");
        assert!(ctags.lock().is_empty());
    }
}

#[test]
fn what_is_no_universal_ctags_is_refused() {
    let absent = Ctags::find("/nonexistent/ctags".as_ref()).unwrap_err().to_string();
    assert_eq!(absent, "`/nonexistent/ctags` cannot be run: No such file or directory (os error 2)");
    assert!(matches!(Ctags::find("true".as_ref()), Err(SymbolsError::Unfit(_))));
}

proptest::proptest! {
    #[test]
    fn pages_of_outlines_begin_where_those_of_texts_do(
        lines in proptest::collection::vec((0_usize..6, proptest::bool::ANY), 0..60),
        seed in 0_usize..4,
    ) {
        let lengths = [0, 1, 80, 3_000, 90_000, 300_000];
        let mut text = b"x\n".repeat([0, 1_990, 5_990, 13_000][seed]);
        for (length, ends) in lines {
            text.resize(text.len() + lengths[length], b'y');
            text.extend_from_slice(if ends { b"\n" } else { b"" });
        }
        let lexed = fragment::Fragmenter::new(1, std::sync::Arc::default()).lex(b"a", &text, None);
        let firsts: Vec<u32> = lexed.pieces.iter().map(|(line, _)| *line).collect();
        proptest::prop_assert_eq!(fragment::first_lines(&text), firsts);
    }
}
