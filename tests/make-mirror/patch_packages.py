"""Packages whose patches are odd, yet apply."""

import random
import subprocess
import tempfile
from pathlib import Path

from source import source
from tarballs import Dir, Exe, Hard, diff


def git(path, *lines, to=None):
    """The header of a git diff."""
    return f"diff --git a/{path} b/{to or path}\n".encode() + b"".join(line.encode() + b"\n" for line in lines)


@source("patch-git-rename", "1.0-1", "3.0 (quilt)")
def patch_git_rename(p):
    """Git renames and copies: alone, with hunks, into a new folder, out of a folder (which vanishes)."""
    p.orig({"a": "a\n", "b": "1\n2\n3\n", "c/only": "c\n", "d": "1\n2\n3\n", "e": "e\n", "exe": Exe(b"#!/bin/sh\n")})
    p.debian(
        patches={
            "alone": git("a", "similarity index 100%", "rename from a", "rename to new/place/a", to="new/place/a"),
            "hunk": git("b", "similarity index 60%", "rename from b", "rename to b2", "index 1..2 100644", to="b2")
            + b"--- a/b\n+++ b/b2\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n",
            "vanish": git("c/only", "similarity index 100%", "rename from c/only", "rename to c-only", to="c-only"),
            "copy": git("d", "similarity index 100%", "copy from d", "copy to d2", to="d2"),
            "copy-hunk": git("d", "similarity index 60%", "copy from d", "copy to sub/d3", to="sub/d3")
            + b"--- a/d\n+++ b/sub/d3\n@@ -1,3 +1,3 @@\n-1\n+one\n 2\n 3\n",
            "mode": git("exe", "similarity index 100%", "rename from exe", "rename to moved/exe", to="moved/exe"),
            "after": git("e", "index 1..2 100644")
            + diff("e", "e\n", "f\n")
            + git("e", "similarity index 100%", "copy from e", "copy to e2", to="e2"),
        }
    )


@source("patch-git-mode", "1.0-1", "3.0 (quilt)")
def patch_git_mode(p):
    """Git modes: set and taken away, with and without hunks, on new files; files that a patch rewrites keep
    theirs."""
    p.orig({"plus": "a\n", "minus": Exe(b"a\n"), "plus-hunk": "a\n", "minus-hunk": Exe(b"a\n"), "keeps": Exe(b"a\n")})
    p.debian(
        patches={
            "modes": git("plus", "old mode 100644", "new mode 100755")
            + git("minus", "old mode 100755", "new mode 100644")
            + git("plus-hunk", "old mode 100644", "new mode 100755", "index 1..2")
            + diff("plus-hunk", "a\n", "b\n")
            + git("minus-hunk", "old mode 100755", "new mode 100644", "index 1..2")
            + diff("minus-hunk", "a\n", "b\n")
            + git("keeps", "index 1..2 100755")
            + diff("keeps", "a\n", "b\n"),
            "new": git("new-exe", "new file mode 100755", "index 0..1")
            + diff("new-exe", None, "new\n")
            + git("sub/new-plain", "new file mode 100644", "index 0..1")
            + diff("sub/new-plain", None, "new\n"),
            "keeps": diff("keeps", "b\n", "c\n"),
        }
    )


@source("patch-git-link", "1.0-1", "3.0 (quilt)")
def patch_git_link(p):
    """A git patch makes symlinks."""
    p.orig({"a": "a\n"})
    p.debian(
        patches={
            "link": git("link", "new file mode 120000", "index 0..1") + diff("link", None, "a"),
            "deep": git("deep/er/link", "new file mode 120000", "index 0..1") + diff("deep/er/link", None, "../../a"),
        }
    )


@source("patch-git-run-on", "1.0-1", "3.0 (quilt)")
def patch_git_run_on(p):
    """A git header without hunks is followed by a part without one: the header's mode goes to that part's file."""
    p.orig({"mode": "mode\n", "a": "a\n"})
    p.debian(patches={"mode": git("mode", "old mode 100644", "new mode 100755") + diff("a", "a\n", "b\n")})


@source("patch-git-empty", "1.0-1", "3.0 (quilt)")
def patch_git_empty(p):
    """Git patches that make empty files (none is there afterwards: patch -E removes them) and delete some."""
    p.orig({"a": "a\n", "empty": "", "folder/empty": "", "folder-2/empty": "", "folder-2/a": "a\n"})
    p.debian(
        patches={
            "new": git("made", "new file mode 100644", "index 0..1")
            + git("new/made", "new file mode 100755", "index 0..1")
            + git("a", "index 1..2 100644")
            + diff("a", "a\n", "b\n"),
            "gone": git("empty", "deleted file mode 100644", "index 0..1")
            + git("folder/empty", "deleted file mode 100644", "index 0..1")
            + git("folder-2/empty", "deleted file mode 100644", "index 0..1")
            + git("a", "index 1..2 100644")
            + diff("a", "b\n", "c\n"),
        }
    )


@source("patch-new-gone", "1.0-1", "3.0 (quilt)")
def patch_new_gone(p):
    """Patches that make and remove files in many spellings: removed and emptied files vanish, and folders with them
    up to one that holds something; an empty file of upstream stays until it is patched."""
    p.orig(
        {
            "a/b/c/only": "x\n",
            "d/only": "x\n",
            "d/stays": "x\n",
            "e/emptied": "x\n",
            "f/dated": "x\n",
            "g/file": "x\n",
            "g/folder": Dir,
            "h": "x\n",
            "empty": "",
            "i/no-newline": "x",
        }
    )
    dated = "2026-11-01 10:00:00.000000000 +0000"
    epoch = "1970-01-01 00:00:00.000000000 +0000"
    p.debian(
        patches={
            "gone": diff("a/b/c/only", "x\n", None)
            + diff("d/only", "x\n", None)
            + diff("e/emptied", "x\n", "", None, "b/e/emptied")
            + diff("f/dated", "x\n", "", f"a/f/dated\t{dated}", f"b/f/dated\t{epoch}")
            + diff("g/file", "x\n", None)
            + diff("i/no-newline", "x", None),
            "new": diff("new/by/null", None, "x\n")
            + diff("new-dated", "", "x\n", f"a/new-dated\t{epoch}", f"b/new-dated\t{dated}")
            + diff("new-plain", "", "x\n", "a/new-plain")
            + diff("new-no-newline", None, "x")
            + diff("new with blanks/a file", None, "x\n"),
            "there-and-back": diff("back/again", None, "x\n"),
            "there-and-back-2": diff("back/again", "x\n", None),
            "fill-empty": diff("empty", "", "filled\n", "a/empty"),
            "remade": diff("a/b/c/only", None, "made again\n"),
        }
    )


@source("patch-names", "1.0-1", "3.0 (quilt)")
def patch_names(p):
    """File names in patch headers: other first folders, doubled slashes, blanks with a tab behind, names in which
    old and new differ, dates, Index lines, prose between, no first line of diff."""
    p.orig(
        {
            name: "x\n"
            for name in (
                "one",
                "two",
                "sub/three",
                "with blank",
                "five",
                "six",
                "seven.orig",
                "seven",
                "eight",
                "nine",
                "ten.c",
            )
        }
    )
    p.debian(
        patches={
            "tops": diff("one", "x\n", "1\n", f"{p.top}.orig/one", f"{p.top}/one"),
            "slashes": diff("sub/three", "x\n", "3\n", "a//sub/three", "b///sub/three"),
            "blank": diff("with blank", "x\n", "4\n"),
            "dates": diff("five", "x\n", "5\n", "a/five 2026-11-01 10:00", "b/five Sun Nov  1 10:00:00 2026"),
            "orig-name": diff("seven", "x\n", "7\n", "a/seven.orig", "b/seven"),
            "other-old": diff("eight", "x\n", "8\n", "a/not-there", "b/eight"),
            "other-new": diff("nine", "x\n", "9\n", "a/nine", "b/not-there-either"),
            "index": b"Index: pkg/two\n" + b"=" * 67 + b"\n" + diff("two", "x\n", "2\n"),
            "prose": b"From 1234 Mon Sep 17 00:00:00 2001\nFrom: Ada <ada@example.org>\nSubject: [PATCH] Six\n\nText.\n- a list\n"
            b"+ another\n---\n six | 2 +-\n\n" + diff("six", "x\n", "6\n") + b"-- \n2.30.2\n\n",
            "functions": diff("ten.c", "x\n", "10\n").replace(b" @@\n", b" @@ int main(void) @@ odd\n"),
        }
    )


@source("patch-newline", "1.0-1", "3.0 (quilt)")
def patch_newline(p):
    """Line ends: no newline at the end (before, after, both), CR LF in file and patch, a lone CR, form feeds, NUL,
    Latin-1, blank context lines stripped, a translated \\ line."""
    p.orig(
        {
            "loses": "a\nb\n",
            "gains": "a\nb",
            "neither": "a\nb",
            "crlf": "a\r\nb\r\nc\r\n",
            "cr": "a\rb\nc\n",
            "ff": "a\n\x0c\nb\n",
            "binary": b"a\n\0\xff\nb\n",
            "latin": b"caf\xe9\n",
            "blank": "a\n\nb\n\nc\n",
            "said": "a\nb",
            "mixed": "a\r\nb\nc\r\n",
        }
    )
    p.debian(
        patches={
            "loses": diff("loses", "a\nb\n", "a\nB"),
            "gains": diff("gains", "a\nb", "a\nB\n"),
            "neither": diff("neither", "a\nb", "A\nb"),
            "crlf": diff("crlf", b"a\r\nb\r\nc\r\n", b"a\r\nB\r\nc\r\n"),
            "mixed": diff("mixed", b"a\r\nb\nc\r\n", b"a\nb\nC\r\n"),
            "cr": b"--- a/cr\n+++ b/cr\n@@ -1,2 +1,2 @@\n a\rb\n-c\n+C\n",
            "ff": b"--- a/ff\n+++ b/ff\n@@ -1,3 +1,3 @@\n a\n \x0c\n-b\n+B\n",
            "binary": b"--- a/binary\n+++ b/binary\n@@ -1,3 +1,3 @@\n a\n-\0\xff\n+\0\xfe\n b\n",
            "latin": diff("latin", b"caf\xe9\n", b"caf\xc3\xa9\n"),
            "blank": b"--- a/blank\n+++ b/blank\n@@ -1,5 +1,5 @@\n a\n\n-b\n+B\n\n c\n",
            "said": b"--- a/said\n+++ b/said\n@@ -1,2 +1,2 @@\n a\n-b\n\\ Kein Zeilenumbruch am Dateiende.\n+B\n"
            b"\\ Kein Zeilenumbruch am Dateiende.\n",
        }
    )


@source("patch-crlf", "1.0-1", "3.0 (quilt)")
def patch_crlf(p):
    """Patches that end all their lines, headers too, in CR LF: GNU patch strips the CRs."""
    p.orig({"unix": "a\nb\nc\n", "unix-new/stays": "x\n"})
    p.debian(
        patches={
            "unix": diff("unix", "a\nb\nc\n", "a\nB\nc\n").replace(b"\n", b"\r\n"),
            "new": diff("made", None, "1\n2\n").replace(b"\n", b"\r\n"),
        }
    )


@source("patch-twice", "1.0-1", "3.0 (quilt)")
def patch_twice(p):
    """One patch with several parts for one file, and parts out of order."""
    p.orig({"a": "1\n2\n3\n4\n5\n6\n7\n8\n9\n"})
    p.debian(
        patches={
            "parts": b"--- a/a\n+++ b/a\n@@ -8,2 +8,3 @@\n 8\n 9\n+10\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-1\n+one\n 2\n",
            "parts-2": b"--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+eins\n--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n-eins\n+un\n+deux\n",
        }
    )


@source("patch-hard-link", "1.0-1", "3.0 (quilt)")
def patch_hard_link(p):
    """A patched file with a second hard link, which keeps the old text."""
    p.orig({"a": "a\n", "b": Hard(b"a"), "exe": Exe(b"x\n"), "exe-2": Hard(b"exe")})
    p.debian(patches={"a": diff("a", "a\n", "b\n"), "exe": diff("exe-2", "x\n", "y\n")})


@source("patch-debian", "1.0-1", "3.0 (quilt)")
def patch_debian(p):
    """Patches that change debian/ itself: control, a later patch, and the series (read before)."""
    p.orig({"a": "a\n"})
    second = diff("a", "a\n", "b\n")
    p.debian(
        {"debian/note": "1\n"},
        patches={
            "1": diff("debian/note", "1\n", "2\n")
            + diff("debian/patches/2", second, diff("a", "a\n", "c\n"))
            + diff("debian/patches/series", "1\n2\n", "1\n2\n3\n")
            + diff("debian/rules", "#!/usr/bin/make -f\n%:\n\tdh $@\n", "#!/usr/bin/make -f\n"),
            "2": second,
        },
    )


@source("patch-header", "1.0-1", "3.0 (quilt)")
def patch_header(p):
    """Headers of patches: DEP-3 in several spellings, git mail, none, odd bytes, and a bare --- in prose."""
    p.orig({"a": "0\n"})
    p.debian(
        patches={
            "dep3.patch": "Description: Ä short line\n A longer text\n .\n with paragraphs.\nOrigin: upstream, "
            "https://git.example.org/x/commit/1234\nBug: https://bugs.example.org/1\nBug-Debian: "
            "https://bugs.example.org/2\nForwarded: not-needed\nReviewed-by: Bob <bob@example.org>\n"
            "Last-Update: 2026-11-01\nApplied-Upstream: 1.1\n\n".encode()
            + diff("a", "0\n", "1\n"),
            "mail.patch": b"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: =?utf-8?q?=C3=89l?= "
            b"<el@example.org>\nDate: Sun, 1 Nov 2026 10:00:00 +0000\nSubject: [PATCH 1/2] A subject\n that is folded\n"
            b"\nSome text.\n\nBug-Debian: https://bugs.example.org/3\n---\n a | 2 +-\n 1 file changed\n\n"
            + git("a", "index 1..2 100644")
            + diff("a", "1\n", "2\n")
            + b"-- \n2.40.0\n",
            "none.patch": diff("a", "2\n", "3\n"),
            "hash.patch": b"## hash.patch by Ada <ada@example.org>\n##\n## DP: dpatch style\n\n@DPATCH@\n"
            + diff("a", "3\n", "4\n"),
            "bytes.patch": b"Caf\xe9 <script>alert(1)</script> \x1b[31m\n" + diff("a", "4\n", "5\n"),
        }
    )


@source("patch-long-hunk", "1.0-1", "3.0 (quilt)")
def patch_long_hunk(p):
    """A hunk has more lines than its head says: the rest is taken for prose."""
    p.orig({"a": "1\n2\n3\n"})
    p.debian(patches={"a.patch": b"--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-1\n+one\n 2\n-3\n+three\n"})


# Where a hunk goes


def shaky_patch(rng):
    """A file of few different lines, and a patch for it whose line numbers are off."""
    lines = [rng.choice("abc") for _ in range(rng.randrange(1, 25))]
    old = "".join(line + "\n" for line in lines)
    new = list(lines)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(new) + 1)
        new[at : at + rng.randrange(3)] = ["x", "y"][: rng.randrange(3)]
    text = diff("F", old, "".join(line + "\n" for line in new), context=rng.choice([0, 1, 2, 3, 3, 3]))
    out = []
    for line in text.split(b"\n"):
        if line.startswith(b"@@"):
            first, second = (part[1:].split(b",") for part in line.split(b" ")[1:3])
            moved = rng.choice([0, 0, 1, -1, 2, -3, 7])
            first[0] = b"%d" % max(0 if first[1:] == [b"0"] else 1, int(first[0]) + moved)
            second[0] = b"%d" % max(0 if second[1:] == [b"0"] else 1, int(second[0]) + rng.choice([moved, moved, 0]))
            line = b"@@ -" + b",".join(first) + b" +" + b",".join(second) + b" @@"
        out.append(line)
    return old, b"\n".join(out)


@source("patch-places", "1.0-1", "3.0 (quilt)", "stable-one:main unstable-two:main")
def patch_places(p):
    """A hundred and sixty patches with up to three lines of context and wrong line numbers for files of few
    different lines, all of which GNU patch -F0 applies: where each hunk goes is what matters (offsets, the nearer
    of two places, hunks bound to start or end)."""
    rng = random.Random(20261114)
    files, patches = {}, {}
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch, "F")
        while len(files) < 160:
            old, text = shaky_patch(rng)
            target.write_text(old)
            done = subprocess.run(
                ["patch", "-t", "-F0", "-N", "-p1", "-u", "--dry-run"], cwd=scratch, input=text, capture_output=True
            )
            exact = b"offset" not in done.stdout and len(files) % 4
            if done.returncode == 0 and text and not exact:
                name = f"f{len(files):03}"
                files[name] = old
                patches[f"{name}.patch"] = text.replace(b"a/F", b"a/" + name.encode()).replace(
                    b"b/F", b"b/" + name.encode()
                )
    p.orig(files, "xz")
    p.debian(patches=patches)
