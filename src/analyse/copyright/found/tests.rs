use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::model::CopyrightStatement;

fn shown(statement: &CopyrightStatement) -> String {
    let years: Vec<String> = statement.years.iter().map(ToString::to_string).collect();
    format!("{} {}", years.join(","), statement.holder).trim().to_owned()
}

fn statements(text: &str) -> Vec<String> {
    found(b"a", text.as_bytes()).copyright.iter().map(shown).collect()
}

fn rules(text: &str) -> Vec<String> {
    found(b"a", text.as_bytes()).notices.into_iter().map(|it| it.expression).collect()
}

/// Lines as packages have them, some made up, and what they say.
const STATEMENTS: [(&str, &[&str]); 43] = [
    ("   Copyright (C) 2001-2003 Free Software Foundation, Inc.", &["2001-2003 Free Software Foundation, Inc"]),
    (
        "dnl Copyright (C) 2001, 2009-2022 Free Software Foundation, Inc.",
        &["2001,2009-2022 Free Software Foundation, Inc"],
    ),
    ("/* Copyright (C) 1990-1998 Free Software Foundation, Inc.", &["1990-1998 Free Software Foundation, Inc"]),
    (
        "   Copyright (C) 1989, 1990, 1991 Free Software\n   Foundation, Inc.",
        &["1989-1991 Free Software Foundation, Inc"],
    ),
    (
        "dnl Copyright (C) 1999, 2001-2003 Free Software Foundation,\ndnl Inc.",
        &["1999,2001-2003 Free Software Foundation, Inc"],
    ),
    ("    Copyright 1994-2022 Free Software Foundation, Inc.", &["1994-2022 Free Software Foundation, Inc"]),
    (
        " Copyright @copyright{} 1998--1999, 2001 Free Software Foundation, Inc.",
        &["1998-1999,2001 Free Software Foundation, Inc"],
    ),
    ("# Copyright © 2012 Free Software Foundation, Inc.", &["2012 Free Software Foundation, Inc"]),
    (
        " *   Copyright (C) 1999-2011, 2013-2025 Free Software Foundation, Inc.    *",
        &["1999-2011,2013-2025 Free Software Foundation, Inc"],
    ),
    (" * Copyright (c) 2007 Nicholas Marriott <nicholas.marriott@example.org>", &["2007 Nicholas Marriott"]),
    (" * Copyright (C) 1984-2022  Mark Nudelman", &["1984-2022 Mark Nudelman"]),
    ("(C) 2004-2011 Hisham H. Muhammad", &["2004-2011 Hisham H. Muhammad"]),
    ("(C) 2020 Red Hat, Inc.  All Rights Reserved.", &["2020 Red Hat, Inc"]),
    ("// Copyright 2013-2022 The Cobra Authors", &["2013-2022 The Cobra Authors"]),
    (" * Copyright (C) 2000-2007 by Andy McFadden, All Rights Reserved.", &["2000-2007 Andy McFadden"]),
    (" * Copyright(c) 2014-2015 Douglas Christopher Wilson", &["2014-2015 Douglas Christopher Wilson"]),
    (" * Copyright (c) 1996 - 2021 by Steve Baker (ice@example.org)", &["1996-2021 Steve Baker"]),
    ("# Copyright (C) 1994 X Consortium", &["1994 X Consortium"]),
    ("# Copyright (C) 2010, Benjamin Drung <bdrung@example.org>", &["2010 Benjamin Drung"]),
    ("# Copyright: 1990-2022 Free Software Foundation, Inc.", &["1990-2022 Free Software Foundation, Inc"]),
    (" * Copyright 2001-2019 The ovh-ttyrec Authors. All rights reserved.", &["2001-2019 The ovh-ttyrec Authors"]),
    ("This code is copyright 2006 by Steinar H. Gunderson, all rights reserved.", &["2006 Steinar H. Gunderson"]),
    ("# This program is Copyright (C) 2006-2010 by Joey Hess <joeyh@example.org>.", &["2006-2010 Joey Hess"]),
    ("Copyright 1999-2003 by Julian Gilbey <jdg@example.org>,", &["1999-2003 Julian Gilbey"]),
    (
        ".\\\" Copyright (c) 1980 The Regents of the University of California.",
        &["1980 The Regents of the University of California"],
    ),
    ("#\tCopyright (c) 1991-2016 Unicode, Inc.  All Rights reserved.", &["1991-2016 Unicode, Inc"]),
    ("# (c) 2009 chrysn <chrysn@example.org>", &["2009 chrysn"]),
    ("/* Copyright (c) IBM Corporation, 2000, 2010.  All rights reserved.   */", &["2000,2010 IBM Corporation"]),
    ("# Copyright Bill Allombert <ballombe@example.org> 2001.", &["2001 Bill Allombert"]),
    ("# Copyright: Frans Pop <elendil@example.org>, 2007", &["2007 Frans Pop"]),
    ("## This file is part of cowsay.  (c) 1999-2000 Tony Monroe.", &["1999-2000 Tony Monroe"]),
    (" * Copyright (c) 1995 Tatu Ylonen <ylo@example.org>, Espoo, Finland", &["1995 Tatu Ylonen"]),
    ("# Copyright (C) 2018, Xavier <yadd@example.org>", &["2018 Xavier"]),
    (" * Copyright (c) 2006-2020  Byte      <byte AT example DOT org>", &["2006-2020 Byte"]),
    ("; Copyright © 2019 ChangZhuo Chen (陳昌倬) <czchen@example.org>", &["2019 ChangZhuo Chen (陳昌倬)"]),
    (" * Copyright jQuery Foundation and other contributors", &["jQuery Foundation and other contributors"]),
    (" * Copyright (c) The fd developers", &["The fd developers"]),
    ("Copyright &copy; 2020&ndash;2024 Lua.org, PUC-Rio.", &["2020-2024 Lua.org, PUC-Rio"]),
    ("\" Copyright", &[]),
    ("  Portions Copyright 1992, 93 Ann Example", &["1992-1993 Ann Example"]),
    ("# Copyright 2015-present Ann Example", &["2015 Ann Example"]),
    ("# Copyright (C) 2001,\n# 2002 Ann Example\n# 2003 Bob Example", &["2001-2002 Ann Example", "2003 Bob Example"]),
    ("# Copyright (C) 2001\n#   Ann Example <ann@example.org>", &["2001 Ann Example"]),
];

/// Lines as packages have them, some made up that only look like statements.
const OTHERS: [&str; 36] = [
    " * copyright notice and this permission notice appear in all copies.",
    " * 1. Redistributions of source code must retain the above copyright",
    "** See Copyright Notice in lua.h",
    "#. TRANSLATORS: Translate \"(C)\" to the copyright symbol",
    "# are permitted in any medium without royalty provided the copyright",
    "msgstr \"©\"",
    "#~ \"Copyright (C) %s Free Software Foundation, Inc.\\n\"",
    "msgid \"This program is Copyright (C) 2006 by Joey Hess <joeyh@example.org>.\"",
    "Show version and copyright information.",
    "\tmaint: update all copyright year number ranges",
    "\tgnulib: Update to latest with copyright year adjusted.",
    "the \"copyright\" line and a pointer to where the full notice is found.",
    "copyright holder, and you cure the violation prior to 60 days after",
    "    Copyright (C) <year>  <name of author>",
    "Copyright (C) $year Free Software Foundation, Inc,",
    "# Copyright (C) YEAR Free Software Foundation, Inc.",
    ".SH COPYRIGHT",
    "/* $Copyright: $",
    "=head1 COPYRIGHT AND LICENSE",
    "      --copyright-holder='$(COPYRIGHT_HOLDER)' \\",
    "COPYRIGHT_HOLDER = Free Software Foundation, Inc.",
    "UPDATE_COPYRIGHT_YEAR=2009 \\",
    "my $copyright_year = '2022';",
    "enum { COPYRIGHT_YEAR = 2021 };",
    "copyright = \"2007 Pallets\"",
    "   \"Copyright (C) 2018 Free Software Foundation, Inc.\",",
    "printf(\"Copyright (C) 2000-2017, Andy McFadden.\\n\");",
    "  print \"Copyright (C) 2001 Free Software Foundation, Inc.\\n\";",
    "cow{say,think} version $version, (c) 1999 Tony Monroe",
    "  * Update debian/copyright",
    "  * d/copyright: Convert to machine-readable format (closes: #1019289)",
    "\tUpdate copyright statements for 2020",
    "and is copyright under the GPL, version 2 or later.",
    "% Adapted from the plain.tex definition of \\copyright.",
    "/* sub.c   not copyrighted (n) 1993 by Mark Adler */",
    "#define LUA_COPYRIGHT\tLUA_RELEASE \"  Copyright (C) 1994-2024 Lua.org, PUC-Rio\"",
];

#[test]
fn statements_are_read() {
    for (text, expected) in STATEMENTS {
        assert_eq!(statements(text), expected, "{text}");
    }
}

#[test]
fn what_only_looks_like_a_statement_is_none() {
    for text in OTHERS {
        assert_eq!(statements(text), [""; 0], "{text}");
    }
}

#[test]
fn addresses_are_kept_apart() {
    let found = found(b"a", b"# Copyright 2001 Ann <ann@example.org>\n");
    assert_eq!((found.copyright[0].mail.as_deref(), found.copyright[0].line), (Some("ann@example.org"), 1));
}

#[test]
fn notices_say_version_and_later() {
    let gnu = |name: &str, version: &str| {
        format!(
            "/* This program is free software; you can redistribute it and/or modify\n * it under the terms of the GNU {name} \
             as published by\n * the Free Software Foundation; {version}.\n */"
        )
    };
    let later =
        |number: &str| format!("either version {number} of the License, or\n * (at your option) any later version");
    let general = "General Public License";
    assert_eq!(rules(&gnu(general, &later("2"))), ["GPL-2.0-or-later"]);
    assert_eq!(rules(&gnu(general, &later("3"))), ["GPL-3.0-or-later"]);
    assert_eq!(rules(&gnu("Lesser General Public License", &later("2.1"))), ["LGPL-2.1-or-later"]);
    assert_eq!(rules(&gnu(general, "version 2 of the License")), ["GPL-2.0-only"]);
    assert_eq!(rules(&gnu(general, "version 2 of the License, or any later version")), [""; 0]);
    let excepted = format!("{}\nAs a special exception, you may link it with anything.", gnu(general, &later("2")));
    assert_eq!(rules(&excepted), [""; 0]);
}

#[test]
fn a_declaration_and_a_patch_say_nothing_of_themselves() {
    let text = b"Copyright 2001 Ann\n# SPDX-License-Identifier: MIT\n";
    for path in [&b"debian/copyright"[..], b".reuse/dep5", b"debian/patches/a", b"a.patch"] {
        assert!(found(path, text).is_empty());
    }
    assert!(!found(b"a", text).is_empty());
    assert!(found(b"a", &[&b"\0"[..], text].concat()).is_empty());
    let wide: Vec<u8> = "# Copyright 2001 Ann Example\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(found(b"a", &wide).copyright.len(), 1);
}

#[test]
fn hostile_files_take_no_longer() {
    for text in [
        "copyright ",
        "SPDX-",
        "SPDX-License-Identifier: ",
        "# SPDX-SnippetBegin\n",
        "(c) 2001 ",
        "license\n",
        "/*REUSE-Ignore",
    ] {
        let bytes = text.repeat((16 << 20) / text.len()).into_bytes();
        let start = Instant::now();
        let _ = found(b"LICENSE", &bytes);
        assert!(start.elapsed() < Duration::from_secs(5), "{text}");
    }
}

proptest! {
    #[test]
    fn random_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = found(b"COPYING", &bytes);
    }

    #[test]
    fn changed_headers_are_survived(line in 0..STATEMENTS.len(), at in 0_usize..80, with in proptest::collection::vec(any::<u8>(), 0..4)) {
        let mut bytes = STATEMENTS[line].0.as_bytes().to_vec();
        let at = at.min(bytes.len());
        bytes.splice(at..(at + 1).min(bytes.len()), with);
        for statement in found(b"a", &bytes).copyright {
            prop_assert!(!statement.holder.is_empty() && !statement.holder.contains('@'));
        }
    }
}
