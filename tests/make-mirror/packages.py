"""The packages that unpack, one function each; the docstring says what it is there for."""
from source import source
from tarballs import Dir, Exe, Hard, Link, Tar, diff, gz, tree


@source("native-none", "1.0", None)
def native_none(p):
    """No Format field: 1.0, native, gzip."""
    p.native({"hello.c": "int main(void) { return 0; }\n"})


@source("native-gz", "1.0", "3.0 (native)", "stable-one:main unstable-two:main")
def native_gz(p):
    """3.0 (native), gzip; in two suites."""
    p.native({"hello.c": "int main(void) { return 0; }\n", "bin/run": Exe(b"#!/bin/sh\n"), "empty": Dir})


@source("native-bz2", "1.0", "3.0 (native)")
def native_bz2(p):
    """3.0 (native), bzip2."""
    p.native({"hello.py": "print('hello')\n"}, "bz2")


@source("native-xz", "1:2.0~rc1+b", "3.0 (native)", "stable-one:main unstable-two:main")
def native_xz(p):
    """3.0 (native), xz; a version with epoch, tilde and plus."""
    p.native({"hello.rs": "fn main() {}\n"}, "xz")


@source("native-lzma", "1.0", "3.0 (native)")
def native_lzma(p):
    """3.0 (native), lzma (the format before xz)."""
    p.native({"hello.pl": "print 'hello';\n"}, "lzma")


@source("diff-one", "1.0-1", "1.0")
def diff_one(p):
    """1.0 with a diff: makes files in new folders, deletes one, empties one, leaves debian/patches alone."""
    gone, emptied = "gone\n", "a\nb\n"
    p.orig({"README": "one\ntwo\nthree\n", "gone/only": gone, "emptied": emptied, "kept": "kept\n"})
    files = p.debian_files()
    files["debian/patches/series"] = "not-applied\n"
    files["debian/patches/not-applied"] = diff("kept", "kept\n", "changed\n")
    files["debian/patches/00list"] = "not-applied\n"
    text = b""
    for path, content in sorted(files.items()):
        text += diff(path, None, content)
    text += diff("README", "one\ntwo\nthree\n", "one\n2\nthree\n")
    text += diff("deep/er/file", None, "new\n")
    text += diff("emptied", emptied, "", new_name="b/emptied")
    text += diff("gone/only", gone, None)
    p.add(".diff.gz", gz(text))


@source("quilt-gz", "1.0-1", "3.0 (quilt)", "stable-one:main unstable-two:main")
def quilt_gz(p):
    """3.0 (quilt), gzip, one patch with a DEP-3 header; in two suites."""
    p.orig({"src/main.c": "int main(void)\n{\n\treturn 1;\n}\n", "README.md": "# Read me\n"})
    p.debian(patches={"return-zero.patch": b"Description: return zero\n One is an error.\nAuthor: Ada <ada@example.org>\n"
                      b"Forwarded: https://bugs.example.org/1\nLast-Update: 2026-11-01\n---\n"
                      + diff("src/main.c", "int main(void)\n{\n\treturn 1;\n}\n", "int main(void)\n{\n\treturn 0;\n}\n")})


@source("quilt-bz2", "1.0-1", "3.0 (quilt)", "unstable-two:main")
def quilt_bz2(p):
    """3.0 (quilt), both tarballs bzip2, no patch."""
    p.orig({"a": "a\n"}, "bz2")
    p.debian(extension="bz2")


@source("quilt-xz", "1.0-1", "3.0 (quilt)", "stable-one:contrib unstable-two:contrib")
def quilt_xz(p):
    """3.0 (quilt), xz; in contrib."""
    p.orig({"a": "a\n"}, "xz")
    p.debian(patches={"a.patch": diff("a", "a\n", "b\n")})


@source("components", "1.0-1", "3.0 (quilt)", "stable-one:non-free")
def components(p):
    """Several upstream tarballs: one fills an empty folder, one replaces a folder, one a link to a folder, one a file."""
    p.orig({"a": "a\n", "empty": Dir, "full/old": "old\n", "target/in": "in\n", "link": Link(b"target"), "file": "x\n"})
    for name in ("empty", "full", "link", "file", "new-one"):
        p.orig({"new": f"{name}\n"}, "xz", top=f"some-{name}", component=name)
    p.debian(patches={"a.patch": diff("full/new", "full\n", "patched\n")})


@source("quilt-xz", "2.0-1", "3.0 (quilt)", "unstable-two:contrib")
def quilt_xz_two(p):
    """A second version of a package in one suite."""
    p.orig({"a": "a2\n"}, "xz")
    p.debian()


@source("fix", "1.0-1+u1", "3.0 (quilt)", "stable-one/updates:main")
def fix(p):
    """The index stanza has no Files, only Checksums-Sha256."""
    p.orig({"a": "a\n"}, "xz")
    p.debian(patches={"CVE-2026-0001.patch": diff("a", "a\n", "b\n")})
    p.checksums = ("Checksums-Sha256",)


@source("old", "1.0-1", "1.0", "old-three:main")
def old(p):
    """MD5 only, and no pool."""
    p.orig({"a": "a\n"})
    p.add(".diff.gz", gz(b"".join(diff(path, None, text) for path, text in sorted(p.debian_files().items()))))
    p.checksums = ("Files",)
    p.pool_folder = "dists/old-three/main/source/misc"


@source("stranger", "1.0", "3.0 (native)", "other-signed:main")
def stranger(p):
    """In a suite that the wrong key signed."""
    p.native({"a": "a\n"}, "xz")
