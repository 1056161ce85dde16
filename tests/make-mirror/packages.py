"""The packages that unpack: formats, index stanzas, names of packages, series of patches."""

from source import source
from tarballs import Dir, Exe, Link, Tar, compress, diff, gz, tree

HELLO = "int main(void)\n{\n\treturn 1;\n}\n"


def simple_quilt(p):
    """A small 3.0 (quilt) package with one patch, for packages whose oddity is elsewhere."""
    p.orig({"a": f"{p.name}\n"}, "xz")
    p.debian(patches={"a.patch": diff("a", f"{p.name}\n", "patched\n")})


# Formats


@source("native-none", "1.0", None)
def native_none(p):
    """No Format field: 1.0, native, gzip."""
    p.native({"hello.c": HELLO})


@source("native-one", "1.0", "1.0")
def native_one(p):
    """1.0, native. It holds .pc and debian/patches, which are content in this format."""
    p.native(
        {
            "a": "a\n",
            ".pc/applied-patches": "a.patch\n",
            "debian/patches/series": "a.patch\n",
            "debian/patches/a.patch": diff("a", "a\n", "b\n"),
        }
    )


@source("native-one-bare", "1.0", "1.0")
def native_one_bare(p):
    """1.0, native, without debian/, which this format does not need."""
    p.native({"a": "a\n"}, with_debian=False)


@source("native-gz", "1.0", "3.0 (native)", "stable-one:main unstable-two:main")
def native_gz(p):
    """3.0 (native), gzip; in two suites."""
    p.native({"hello.c": HELLO, "bin/run": Exe(b"#!/bin/sh\n"), "empty": Dir})


@source("native-bz2", "1.0", "3.0 (native)")
def native_bz2(p):
    """3.0 (native), bzip2. It holds .pc and an unapplied series, which are content in this format."""
    p.native(
        {
            "a": "a\n",
            ".pc/applied-patches": "",
            "debian/patches/series": "a.patch\n",
            "debian/patches/a.patch": diff("a", "a\n", "b\n"),
        },
        "bz2",
    )


@source("native-xz", "1:2.0~rc1+b", "3.0 (native)", "stable-one:main unstable-two:main")
def native_xz(p):
    """3.0 (native), xz; a version with epoch, tilde and plus."""
    p.native({"hello.rs": "fn main() {}\n"}, "xz")


@source("native-lzma", "1.0", "3.0 (native)")
def native_lzma(p):
    """3.0 (native), lzma (the format before xz)."""
    p.native({"hello.pl": "print 'hello';\n"}, "lzma")


@source("native-dash", "1.0-1", "3.0 (native)")
def native_dash(p):
    """3.0 (native) whose version has a revision."""
    p.native({"a": "a\n"}, "xz")


@source("diff-one", "1.0-1", "1.0")
def diff_one(p):
    """1.0 with a diff. It makes files in new folders, deletes one (its folder stays), empties one, leaves
    debian/patches alone."""
    gone, emptied = "gone\n", "a\nb\n"
    p.orig(
        {
            "README": "one\ntwo\nthree\n",
            "gone/only": gone,
            "emptied": emptied,
            "kept": "kept\n",
            ".pc/content": "kept as well\n",
            "debian/control": "replaced by the diff\n",
        }
    )
    files = p.debian_files()
    files["debian/patches/series"] = "not-applied\n"
    files["debian/patches/not-applied"] = diff("kept", "kept\n", "changed\n")
    files["debian/patches/00list"] = "not-applied\n"
    text = b""
    for path, content in sorted(files.items()):
        old = "replaced by the diff\n" if path == "debian/control" else None
        text += diff(path, old, content, f"{p.top}.orig/{path}", f"{p.top}/{path}")
    text += diff("README", "one\ntwo\nthree\n", "one\n2\nthree\n")
    text += diff("deep/er/file", None, "new\n")
    text += diff("emptied", emptied, "", new_name="b/emptied")
    text += diff("gone/only", gone, None)
    p.add(".diff.gz", gz(text))


@source("diff-dated", "1.0-1", "1.0")
def diff_dated(p):
    """1.0 with a diff as `diff -u` writes it: dates behind the names, the epoch for files that are not there."""
    p.orig({"a": "a\n", "gone/only": "gone\n"})
    text = p.debian_diff()
    text += diff(
        "gone/only",
        "gone\n",
        "",
        f"{p.top}.orig/gone/only\t2026-11-01 10:00:00.000000000 +0000",
        f"{p.top}/gone/only\t1970-01-01 00:00:00.000000000 +0000",
    )
    text += diff(
        "new",
        "",
        "new\n",
        f"{p.top}.orig/new\t1970-01-01 00:00:00.000000000 +0000",
        f"{p.top}/new\t2026-11-01 10:00:00.000000000 +0000",
    )
    p.add(".diff.gz", gz(text))


@source("diff-git", "1.0-1", "1.0")
def diff_git(p):
    """1.0 whose diff has git parts without hunks: a change of mode (leaves mode.dpkg-orig), a rename, a copy, a new
    empty file."""
    p.orig({"mode": "mode\n", "old-name": "renamed\n", "original": "copied\n", "a": "a\n"})
    text = b"diff --git a/mode b/mode\nold mode 100644\nnew mode 100755\n"
    text += b"diff --git a/old-name b/new-name\nsimilarity index 100%\nrename from old-name\nrename to new-name\n"
    text += b"diff --git a/original b/copy\nsimilarity index 100%\ncopy from original\ncopy to copy\n"
    text += b"diff --git a/made b/made\nnew file mode 100644\nindex 0..1\n"
    text += b"diff --git a/a b/a\n" + diff("a", "a\n", "b\n")
    p.add(".diff.gz", gz(text + p.debian_diff()))


@source("diff-none", "1.0-1", "1.0")
def diff_none(p):
    """1.0 with an upstream tarball that holds debian/, its signature, and no diff."""
    p.orig({"a": "a\n", **p.debian_files()})
    p.add(".orig.tar.gz.asc", b"-----BEGIN PGP SIGNATURE-----\n\n=AAAA\n-----END PGP SIGNATURE-----\n")


@source("quilt-two-zero", "1.0-1", "2.0")
def quilt_two_zero(p):
    """2.0: the patches are the files of debian/patches with names as of run-parts, sorted; no series."""
    p.orig({"a": "a\n", "gone/only": "gone\n", "emptied": "x\n", "mode": "mode\n", ".pc/content": "dropped\n"})
    p.debian(
        {
            "debian/patches/02_second": diff("a", "b\n", "c\n"),
            "debian/patches/01_first": diff("a", "a\n", "b\n"),
            "debian/patches/03_gone": diff("gone/only", "gone\n", None),
            "debian/patches/04_emptied": diff("emptied", "x\n", "", new_name="b/emptied"),
            "debian/patches/05_mode": b"diff --git a/mode b/mode\nold mode 100644\nnew mode 100755\n"
            b"diff --git a/a b/a\n" + diff("a", "c\n", "d\n"),
            "debian/patches/06.not-a-name": diff("a", "d\n", "e\n"),
        },
        extension="gz",
    )


@source("quilt-two-plain", "1.0-1", "2.0")
def quilt_two_plain(p):
    """2.0 without patches: no debian/patches/.dpkg-source-applied."""
    p.orig({"a": "a\n"})
    p.debian(extension="bz2")


@source("quilt-gz", "1.0-1", "3.0 (quilt)", "stable-one:main unstable-two:main")
def quilt_gz(p):
    """3.0 (quilt), gzip, one patch with a DEP-3 header; in two suites; its .dsc is clear-signed."""
    p.orig({"src/main.c": HELLO, "README.md": "# Read me\n"})
    p.debian(
        patches={
            "return-zero.patch": b"Description: return zero\n One is an error.\nAuthor: Ada <ada@example.org>\n"
            b"Forwarded: https://bugs.example.org/1\nLast-Update: 2026-11-01\n---\n"
            + diff("src/main.c", HELLO, HELLO.replace("1", "0"))
        },
        extension="gz",
    )
    p.dsc_armor = True


@source("quilt-bz2", "1.0-1", "3.0 (quilt)", "unstable-two:main")
def quilt_bz2(p):
    """3.0 (quilt), both tarballs bzip2, no patch."""
    p.orig({"a": "a\n"}, "bz2")
    p.debian(extension="bz2")


@source("quilt-lzma", "1.0-1", "3.0 (quilt)", "unstable-two:main")
def quilt_lzma(p):
    """3.0 (quilt), both tarballs lzma."""
    p.orig({"a": "a\n"}, "lzma")
    p.debian(extension="lzma", patches={"a.patch": diff("a", "a\n", "b\n")})


@source("quilt-xz", "1.0-1", "3.0 (quilt)", "stable-one:contrib unstable-two:contrib")
def quilt_xz(p):
    """3.0 (quilt), xz; in contrib."""
    p.orig({"a": "a\n"}, "xz")
    p.debian(patches={"a.patch": diff("a", "a\n", "b\n")})


@source("quilt-xz", "2.0-1", "3.0 (quilt)", "unstable-two:contrib")
def quilt_xz_two(p):
    """A second version of a package in one suite."""
    p.orig({"a": "a2\n"}, "xz")
    p.debian()


@source("components", "1.0-1", "3.0 (quilt)", "stable-one:non-free unstable-two:non-free")
def components(p):
    """Several upstream tarballs. One fills an empty folder, one replaces a folder, one a link to a folder, one a
    file; one has several top folders, one keeps its .pc; two are signed."""
    p.orig({"a": "a\n", "empty": Dir, "full/old": "old\n", "target/in": "in\n", "link": Link(b"target"), "file": "x\n"})
    for name in ("empty", "full", "link", "file", "new-one"):
        p.orig({"new": f"{name}\n"}, "xz", top=f"some-{name}", component=name)
    p.orig({"one/a": "1\n", "two/a": "2\n"}, "gz", top="", component="many-tops")
    p.orig({".pc/kept": "kept\n", "debian/kept": "kept\n"}, "bz2", component="PC")
    signature = b"-----BEGIN PGP SIGNATURE-----\n\n=AAAA\n-----END PGP SIGNATURE-----\n"
    p.add(".orig.tar.gz.asc", signature)
    p.add(".orig-full.tar.xz.asc", signature)
    p.debian(patches={"a.patch": diff("full/new", "full\n", "patched\n")})


@source("components-many", "1.0-1", "3.0 (quilt)")
def components_many(p):
    """Twelve component tarballs, all with the same bytes."""
    p.orig({"a": "a\n"}, "xz")
    for number in range(12):
        p.orig({"same": "same\n"}, "xz", top="same", component=f"part{number}")
    p.debian()


@source("git-format", "1.0-1", "3.0 (git)", refused=True)
def git_format(p):
    """3.0 (git): a bundle, never unpacked."""
    p.add(".git", b"# v2 git bundle\n0123456789012345678901234567890123456789 refs/heads/main\n\nPACK")
    p.not_run = "3.0 (git) is a bundle of a repository"


@source("bzr-format", "1.0", "3.0 (bzr)", refused=True)
def bzr_format(p):
    """3.0 (bzr): a repository in a tarball, never unpacked."""
    p.add(".bzr.tar.gz", gz(tree(p.top, {".bzr/README": "a repository\n"}).end()))
    p.not_run = "3.0 (bzr) is a repository"


@source("custom-format", "1.0", "3.0 (custom)", refused=True)
def custom_format(p):
    """3.0 (custom): dpkg-source never unpacks it."""
    p.add(".tar.gz", gz(tree(p.top, {"a": "a\n"}).end()))


# The top of an upstream tarball, and what the debian tarball does to it


@source("top-none", "1.0-1", "3.0 (quilt)")
def top_none(p):
    """The upstream tarball has no top folder, but files."""
    p.orig({"a": "a\n", "sub/b": "b\n"}, top="")
    p.debian(patches={"a.patch": diff("a", "a\n", "b\n")})


@source("top-several", "1.0-1", "3.0 (quilt)")
def top_several(p):
    """The upstream tarball has several top folders."""
    p.orig({"one/a": "a\n", "two/b": "b\n"}, top="")
    p.debian(patches={"a.patch": diff("one/a", "a\n", "b\n")})


@source("top-file", "1.0-1", "3.0 (quilt)")
def top_file(p):
    """The upstream tarball holds nothing but one file."""
    p.orig(Tar().file("only", "only\n"))
    p.debian()


@source("top-link", "1.0-1", "3.0 (quilt)")
def top_link(p):
    """The upstream tarball holds nothing but one dangling symlink."""
    p.orig(Tar().link("only", "nowhere"))
    p.debian()


@source("top-hidden", "1.0-1", "3.0 (quilt)")
def top_hidden(p):
    """The upstream tarball's only top folder is called `.hidden`; it is renamed as any other."""
    p.orig({"a": "a\n"}, top=".hidden")
    p.debian()


@source("top-nested", "1.0", "3.0 (native)")
def top_nested(p):
    """One top folder that holds one folder: only the first is renamed."""
    p.native({"inner/a": "a\n"}, "xz", top="outer")


@source("top-pc", "1.0-1", "3.0 (quilt)")
def top_pc(p):
    """A top folder beside a top .pc: the .pc is dropped first, so the folder is the only one and is renamed."""
    p.orig(Tar().dir("pkg").file("pkg/a", "a\n").dir(".pc").file(".pc/x", "x\n"))
    p.debian()


@source("top-empty", "1.0-1", "3.0 (quilt)")
def top_empty(p):
    """An upstream tarball without a member."""
    p.orig(Tar())
    p.debian()


@source("orig-pc", "1.0-1", "3.0 (quilt)")
def orig_pc(p):
    """.pc in the upstream tarball: that of the top folder vanishes, deeper ones stay."""
    p.orig(
        {"a": "a\n", ".pc/applied-patches": "a.patch\n", "deep/.pc/kept": "kept\n", "x.pc": "kept\n", ".pcx": "kept\n"}
    )
    p.debian(patches={"a.patch": diff("a", "a\n", "b\n")})


@source("orig-pc-dot", "1.0-1", "3.0 (quilt)")
def orig_pc_dot(p):
    """Members begin with ./, so ./TOP/.pc is not dropped, and its applied-patches is believed: the first of two
    patches is skipped."""
    top = f"./{p.top}"
    p.orig(Tar().dir("./").dir(top).file(f"{top}/a", "b\n").dir(f"{top}/.pc").file(f"{top}/.pc/applied-patches", "1\n"))
    p.debian(patches={"1": diff("a", "a\n", "b\n"), "2": diff("a", "b\n", "c\n")})


@source("debian-pc", "1.0-1", "3.0 (quilt)")
def debian_pc(p):
    """.pc/applied-patches in the debian tarball: as many patches are skipped as it has lines, whatever their
    names."""
    p.orig({"a": "a\n"})
    p.debian(
        {".pc/applied-patches": "other\nnames\n"},
        patches={"1": diff("a", "x\n", "y\n"), "2": diff("a", "z\n", "z\nz\n"), "3": diff("a", "a\n", "b\n")},
    )


@source("orig-debian", "1.0-1", "3.0 (quilt)")
def orig_debian(p):
    """The upstream tarball's own debian/ is replaced as a whole."""
    p.orig(
        {"a": "a\n", "debian/upstream-only": "gone\n", "debian/control": "gone\n", "debian/patches/series": "gone\n"}
    )
    p.debian()


@source("orig-debian-link", "1.0-1", "3.0 (quilt)")
def orig_debian_link(p):
    """The upstream tarball's debian is a link to a folder; the folder stays."""
    p.orig({"a": "a\n", "debian": Link(b"packaging"), "packaging/control": "stays\n"})
    p.debian()


@source("debian-outside", "1.0-1", "3.0 (quilt)")
def debian_outside(p):
    """The debian tarball replaces members outside debian/: files, an empty folder, links, and a link to a folder by
    a folder."""
    p.orig(
        {
            "file": "old\n",
            "link": Link(b"file"),
            "empty": Dir,
            "to-folder": Link(b"folder"),
            "folder/a": "a\n",
            "file-to-folder": "old\n",
            "folder/stays": "stays\n",
        }
    )
    p.debian(
        {
            "file": Exe(b"new\n"),
            "link": "no link any more\n",
            "empty": "no folder any more\n",
            "to-folder/b": "b\n",
            "file-to-folder/c": "c\n",
            "folder/d": "d\n",
            "added": Link(b"file"),
        }
    )


@source("debian-dot", "1.0-1", "3.0 (quilt)")
def debian_dot(p):
    """The members of the debian tarball begin with ./"""
    p.orig({"a": "a\n"})
    tar = Tar().dir("./").dir("./debian", mode=0o700)
    for name, content in sorted(p.debian_files().items()):
        tar.file(f"./{name}", content)
    p.add(".debian.tar.gz", gz(tar.end()))


@source("debian-link", "1.0", "3.0 (native)")
def debian_link(p):
    """debian is a link to a folder of the package; rules in there becomes executable."""
    files = {
        name.replace("debian/", "packaging/deb/"): bytes(value) if isinstance(value, Exe) else value
        for name, value in p.debian_files().items()
    }
    p.native({"debian": Link(b"packaging/deb"), **files}, with_debian=False)


@source("rules-plain", "1.0", "3.0 (native)", "unstable-two:main")
def rules_plain(p):
    """debian/rules is not executable in the tarball, and becomes so."""
    p.native({"debian/rules": "#!/usr/bin/make -f\n"})


@source("rules-link", "1.0", "3.0 (native)", "unstable-two:main")
def rules_link(p):
    """debian/rules is a link to a file that is not executable, and stays so."""
    p.native({"debian/rules": Link(b"real-rules"), "debian/real-rules": "#!/usr/bin/make -f\n"})


@source("rules-none", "1.0", "3.0 (native)", "unstable-two:main")
def rules_none(p):
    """No debian/rules."""
    p.native({"debian/control": "Source: rules-none\n"}, with_debian=False)


@source("format-missing", "1.0-1", "3.0 (quilt)")
def format_missing(p):
    """No debian/source: dpkg-source makes debian/source/format."""
    p.orig({"a": "a\n"})
    p.debian({"debian/source/format": None})


@source("format-other", "1.0", "3.0 (native)")
def format_other(p):
    """debian/source/format says something else than the .dsc, and stays."""
    p.native({"debian/source/format": "1.0\n"})


@source("links-out", "1.0-1", "3.0 (quilt)")
def links_out(p):
    """Symlinks below debian/ and outside it that point out of the tree, to nothing; and one to /dev/null."""
    p.orig(
        {
            "up": Link(b"../../outside"),
            "absolute": Link(b"/press/does/not/exist"),
            "self": Link(b"self"),
            "passwd": Link(b"/etc/passwd"),
            "root": Link(b"/"),
            "dot": Link(b"."),
        }
    )
    p.debian(
        {
            "debian/up": Link(b"../../../press/none"),
            "debian/absolute": Link(b"/press/does/not/exist"),
            "debian/null": Link(b"/dev/null"),
            "debian/dangling": Link(b"nothing"),
        }
    )


@source("links-found", "1.0-1", "3.0 (quilt)", "unstable-two:main")
def links_found(p):
    """Symlinks below debian/ to what exists outside on most machines. dpkg-source refuses that; decided: it is
    unpacked, with a finding. The manifest was made with other targets."""

    def fill(passwd, above, host):
        p.orig({"a": "a\n"}, "xz")
        p.debian({"debian/passwd": Link(passwd), "debian/above": Link(above), "debian/host": Link(host)})

    p.judged_targets = {"/press/none/1": "/etc/passwd", "/press/none/2": "../..", "/press/none/3": "../../not-there"}
    fill(*(target.encode() for target in p.judged_targets))
    p.judged_files = dict(p.files)
    fill(*(target.encode() for target in p.judged_targets.values()))


# Series


SERIES_PATCHES = {"1.patch": diff("a", "a\n", "1\n"), "2.patch": diff("a", "1\n", "2\n")}


@source("series-lines", "1.0-1", "3.0 (quilt)")
def series_lines(p):
    """A series with comments, blank lines, blanks around names, CR LF, -p1 and other options (not followed), a
    patch in a folder, one called 0 (passed over), and no newline at its end."""
    p.orig({"a": "a\n", "b": "b\n"})
    p.debian(
        patches={
            "1.patch": diff("a", "a\n", "1\n"),
            "sub/2.patch": diff("a", "1\n", "2\n"),
            "3#.patch": diff("a", "2\n", "3\n"),
            "4.patch": diff("a", "3\n", "4\n"),
            "5.patch": diff("a", "4\n", "5\n"),
            "0": diff("a", "5\n", "0\n"),
            "6.patch": diff("a", "5\n", "6\n"),
            "off.patch": diff("a", "a\n", "off\n"),
            "7.patch": diff("b", "b\n", "7\n"),
        },
        series="# a comment\n\n1.patch\n  sub/2.patch\t# with a comment\n3#.patch -p1\n4.patch -p0\r\n#off.patch\n"
        "5.patch -p1 --reverse # more\n0\n \t \n6.patch\n./7.patch",
    )


@source("series-gz", "1.0-1", "3.0 (quilt)")
def series_gz(p):
    """Patches that are compressed (.gz, .xz, .bz2), an empty one, and one that is nothing but an empty line."""
    p.orig({"a": "a\n"})
    p.debian(
        patches={
            "1.patch.gz": compress(diff("a", "a\n", "1\n"), "gz"),
            "2.patch.xz": compress(diff("a", "1\n", "2\n"), "xz"),
            "3.patch.bz2": compress(diff("a", "2\n", "3\n"), "bz2"),
            "4.patch.lzma": compress(diff("a", "3\n", "4\n"), "lzma"),
            "empty.patch": b"",
        }
    )


@source("series-vendor", "1.0-1", "3.0 (quilt)")
def series_vendor(p):
    """press.series is read, series and debian.series (both files) are not."""
    p.orig({"a": "a\n"})
    p.debian(
        {"debian/patches/press.series": "1.patch\n", "debian/patches/debian.series": "1.patch\n2.patch\n"},
        patches=SERIES_PATCHES,
    )


@source("series-vendor-link", "1.0-1", "3.0 (quilt)")
def series_vendor_link(p):
    """press.series and no series: dpkg-source makes the link series -> press.series."""
    p.orig({"a": "a\n"})
    p.debian({"debian/patches/press.series": "1.patch\n2.patch\n"}, patches=SERIES_PATCHES, with_series=False)


@source("series-vendor-stale", "1.0-1", "3.0 (quilt)")
def series_vendor_stale(p):
    """press.series, and series is a link to another file: the link is made anew."""
    p.orig({"a": "a\n"})
    p.debian(
        {
            "debian/patches/press.series": "1.patch\n",
            "debian/patches/debian.series": "1.patch\n2.patch\n",
            "debian/patches/series": Link(b"debian.series"),
        },
        patches=SERIES_PATCHES,
        with_series=False,
    )


@source("series-vendor-empty", "1.0-1", "3.0 (quilt)")
def series_vendor_empty(p):
    """press.series is an empty file, and no series: no patch is applied, the link is made."""
    p.orig({"a": "a\n"})
    p.debian({"debian/patches/press.series": ""}, patches=SERIES_PATCHES, with_series=False)


@source("series-other", "1.0-1", "3.0 (quilt)")
def series_other(p):
    """Only debian.series, which is another vendor's: no patch is applied."""
    p.orig({"a": "a\n"})
    p.debian({"debian/patches/debian.series": "1.patch\n2.patch\n"}, patches=SERIES_PATCHES, with_series=False)


@source("series-link", "1.0-1", "3.0 (quilt)")
def series_link(p):
    """series is a link to a file, which is read."""
    p.orig({"a": "a\n"})
    p.debian(
        {"debian/patches/debian.series": "1.patch\n2.patch\n", "debian/patches/series": Link(b"debian.series")},
        patches=SERIES_PATCHES,
        with_series=False,
    )


@source("series-folder", "1.0-1", "3.0 (quilt)")
def series_folder(p):
    """series is a folder: no patch is applied."""
    p.orig({"a": "a\n"})
    p.debian({"debian/patches/series/1.patch": SERIES_PATCHES["1.patch"]})


@source("series-none", "1.0-1", "3.0 (quilt)")
def series_none(p):
    """Patches, but no series: none is applied."""
    p.orig({"a": "a\n"})
    p.debian(patches=SERIES_PATCHES, with_series=False)


@source("patches-link", "1.0-1", "3.0 (quilt)")
def patches_link(p):
    """debian/patches is a link to a folder, and a patch in there a link to a file: both are followed."""
    p.orig({"a": "a\n"})
    p.debian(
        {
            "debian/patches": Link(b"quilt"),
            "debian/quilt/series": "1.patch\nlink.patch\n",
            "debian/quilt/link.patch": Link(b"2.patch"),
            **{f"debian/quilt/{name}": text for name, text in SERIES_PATCHES.items()},
        }
    )


# Index stanzas, suites and areas


@source("native-gz", "0.9", "3.0 (native)", "unstable-two:main")
def native_gz_old(p):
    """An older version that is kept for its binaries' sake: Extra-Source-Only."""
    p.native({"hello.c": "old\n"})
    p.stanza_fields["Extra-Source-Only"] = "yes"


@source("extra-only", "1.0-1", "3.0 (quilt)", "unstable-two:main")
def extra_only(p):
    """The package's only version is Extra-Source-Only."""
    simple_quilt(p)
    p.stanza_fields["Extra-Source-Only"] = "yes"


@source("sums-md5", "1.0-1", "3.0 (quilt)")
def sums_md5(p):
    """The stanza has MD5 only."""
    simple_quilt(p)
    p.checksums = ("Files",)


@source("sums-sha1", "1.0-1", "3.0 (quilt)")
def sums_sha1(p):
    """The stanza has SHA-1 only."""
    simple_quilt(p)
    p.checksums = ("Checksums-Sha1",)


@source("sums-sha256", "1.0-1", "3.0 (quilt)", "unstable-two:main")
def sums_sha256(p):
    """The stanza has SHA-256 only."""
    simple_quilt(p)
    p.checksums = ("Checksums-Sha256",)


@source("sums-short", "1.0-1", "3.0 (quilt)")
def sums_short(p):
    """Each of the stanza's lists lacks another file: the files are the union."""
    simple_quilt(p)
    names = sorted(p.files)
    p.left_out = {"Files": [names[0]], "Checksums-Sha1": [names[0], p.dsc_name], "Checksums-Sha256": [names[1]]}


@source("stanza-style", "1.0-1", "3.0 (quilt)", "unstable-two:main")
def stanza_style(p):
    """A stanza with field names in odd case, tabs, blanks at line ends, unknown fields and an empty one."""
    simple_quilt(p)
    p.stanza_fields |= {"X-Unknown": "a\n b\n .\n c", "X-Empty": ""}
    p.stanza_edit = lambda text: (
        text.replace("Package: ", "package:\t")
        .replace("Version: ", "VERSION:  ")
        .replace("Directory: ", "directory:")
        .replace("Files:\n ", "FILES: \n\t")
    )


@source("shared", "1.0-1", "3.0 (quilt)", "stable-one:main unstable-two:main")
def shared(p):
    """One version in two suites."""
    simple_quilt(p)


@source("both-areas", "1.0-1", "3.0 (quilt)", "unstable-two:main unstable-two:contrib")
def both_areas(p):
    """One version in two areas of one suite, with files in both pools."""
    simple_quilt(p)


@source("moved", "1.0-1", "3.0 (quilt)", "stable-one:main unstable-two:non-free")
def moved(p):
    """One version in different areas of two suites."""
    simple_quilt(p)


@source("twice", "1.0-1", "3.0 (quilt)", "stable-one:main")
def twice_one(p):
    """Two versions of one upstream version in one suite: they share the upstream tarball."""
    p.orig({"a": "a\n"}, "xz")
    p.debian()


@source("twice", "1.0-2", "3.0 (quilt)", "stable-one:main unstable-two:main")
def twice_two(p):
    """The other of the two."""
    p.orig({"a": "a\n"}, "xz")
    p.debian(patches={"a.patch": diff("a", "a\n", "b\n")})


@source("order", "1.0~rc1-1", "3.0 (quilt)", "stable-one:main")
def order_one(p):
    """Versions whose order is not that of text: 1.0~rc1-1 < 1.0-1 < 1.0-1+u1 < 1.0-10 < 1:0.1-1."""
    simple_quilt(p)


for version in ("1.0-1", "1.0-1+u1", "1.0-10", "1:0.1-1"):

    @source("order", version, "3.0 (quilt)", "unstable-two:main" if version != "1.0-1" else "stable-one:main")
    def order_more(p):
        """One of these versions."""
        simple_quilt(p)


@source("epoch-tilde", "1:2.0~rc1+b-1", "3.0 (quilt)", "stable-one:main unstable-two:main")
def epoch_tilde(p):
    """Epoch, tilde and plus in the version; file names lack the epoch."""
    simple_quilt(p)


@source("zero-epoch", "0:1.0-1", "3.0 (quilt)")
def zero_epoch(p):
    """An epoch that says nothing, 0:, as part of the version."""
    simple_quilt(p)


@source("dashes", "1.0-a-b-1", "3.0 (quilt)")
def dashes(p):
    """Dashes in the upstream version: the revision begins at the last."""
    simple_quilt(p)


@source("firmware", "20261114-1", "3.0 (quilt)", "unstable-two:non-free-firmware")
def firmware(p):
    """In an area whose name begins as another's (non-free-firmware)."""
    simple_quilt(p)


@source("fix", "1.0-1+u1", "3.0 (quilt)", "stable-one/updates:main")
def fix(p):
    """The index stanza has no Files, only Checksums-Sha256."""
    p.orig({"a": "a\n"}, "xz")
    p.debian(patches={"CVE-2026-0001.patch": diff("a", "a\n", "b\n")})
    p.checksums = ("Checksums-Sha256",)


@source("shared", "1.0-1+u1", "3.0 (quilt)", "stable-one/updates:main")
def shared_update(p):
    """An update of a package of stable-one, with its own copy of the upstream tarball."""
    simple_quilt(p)
    p.checksums = ("Checksums-Sha256",)


@source("old", "1.0-1", "1.0", "old-three:main")
def old(p):
    """MD5 only, and no pool."""
    p.orig({"a": "a\n"})
    p.add(".diff.gz", gz(p.debian_diff()))
    p.checksums = ("Files",)
    p.pool_folder = "dists/old-three/main/source/misc"


@source("stranger", "1.0", "3.0 (native)", "other-signed:main")
def stranger(p):
    """In a suite that the wrong key signed."""
    p.native({"a": "a\n"}, "xz")


# Names of packages


for name, why in {
    "api": "A package called as a part of the site's addresses.",
    "list": "The same.",
    "index": "The same.",
    "src": "The same.",
    "info": "The same.",
    "search": "The same.",
    "lib": "The prefix of the name is lib itself.",
    "liboddity-perl": "The prefix of the name is libo.",
    "libreoddity": "The prefix of the name is libr.",
    "0oddity": "A name that begins with a digit.",
    "odd+-.name": "A name with each of the signs that policy allows.",
    "x2": "A short name.",
    "WMOddity": "A capital name, as of old.",
}.items():

    def fill(p):
        simple_quilt(p)

    fill.__doc__ = why
    source(name, "1.0-1", "3.0 (quilt)")(fill)


# debian/copyright


@source("copyright-files", "1.0-1", "3.0 (quilt)", "stable-one:main unstable-two:main")
def copyright_files(p):
    """A machine-readable debian/copyright with several Files paragraphs; the last that matches wins."""
    p.orig(
        {
            "a.c": "a\n",
            "doc/a.txt": "a\n",
            "doc/b [1].txt": "b\n",
            "lib/x/y.c": "y\n",
            "lib/z.h": "z\n",
            "a*b": "star\n",
            "what?": "?\n",
            "back\\slash": "\\\n",
        }
    )
    p.debian(
        {
            "debian/copyright": """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Copyright Files
Upstream-Contact: Ada Example <ada@example.org>
Source: https://copyright-files.example.org/
Disclaimer: None.
Comment: A comment
 of two lines.

Files: *
Copyright: 2020-2026 Ada Example
           2019 Bob Example
License: GPL-2+

Files: doc/* what\\? a\\*b
Copyright: 2021 <Cy & Example>
License: Expat
Comment: The documents.

Files:
 lib/?.h
 lib/*/y.c
Copyright: 2022 Dee Example
License: GPL-2+ or Artistic-1.0, and BSD-3-clause

Files: debian/*
Copyright: 2026 Ada Example
License: CC0-1.0
 Public domain where there is such a thing.
 .
 The rest of the text.

License: GPL-2+
 On Debian systems, the text is in /usr/share/common-licenses/GPL-2.

License: Expat
 Permission is hereby granted, free of charge, to any person.

License: BSD-3-clause
 Redistribution and use in source and binary forms are permitted.
"""
        }
    )


@source("copyright-prose", "1.0-1", "3.0 (quilt)")
def copyright_prose(p):
    """debian/copyright in prose."""
    p.orig({"a": "a\n"}, "xz")
    p.debian(
        {
            "debian/copyright": "This package was debianized by Ada Example.\n\nIt was downloaded from"
            " https://copyright-prose.example.org/\n\nCopyright:\n\n\tCopyright (C) 2001 <Ada>\n\n"
            "License: GPL, see /usr/share/common-licenses/GPL\n"
        }
    )


@source("copyright-none", "1.0-1", "3.0 (quilt)")
def copyright_none(p):
    """No debian/copyright."""
    p.orig({"a": "a\n"}, "xz")
    p.debian({"debian/copyright": None})


@source("copyright-link", "1.0-1", "3.0 (quilt)")
def copyright_link(p):
    """debian/copyright is a link to a file of upstream."""
    p.orig({"COPYING": "Copyright 2026 Ada Example\n"}, "xz")
    p.debian({"debian/copyright": Link(b"../COPYING")})


@source("copyright-bad", "1.0-1", "3.0 (quilt)")
def copyright_bad(p):
    """A debian/copyright that says it is machine-readable and is not quite: Latin-1, lines without a field, a
    paragraph without License, a long glob."""
    p.orig({"a": "a\n"}, "xz")
    p.debian(
        {
            "debian/copyright": b"Format: http://dep.debian.net/deps/dep5/\nno field\n\nFiles: *\nCopyright: 2026 Jos\xe9\n\n"
            b"Files: "
            + b"*a" * 3000
            + b"\nLicense: Expat\n \n\tfolded by tab\n\nFiles: "
            + b"?" * 5000
            + b"\nCopyright: x\nLicense:\n\nLicense: Expat\n text\n\nLicense: Expat\n other text\n"
        }
    )
