"""Packages for each way of carrying changes to upstream's files."""

from source import source
from tarballs import Exe, diff, gz

LINES = "".join(f"line {number}\n" for number in range(1, 13))
CHANGED = LINES.replace("line 2\n", "line two\n")


def diff_of(p, files, changes=b""):
    """A diff that brings files below debian/, and further changes."""
    files = {**p.debian_files(), **files}
    return b"".join(diff(path, None, content) for path, content in sorted(files.items())) + changes


def dep3(description, patch, **fields):
    lines = [f"Description: {description}", *(f"{name}: {value}" for name, value in fields.items())]
    return "\n".join(lines).encode() + b"\n" + patch


@source("carry-diff", "1.0-1", "1.0")
def carry_diff(p):
    """1.0 whose diff changes upstream's files directly: one, a new one, and one that is gone; no patches."""
    p.orig({"code": LINES, "gone": "gone\n"})
    changes = diff("code", LINES, CHANGED) + diff("fresh", None, "fresh\n") + diff("gone", "gone\n", None)
    p.add(".diff.gz", gz(diff_of(p, {}, changes)))


@source("carry-quilt", "1.0-1", "1.0")
def carry_quilt(p):
    """1.0 with quilt inside: a series with an option and a comment, applied by debian/rules."""
    p.orig({"code": LINES})
    plain = diff("code", CHANGED, CHANGED.replace("line 9", "line nine"), "code.orig", "code")
    files = {
        "debian/rules": Exe(b"#!/usr/bin/make -f\n%:\n\tdh $@ --with quilt\n"),
        "debian/patches/series": "two.patch\n# the next one has no folder to strip\nnine.patch -p0\n",
        "debian/patches/two.patch": dep3("name the second line", diff("code", LINES, CHANGED), Forwarded="not-needed"),
        "debian/patches/nine.patch": dep3("name the ninth line", plain, Author="Ada Example <ada@example.org>"),
    }
    p.add(".diff.gz", gz(diff_of(p, files)))


@source("carry-dpatch", "1.0-1", "1.0")
def carry_dpatch(p):
    """1.0 with dpatch inside: 00list, and patches that are scripts with ## DP: lines."""
    p.orig({"code": LINES})
    script = (
        b"#! /bin/sh /usr/share/dpatch/dpatch-run\n## 10_two.dpatch by Ada Example <ada@example.org>\n##\n"
        b"## All lines beginning with `## DP:' are a description of the patch.\n"
        b"## DP: Name the second line.\n## DP: (Closes: #123456)\n\n@DPATCH@\n"
    )
    files = {
        "debian/rules": Exe(b"#!/usr/bin/make -f\ninclude /usr/share/dpatch/dpatch.make\n%:\n\tdh $@\n"),
        "debian/patches/00list": "10_two\n",
        "debian/patches/10_two.dpatch": Exe(script + diff("code", LINES, CHANGED)),
    }
    p.add(".diff.gz", gz(diff_of(p, files)))


@source("carry-cdbs", "1.0-1", "1.0")
def carry_cdbs(p):
    """1.0 with simple-patchsys of cdbs: all patches by name, without a list."""
    p.orig({"code": LINES})
    files = {
        "debian/rules": Exe(
            b"#!/usr/bin/make -f\ninclude /usr/share/cdbs/1/rules/debhelper.mk\n"
            b"include /usr/share/cdbs/1/rules/simple-patchsys.mk\n"
        ),
        "debian/patches/20-nine.patch": diff("code", CHANGED, CHANGED.replace("line 9", "line nine")),
        "debian/patches/10-two.patch": diff("code", LINES, CHANGED),
    }
    p.add(".diff.gz", gz(diff_of(p, files)))


@source("carry-plain", "1.0-1", "1.0")
def carry_plain(p):
    """1.0 with patches inside debian/ of which nothing says when they are applied, beside a change of the diff."""
    p.orig({"code": LINES})
    files = {"debian/patches/two.patch": diff("code", LINES, CHANGED)}
    p.add(".diff.gz", gz(diff_of(p, files, diff("code", LINES, LINES.replace("line 12", "line twelve")))))


@source("carry-single", "1.0-1", "3.0 (quilt)")
def carry_single(p):
    """3.0 (quilt) with single-debian-patch: one patch that dpkg-source made, with its own header."""
    p.orig({"code": LINES, "other": LINES})
    header = (
        b"This patch contains all the Debian-specific changes mixed\ntogether. To review them separately, please inspect "
        b"the VCS\nhistory at https://git.example.org/carry-single\n\n"
    )
    changes = diff("code", LINES, CHANGED) + diff("other", LINES, LINES.replace("line 7\n", ""))
    p.debian({"debian/source/options": "single-debian-patch\n"}, patches={"debian-changes": header + changes})


@source("carry-changes", "1.0-1", "3.0 (quilt)")
def carry_changes(p):
    """3.0 (quilt) whose last patch dpkg-source made of changes that were in no other one; hunks that have moved."""
    text = "".join(f"line {number}\n" for number in range(1, 37))
    changed = text.replace("line 14\n", "line fourteen\n")
    p.orig({"code": text})
    moved = diff("code", text, changed).replace(b"@@ -11,7 +11,7 @@", b"@@ -8,7 +8,7 @@")
    automatic = diff("code", changed, changed.replace("line 30\n", "line 30\nmore\n"))
    p.debian(
        patches={
            "fourteen.patch": dep3("name a line", moved, Origin="upstream"),
            "debian-changes-1.0-1": dep3("Upstream changes introduced in version 1.0-1", automatic),
        }
    )


@source("carry-vendor", "1.0-1", "3.0 (quilt)")
def carry_vendor(p):
    """3.0 (quilt) with two series: press.series, which is applied here, adds a patch to those of series."""
    p.orig({"code": LINES})
    p.debian(
        {"debian/patches/press.series": "two.patch\nnine.patch\n"},
        series="two.patch\n",
        patches={
            "two.patch": diff("code", LINES, CHANGED),
            "nine.patch": diff("code", CHANGED, CHANGED.replace("line 9", "line nine")),
        },
    )
