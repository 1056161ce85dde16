"""Packages whose oddity is their debian/copyright."""

import pathlib

from source import source
from tarballs import Link

FORMAT = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
EXPAT = "\nLicense: Expat\n Permission is hereby granted, free of charge, to any person.\n"
ISC = "\nLicense: ISC\n Permission to use, copy, modify, and distribute this software.\n"
FILES = {"README": "read me\n", "src/main.c": "int main;\n", "src/util.c": "int util;\n", "doc/.hidden/a.txt": "a\n"}


def declared(p, text, more=()):
    p.native({**FILES, **dict(more), "debian/copyright": text}, "xz")


def paragraph(files, license="Expat", copyright="2026 Ada Example"):
    return f"\nFiles: {files}\nCopyright: {copyright}\nLicense: {license}\n"


@source("copyright-draft", "1.0", "3.0 (native)")
def draft(p):
    """debian/copyright by a draft: Format-Specification, an old address, names of fields in lower case."""
    declared(
        p,
        "Format-Specification: http://svn.debian.org/wsvn/dep/web/deps/dep5.mdwn?op=file&rev=135\n"
        "upstream-name: draft\n\nfiles: *\ncopyright: 2026 Ada Example\nlicense: Expat\n" + EXPAT.replace("L", "l", 1),
    )


@source("copyright-headers", "1.0", "3.0 (native)")
def headers(p):
    """debian/copyright with its header behind another paragraph, an address without https and slash, a second header."""
    http = "Format: http://www.debian.org/doc/packaging-manuals/copyright-format/1.0\n"
    declared(p, paragraph("*").lstrip("\n") + "\n" + http + "\n" + FORMAT + "Source: https://example.org/\n" + EXPAT)


@source("copyright-no-header", "1.0", "3.0 (native)")
def no_header(p):
    """debian/copyright whose header is missing."""
    declared(p, paragraph("*").lstrip("\n") + paragraph("debian/*", "ISC") + EXPAT + ISC)


@source("copyright-joined", "1.0", "3.0 (native)")
def joined(p):
    """debian/copyright without an empty line between the header and the first Files paragraph."""
    declared(p, FORMAT + paragraph("*").lstrip("\n") + paragraph("src/*", "ISC") + EXPAT + ISC)


@source("copyright-order", "1.0", "3.0 (native)")
def order(p):
    """debian/copyright with licences before files, special paragraphs before general ones, the same files twice, the
    same licence twice, a licence without use."""
    declared(
        p,
        FORMAT + EXPAT + paragraph("src/util.c", "ISC") + paragraph("README src/*") + paragraph("src/* README", "ISC")
        + ISC + ISC.replace("software", "program") + "\nLicense: Zlib\n Text.\n",
    )


@source("copyright-incomplete", "1.0", "3.0 (native)")
def incomplete(p):
    """debian/copyright whose paragraphs lack fields, values and texts; files that no paragraph covers."""
    declared(
        p,
        FORMAT + "\nFiles: README\nLicense: Expat\n\nFiles: src/main.c\nCopyright: Ada\n\nFiles:\nCopyright: Ada\nLicense:\n"
        "\nFiles: src/util.c\nCopyright:\nLicense: BSD-3-clause\n\nComment: of nothing\n\nLicense: Expat\n",
    )


@source("copyright-lines", "1.0", "3.0 (native)")
def lines(p):
    """debian/copyright with a byte order mark, comments, tabs, lines of blanks, lines without indentation, a field
    twice, and a continued line without a field."""
    declared(
        p,
        "\ufeff" + FORMAT + "# a comment\n\nFiles:\n\tsrc/main.c\n# between two patterns\n src/util.c\nCopyright: 2026 Ada\n"
        "Copyright: 2027 Ada\nLicense: Expat\n \nFiles: README\nCopyright: Ada\nLicense: Expat\n"
        "\n continued\nFiles: doc/*\nCopyright: Ada\nLicense: Expat\n The first line.\n .\nA line that is not indented.\n" + EXPAT,
    )


@source("copyright-crlf", "1.0", "3.0 (native)")
def crlf(p):
    """debian/copyright whose lines end with CR LF."""
    declared(p, (FORMAT + paragraph("*") + paragraph("src/*\n doc/*", "ISC") + EXPAT + ISC).replace("\n", "\r\n"))


@source("copyright-latin", "1.0", "3.0 (native)")
def latin(p):
    """debian/copyright in Latin-1."""
    text = FORMAT + paragraph("*", copyright="2026 Jürgen Müller, François Dupré und Søren Ærø") + EXPAT
    declared(p, text.encode("latin-1"))


@source("copyright-globs", "1.0", "3.0 (native)")
def globs(p):
    """debian/copyright with patterns of every kind: one a line, commas, ./, slashes at both ends, brackets, escapes that
    are none; patterns that match nothing and that never count."""
    declared(
        p,
        FORMAT + paragraph("nothing/*") + paragraph("src/m???.c") + paragraph("*")
        + paragraph("\n src/main.c,\n ./src/util.c,\n /README", "ISC")
        + paragraph("doc/ doc/[a].txt {a,b} star\\*.txt back\\\\slash odd\\name ques\\?", "Zlib")
        + paragraph("*.txt *hidden*") + EXPAT + ISC + "\nLicense: Zlib\n Text.\n",
        {"star*.txt": "a\n", "back\\slash": "a\n", "odd\\name": "a\n", "ques?": "a\n", "\u00fcber.txt": "a\n"},
    )


@source("copyright-expressions", "1.0", "3.0 (native)")
def expressions(p):
    """debian/copyright with licence lines of every kind: operators, commas, brackets, exceptions, nonsense."""
    lines = [
        "GPL-2+ or Artistic, and BSD-3-clause",
        "GPL-2+ and Expat or ISC",
        "GPL-3+ with autoconf exception",
        "GPL-2+ with OpenSSL exception, or MPL-1.1",
        "Expat and/or ISC",
        "Expat, ISC and Zlib",
        "(Expat or ISC) and Zlib",
        "((Expat",
        "and Expat or",
        "GNU General Public License",
        "Expat with",
        "(" * 100 + "Expat",
        "Expat or " * 600 + "ISC",
    ]
    declared(p, FORMAT + "".join(paragraph(f"{number}", line) for number, line in enumerate(lines)))


@source("copyright-names", "1.0", "3.0 (native)")
def names(p):
    """debian/copyright with names of licences: ambiguous, deprecated, unknown, in other capitals, as SPDX has them."""
    names = "GPL MIT BSD Artistic Perl bsd-3-clause-CLEAR GPL-2.0-or-later GPL-3.0+ BSD-2-clause-NetBSD My-Own X11"
    names = [*names.split(), "Public Domain", "GFDL-NIV-1.3+", "LicenseRef-mine", "Apache-2"]
    declared(p, FORMAT + "".join(paragraph(f"{number}", f"{name}\n Text.") for number, name in enumerate(names)))


@source("copyright-free-form", "1.0", "3.0 (native)")
def free_form(p):
    """debian/copyright as a text for people."""
    declared(
        p,
        "This package was debianized by Ada Example <ada@example.org>.\n\nFiles: see the upstream tarball.\n\n"
        "This program is free software; you can redistribute it under the GNU General\nPublic License, version 2. See\n"
        "`/usr/share/common-licenses/GPL-2'. One file:\n\n  Permission is hereby granted, free of charge, to any person\n"
        "  obtaining a copy of this software\n",
    )


@source("copyright-hostile", "1.0", "3.0 (native)")
def hostile(p):
    """debian/copyright with markup and scripts in every place."""
    script = "<script>alert(1)</script>"
    declared(
        p,
        f"Format: javascript:alert(1)//{script}\nUpstream-Name: {script}\nSource: javascript:alert(1)\n"
        f'Comment: "><img src=x onerror=alert(1)> /usr/share/common-licenses/{script}\n{script}: {script}\n'
        f"\nFiles: {script} \"onmouseover=alert(1) *\nCopyright: \u202e{script}\nLicense: {script} or javascript:alert(1)\n"
        f" </pre>{script}\n\nLicense: {script}\n {script}\n /usr/share/common-licenses/../../etc/passwd\n",
    )


@source("copyright-many", "1.0", "3.0 (native)", "large-four:main")
def many(p):
    """debian/copyright with patterns of ten thousand stars and question marks and with 21,000 paragraphs."""
    stars = paragraph("*" * 10000 + " " + "?" * 10000 + " " + "*a" * 5000)
    declared(p, FORMAT + stars + "".join(f"\nFiles: *a{number}*\nLicense: X\n" for number in range(21000)))


@source("copyright-empty", "1.0", "3.0 (native)")
def empty(p):
    """debian/copyright with nothing in it."""
    declared(p, "")


@source("copyright-link", "1.0", "3.0 (native)")
def link(p):
    """debian/copyright is a link to a file of the tree."""
    declared(p, Link(b"../COPYING"), {"COPYING": FORMAT + paragraph("*") + EXPAT})


NOTICE = """/* This program is free software; you can redistribute it and/or modify it under the terms of the GNU General
 * Public License as published by the Free Software Foundation; either version 2 of the License, or (at your option)
 * any later version. */
"""
REUSE = """version = 1
[[annotations]]
path = "*.tsv"
SPDX-FileCopyrightText = "2025 Grace Example"
SPDX-License-Identifier = "0BSD"
"""


@source("copyright-found", "1.0", "3.0 (native)")
def found(p):
    """Files that say their licence themselves: as declared, otherwise, by other files (REUSE), and a licence's text;
    files that Files-Excluded names, and files without their source."""
    licence = pathlib.Path(__file__).parents[2].joinpath("LICENSE-MIT").read_text(encoding="utf-8")
    declared(
        p,
        FORMAT + "Files-Excluded: vendor/* old.c\n" + paragraph("*") + paragraph("isc.c", "ISC") + EXPAT + ISC,
        {
            "agreed.c": "/* SPDX-License-Identifier: MIT */\n/* Copyright (C) 2019-2021 Ada Example <ada@example.org> */\n",
            "other.c": "int x;\n\n" + NOTICE + "/* Copyright 2001, 2002 Grace Example */\nint y;\n",
            "isc.c": "/* Copyright 2020 Ada Example */\n",
            "image.png": b"\x89PNG\r\n\x1a\n\0\0\0\0",
            "image.png.license": "SPDX-FileCopyrightText: 2022 Grace Example\nSPDX-License-Identifier: CC0-1.0\n",
            "data/REUSE.toml": REUSE,
            "data/table.tsv": "a\tb\n",
            "COPYING": licence,
            "vendor/lib.js": "var a;\n",
            "web/app.min.js": "function a(b){return b}" * 50 + "\n",
            "bin/tool": b"\x7fELF\x02\x01\x01" + b"\0" * 57,
            "bin/Tool.class": b"\xca\xfe\xba\xbe\0\0\0\x41" + b"\0" * 8,
        },
    )
