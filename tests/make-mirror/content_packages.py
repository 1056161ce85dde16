"""Packages whose oddity is the names or the contents of their files."""

import io
import struct
import unicodedata
import zipfile
import zlib

from source import source
from tarballs import Dir, Exe, Link, Tar, diff, gz, tree

HTML = "<!DOCTYPE html>\n<title>x</title>\n<script>alert(1)</script>\n"
HOSTILE = "<script>alert(1)</script>"


@source("names", "1.0-1", "3.0 (quilt)", "stable-one:main unstable-two:main")
def names(p):
    """File names: those that our own files could have, and every kind of odd byte."""
    ours = [
        "foo",
        "foo.gz",
        "foo.html",
        "foo.html.gz",
        "index",
        "index.html",
        "index.html.gz",
        "index~",
        "index.htm",
        "x",
        "x.html/inside",
        "x.html~",
        "y",
        "y.html.gz/inside",
        "index.d/index/index.html",
        "index.d/index.html",
        "index.d/index.html.gz",
        "robots.txt",
        ".htaccess",
        ".well-known/security.txt",
        "web.config",
        "_redirects",
        "_headers",
        "favicon.ico",
        "sitemap.xml",
        "404.html",
        "CNAME",
        ".nojekyll",
        "service-worker.js",
        "z/index.html/x",
    ]
    odd = [
        "new\nline",
        "tab\ttab",
        'quo"te',
        "apo'strophe",
        HOSTILE.replace("/", "\\"),
        "<b>",
        "&amp;",
        "a&b=c",
        "%",
        "%41",
        "A",
        "100%25.txt",
        "100%.txt",
        "%2e%2e",
        "%2f",
        "what?",
        "?",
        "#",
        "a#b",
        "a b",
        " leading",
        "trailing ",
        "a+b",
        "a:b",
        "c:",
        "a;b",
        "back\\slash",
        "-rf",
        "--help",
        ".hidden",
        "..foo",
        "...",
        "..",
        "trailing.",
        "tilde~",
        "~",
        "~user",
        "$HOME",
        "`id`",
        "$(id)",
        "{{x}}",
        "{% x %}",
        "[a]",
        "*",
        "a|b",
        "a=b",
        "@",
        "!",
        "^",
        "a,b",
        "(1)",
        "CON",
        "aux.c",
        "nul",
        "README",
        "readme",
        "\u202egnp.exe",
        "\U0001f600",
        "\u00fcber",
        "\u65e5\u672c\u8a9e",
        "\u200bzero-width",
        "\ufeffbom",
        "\x01\x7f",
        "\x1b[31mred",
        "\r",
        "latest",
        "javascript:alert(1)",
        "data:text,x",
        "http:",
        "\u2028",
        unicodedata.normalize("NFC", "e\u0301"),
        unicodedata.normalize("NFD", "\u00e9"),
        "a" * 255,
    ]
    raw = [
        b"latin-\xe9",
        b"\xff\xfe",
        b"cut-\xe2\x82",
        b"overlong-\xc0\xaf",
        b"surrogate-\xed\xa0\x80",
        b"\x80",
        b"f" * 255 + b"/" + b"g" * 255,
        b"/".join([b"dir%d" % n for n in range(40)]) + b"/file",
        b"dir \xe9\n?#%/inside",
        b"%2f-dir/a",
        b"?d/query",
        b"#d/hash",
        b"...dir/..x",
        b"-dir/-f",
        b"~dir/x~",
        b"index~dir/index",
    ]
    entries = {name: f"{name!r}\n" for name in ours + odd if name != ".."}
    entries |= {name: repr(name) + "\n" for name in raw}
    entries |= {
        "to-foo": Link(b"foo"),
        "to-folder": Link(b"x.html"),
        "to-latin": Link(b"latin-\xe9"),
        "to-odd": Link(b"a b/?#%\n"),
        "to-script": Link(HOSTILE.encode()),
        "empty-folder": Dir,
        "empty.html": Dir,
        HOSTILE: HTML,
        "folder-of-links/one": Link(b"../foo"),
        "script.html": HTML,
        "exe": Exe(b"#!/bin/sh\n"),
    }
    p.orig(entries, "xz")
    p.debian(
        patches={
            "odd-name-#1-%41.patch": diff("a b", "'a b'\n", "patched\n") + diff("100%25.txt", "'100%25.txt'\n", "p\n"),
            "latin.patch": diff(b"latin-\xe9", repr(b"latin-\xe9") + "\n", "patched\n"),
            "<b>&amp;?.patch": diff("what?", "'what?'\n", "patched\n"),
        }
    )


def png():
    """One red pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
        + chunk(b"IEND", b"")
    )


def tiny_zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.txt"), "a\n")
    return out.getvalue()


@source("contents", "1.0-1", "3.0 (quilt)", "stable-one:main unstable-two:main")
def contents(p):
    """File contents: empty, no newline at the end, line ends, encodings, control characters, long lines, many
    lines, markup that must not run, binaries."""
    text = "one\ntwo\n"
    p.orig(
        {
            "empty": "",
            "newline-only": "\n",
            "newlines-only": "\n\n\n",
            "no-newline": "one\ntwo",
            "crlf.c": "int a;\r\nint b;\r\n",
            "cr.c": "int a;\rint b;\r",
            "cr-mixed.c": "a\r\r\nb\rc\n\rd\n",
            "lfcr": "a\n\rb\n\r",
            "nul.c": b"int a;\0\nint b;\n",
            "nul-late.c": b"int a;\n" * 2000 + b"\0",
            "latin-1.c": b"/* caf\xe9 \xa9 */\n",
            "latin-1-c1": b"\x80\x85\x9f\xa0\n",
            "utf-8.c": "/* \u00fc \u20ac \U0001f600 */\n",
            "utf-8-bom.c": "\ufeffint a;\n",
            "utf-16-le.txt": b"\xff\xfe" + text.encode("utf-16-le"),
            "utf-16-be.txt": b"\xfe\xff" + text.encode("utf-16-be"),
            "utf-32.txt": text.encode("utf-32"),
            "utf-16-no-bom.txt": text.encode("utf-16-le"),
            "shift-jis.txt": "\u65e5\u672c\u8a9e\n".encode("shift-jis"),
            "euc-jp.txt": "\u65e5\u672c\u8a9e\n".encode("euc-jp"),
            "koi8-r.txt": "\u043f\u0440\u0438\u0432\u0435\u0442\n".encode("koi8-r"),
            "iso-2022-jp.txt": "\u65e5\u672c\n".encode("iso-2022-jp"),
            "declared.py": b"# -*- coding: latin-1 -*-\nname = 'caf\xe9'\n",
            "utf-8-cut.c": b"/* \xe2\x82 */\nint a;\xe2\x82",
            "utf-8-bad.c": b"/* \xff\xc0\xaf\xed\xa0\x80\xf5\x80\x80\x80 */\n",
            "mixed-encodings.txt": "caf\u00e9 ".encode() + b"caf\xe9\n",
            "bidi.c": "/* \u202e } \u2066if (admin)\u2069 \u2066 */ begin();\n\u200f\u061c\u2067x\u2069\n",
            "invisible.c": "a\u200bb\u2060c\u00add\ufeffe\u3164f\u0085g\u2028h\u2029i\n",
            "combining.txt": "e" + "\u0301" * 500 + "\n",
            "nonchars.txt": "\ufffe\uffff\U0010ffff\ufdd0\ue000\n",
            "ff.c": "int a;\n\x0c\nint b;\x0c\n",
            "vt.txt": "a\x0bb\n",
            "ansi.log": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J\n",
            "bell.txt": "\x07\x08\x7f\n",
            "all-bytes": bytes(range(256)),
            "all-bytes-lines": b"".join(b"%02x %c\n" % (n, n) for n in range(256)),
            "controls.txt": bytes(n for n in range(1, 32)) + b"\n",
            "long-line.js": "var a=[" + "1," * 100_000 + "1];\n",
            "long-word.txt": "x" * 200_000,
            "many-lines.txt": "line\n" * 20_000,
            "many-empty-lines": "\n" * 20_000,
            "no-break.c": "/*" + " comment" * 20_000,
            "nested.json": "[" * 10_000 + "]" * 10_000 + "\n",
            "page.html": HTML
            + "<img src=x onerror=alert(2)>\n<a href='javascript:alert(3)'>x</a>\n</code></pre><script>alert(4)</script>\n",
            "image.svg": '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script><circle r="9"/></svg>\n',
            "style.css": "body{background:url(javascript:alert(1))}</style><script>alert(1)</script>\n",
            "page.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>\n',
            "feed.xml": '<?xml version="1.0"?><?xml-stylesheet href="#" type="text/xsl"?><x>&lt;</x>\n',
            "README.md": "# Title\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![y](https://tracker.example.org/y.png)\n\n```c\nint a;\n```\n",
            "README.rst": "Title\n=====\n\n.. raw:: html\n\n   <script>alert(1)</script>\n",
            "signs.c": "if (a < b && c > d || e == '\"' || f == '&') x = \"<>&\\\"'\";\n" * 20,
            "entities.txt": "&lt; &amp; &#x41; &#0; &nbsp; &bogus; <!-- -- -->\n",
            "cdata.txt": "]]> <![CDATA[ --> <!-- </code> </pre> </textarea>\n",
            "template.txt": "{{ x }} {% y %} {# z #} ${x} <%= x %>\n",
            "pixel.png": png(),
            "gif.gif": b"GIF89a\1\0\1\0\0\0\0;",
            "tiny.zip": tiny_zip(),
            "tiny.gz": gz(b"a\n"),
            "tiny.tar": bytes(Tar().file("a", "a\n").data) + bytes(1024),
            "tiny.tar.gz": gz(tree("x", {"a": "a\n"}).end()),
            "doc.pdf": "%PDF-1.4\n%%EOF\n",
            "elf": b"\x7fELF\2\1\1" + bytes(57),
            "class.class": b"\xca\xfe\xba\xbe\0\0\0\x34",
            "fake.png": HTML,
            "fake.txt": b"\x7fELF" + bytes(9),
            "polyglot.gif": b"GIF89a/*" + HTML.encode() + b"*/=1;alert(1)",
            "same-1.txt": "the same\n",
            "same-2.txt": "the same\n",
            "tabs.c": "\tint a;\n  \tint b;\n \t int c;\t\t/* x */\n",
            "trailing.c": "int a;   \n\t\t\n   \n",
            "script": Exe(b"#!/usr/bin/env python3\nprint(1)\n"),
            "script-odd": "#! /bin/sh -e\necho 1\n",
            "modeline": "# vim: set ft=ruby :\nputs 1\n",
            "url.txt": "See https://example.org/a?b=c&d=<e>, http://[::1]/ and javascript:alert(1)\n",
        },
        "xz",
    )
    p.debian(
        patches={
            "markup.patch": b'Description: <script>alert(1)</script> &amp; "quotes"\n'
            b"Origin: javascript:alert(1)\nBug: https://bugs.example.org/?a=1&b=<2>\n"
            + diff(
                "signs.c",
                ("if (a < b && c > d || e == '\"' || f == '&') x = \"<>&\\\"'\";\n" * 20),
                ("if (a < b && c > d || e == '\"' || f == '&') x = \"<>&\\\"'\";\n" * 19) + "</code><script>\n",
            )
        }
    )


LANGUAGES = {
    "main.c": "#include <stdio.h>\n#define X(a) \\\n\t((a) + 1)\n/* two\n lines */\nint main(void) { // one\n\tprintf(\"%d\\n\", X(0x1fUL)); return '\\''; }\n",
    "main.cpp": 'auto s = R"x(raw "string" )")x";\ntemplate <class T> struct A<T> { };\n',
    "main.h": "#ifndef H\n#define H\nextern int a;\n#endif\n",
    "main.py": 'def f(a: int = 0_1) -> str:\n    """Doc\n    string."""\n    return f"{a!r:>{10}} {\'x\'}"  # comment\n',
    "main.rs": "/* a /* nested */ comment */\nfn main() { let s = r#\"raw\"#; let c: char = 'a'; loop { break 'x; } }\n",
    "main.go": "package main\n\nfunc main() { s := `raw\nstring`; _ = s }\n",
    "Main.java": 'class Main { String s = """\n  text\n  """; @Override int a = 1_000L; }\n',
    "main.js": "const a = /re[/]x/g, b = a / 2 / 3, c = `t ${a + `${b}`} t`; // c\n",
    "main.ts": "type A<T> = { [k in keyof T]?: T[k] };\n",
    "main.sh": "#!/bin/sh\ncat <<EOF\n$HOME 'text'\nEOF\necho \"$(echo \"x\")\" '#' # comment\n",
    "main.pl": "my $x = qw{a b}; s{a}{b}x; print <<'END';\ntext\nEND\n\n=pod\n\ndoc\n\n=cut\n1;\n__END__\nrest\n",
    "main.rb": "=begin\ncomment\n=end\nputs %w[a b], <<~X, :sym\n  text #{1 + 1}\nX\n",
    "main.hs": '{- a {- nested -} comment -}\nmain :: IO ()\nmain = putStrLn "x" -- c\n',
    "main.ml": "(* a (* nested *) comment *)\nlet x = 'a' and y' = \"s\"\n",
    "main.lisp": '(defun f (x) #| block |# \'x "s" ; c\n  #\\a)\n',
    "main.el": '(defvar x ?a "doc") ; c\n',
    "main.sql": "SELECT 'it''s' FROM \"t\" -- c\nWHERE a = 1; /* x */\n",
    "main.php": '<html><?php echo "$x"; # c ?> text <?= 1 ?></html>\n',
    "main.html": "<!-- c --><p class=\"a\">x &amp; y</p><script>var a = '</p>';</script><style>p{}</style>\n",
    "main.css": "a:hover{color:#fff /* c */}\n",
    "main.xml": "<?xml version=\"1.0\"?><a b='c'><![CDATA[<x>]]></a>\n",
    "main.json": '{"a": [1, -2.5e3, true, null, "\\u0041"]}\n',
    "main.yaml": "a: &x\n  - b  # c\n  - |\n    text\nd: *x\n",
    "main.toml": '[a]\nb = """\nx""" # c\nd = 2026-11-14\n',
    "main.ini": "; c\n[a]\nb=c\n",
    "main.tex": "\\documentclass{a} % c\n$x^2$ \\begin{verbatim}%\\end{verbatim}\n",
    "main.m4": "AC_INIT([a], [1.0]) dnl c\n",
    "main.s": "# c\n.globl main\nmain:\n\tmov $1, %eax\n",
    "main.f90": "program a ! c\n  print *, 'x'\nend program\n",
    "main.f": "C     comment\n      PRINT *, 'X'\n",
    "main.ada": "procedure A is -- c\nbegin\n   X := 'a';\nend A;\n",
    "main.pas": "{ c } (* c *) program a; begin writeln('x'); end.\n",
    "main.lua": "--[[ c\n]] local s = [==[ x ]] ]==] -- c\n",
    "main.tcl": 'proc a {x} { puts "$x" } ;# c\n',
    "main.R": "f <- function(x) 'a' # c\n",
    "main.vala": "int a = 1; // c\n",
    "main.d": "/+ a /+ nested +/ +/ int a; // c\n",
    "main.cs": 'var s = @"a""b"; /// <summary/>\n#region x\n',
    "main.kt": 'val s = """a $x""" /* /* */ */\n',
    "main.scala": 'val s = s"a ${x}" /* /* */ */\n',
    "main.erl": '-module(a). % c\nf() -> $a, "x".\n',
    "main.ex": 'defmodule A do @doc """\n x """\n def a, do: :b # c\nend\n',
    "main.po": '# c\nmsgid "a"\nmsgstr "b"\n',
    "main.1": '.TH A 1\n.\\" c\n\\fBbold\\fR\n',
    "main.diff": "--- a\n+++ b\n@@ -1 +1 @@\n-a\n+b\n",
    "main.cmake": 'set(A "b") # c\n#[[ x ]]\n',
    "CMakeLists.txt": "project(a) # c\n",
    "Makefile": "# c\nA := $(shell echo x)\nall: b\n\t@echo $@ # c\nifeq ($(A),b)\nendif\n",
    "configure.ac": "AC_INIT([a]) dnl c\n# c\n",
    "Dockerfile": "FROM a\nRUN echo x # c\n",
    "meson.build": "project('a', 'c') # c\n",
    "Cargo.toml": '[package]\nname = "a"\n',
    "main.y": "%{\nint a;\n%}\n%%\na: b { $$ = $1; } ;\n",
    "main.l": "%%\n[a-z]+ { return 1; }\n%%\n",
    "main.vim": "\" c\nlet a = 'b'\n",
    "main.proto": 'syntax = "proto3"; // c\n',
    "main.unknown": 'nothing known /* about */ "this\n',
    "debian/main.install": "usr/bin/*\n",
}


@source("languages", "1.0", "3.0 (native)", "stable-one:main unstable-two:main")
def languages(p):
    """A small file in each of many languages, with what is hard about each: nested comments, raw strings, regular
    expressions, here documents."""
    p.native(LANGUAGES, "xz")


@source("large", "1.0-1", "3.0 (quilt)", "large-four:main")
def large(p):
    """Files of 17 MiB, more than is held in memory: lines of text, of which a patch changes some; NULs; one
    line."""
    text = b"A line of text that comes again and again.\n" * (17 * 2**20 // 43)
    p.orig({"lines.txt": text, "zeros.bin": bytes(17 * 2**20), "line.txt": b"x" * 17 * 2**20}, "xz")
    patch = (
        b"--- a/lines.txt\n+++ b/lines.txt\n@@ -1 +1,2 @@\n+The first line.\n A line of text that comes again and again.\n"
        b"@@ -%d,3 +%d,2 @@\n"
        % (text.count(b"\n") - 2, text.count(b"\n") - 1)
        + b" A line of text that comes again and again.\n" * 2
        + b"-A line of text that comes again and again.\n"
    )
    p.debian(patches={"large.patch": patch})


@source("many", "1.0", "3.0 (native)", "large-four:main")
def many(p):
    """Twelve hundred files in one folder, and a hundred folders."""
    files = {f"files/file-{number:04}.txt": f"{number}\n" for number in range(1200)}
    p.native(files | {f"folders/{number:02}/a": f"{number}\n" for number in range(100)}, "xz")
