"""The packages that must not unpack, one function each; the docstring says why."""

import bz2
import lzma
import random

from source import source
from tarballs import Dir, Link, Tar, alone, diff, gz, header, padded, tree, xz

WHERE = "broken:main"


def broken(name, version="1.0-1", format="3.0 (quilt)"):
    return source(name, version, format, WHERE, refused=True)


def named(p, part):
    """The name of the file of the package that has part in its name."""
    return next(name for name in p.files if part in name)


# Files


@broken("wrong-checksum")
def wrong_checksum(p):
    """The upstream tarball is not the one that the index and the .dsc name (same size)."""
    p.orig({"a": "a\n"})
    p.debian()
    name = named(p, ".orig.")
    p.claimed[name] = p.files[name][:-1] + b"!"


@broken("wrong-size")
def wrong_size(p):
    """The upstream tarball is longer than the index and the .dsc say; what they name is its beginning,
    zeros follow, which gzip accepts."""
    p.orig({"a": "a\n"})
    p.debian()
    name = named(p, ".orig.")
    p.claimed[name] = p.files[name]
    p.files[name] += bytes(512)


@broken("file-missing")
def file_missing(p):
    """The debian tarball is not in the pool."""
    p.orig({"a": "a\n"})
    p.debian()
    p.not_in_pool = [named(p, ".debian.")]


@broken("file-unknown")
def file_unknown(p):
    """A file whose name fits no part of the format."""
    p.orig({"a": "a\n"})
    p.debian()
    p.add(".extra.zip", b"PK")


@broken("file-two-origs")
def file_two_origs(p):
    """Two upstream tarballs, .gz and .xz."""
    p.orig({"a": "a\n"}, "gz")
    p.orig({"a": "a\n"}, "xz")
    p.debian()


@broken("file-no-orig")
def file_no_orig(p):
    """No upstream tarball."""
    p.debian()


@broken("file-lone-signature")
def file_lone_signature(p):
    """The signature of a component that is not there."""
    p.orig({"a": "a\n"})
    p.debian()
    p.add(".orig-part.tar.gz.asc", b"")


@broken("one-zero-xz", format="1.0")
def one_zero_xz(p):
    """1.0 with an .xz tarball."""
    p.orig({"a": "a\n", **p.debian_files()}, "xz")


@broken("native-two", version="1.0", format="3.0 (native)")
def native_two(p):
    """3.0 (native) with two tarballs."""
    p.native({"a": "a\n"}, "gz")
    p.native({"a": "a\n"}, "xz")


@broken("native-no-debian", version="1.0", format="3.0 (native)")
def native_no_debian(p):
    """A native package without debian/."""
    p.native({"a": "a\n"}, with_debian=False)


@broken("format-unknown", format="9.0 (future)")
def format_unknown(p):
    """A format that nobody knows."""
    p.orig({"a": "a\n"})
    p.debian()


@broken("format-bad", format="three")
def format_bad(p):
    """A format that is none."""
    p.orig({"a": "a\n"})
    p.debian()


@broken("version-bad", version="1.0_x-1")
def version_bad(p):
    """A version with a sign that is not allowed."""
    p.orig({"a": "a\n"})
    p.debian()


# Compression


@broken("no-tarball")
def no_tarball(p):
    """An upstream tarball that is a text."""
    p.add(".orig.tar.gz", b"This is no tarball.\n" * 20)
    p.debian()


@broken("no-tar")
def no_tar(p):
    """An upstream tarball that is well compressed, but no tar."""
    p.add(".orig.tar.gz", gz(b"This is no tar archive.\n" * 200))
    p.debian()


@broken("empty-file")
def empty_file(p):
    """An upstream tarball of no bytes."""
    p.add(".orig.tar.gz", b"")
    p.debian()


@broken("other-compression")
def other_compression(p):
    """An upstream tarball called .gz that is .xz."""
    p.add(".orig.tar.gz", xz(tree(p.top, {"a": "a\n"}).end()))
    p.debian()


@broken("cut-gz")
def cut_gz(p):
    """A gzip file that ends too early, within a member's data."""
    noise = random.Random(1).randbytes(3000)
    p.add(".orig.tar.gz", gz(tree(p.top, {"a": noise}).end())[:1500])
    p.debian()


@broken("cut-xz")
def cut_xz(p):
    """An xz file that ends too early: all of the tar is there, the stream's end is not."""
    p.add(".orig.tar.xz", xz(tree(p.top, {"a": "a\n"}).end())[:-20])
    p.debian()


@broken("cut-bz2")
def cut_bz2(p):
    """A bzip2 file that ends too early."""
    p.add(".orig.tar.bz2", bz2.compress(tree(p.top, {"a": "a\n"}).end())[:-10])
    p.debian()


@broken("cut-lzma")
def cut_lzma(p):
    """An lzma file that ends too early."""
    p.add(".orig.tar.lzma", alone(tree(p.top, {"a": "a\n"}).end())[:-10])
    p.debian()


@broken("bad-crc-gz")
def bad_crc_gz(p):
    """A gzip file whose checksum at the end is wrong."""
    data = gz(tree(p.top, {"a": "a\n"}).end())
    p.add(".orig.tar.gz", data[:-8] + bytes(4) + data[-4:])
    p.debian()


@broken("trailing-gz")
def trailing_gz(p):
    """Something that is not zeros behind a gzip member."""
    p.add(".orig.tar.gz", gz(tree(p.top, {"a": "a\n"}).end()) + b"trailing")
    p.debian()


@broken("trailing-xz")
def trailing_xz(p):
    """Something that is no stream behind an xz stream."""
    p.add(".orig.tar.xz", xz(tree(p.top, {"a": "a\n"}).end()) + b"trailing")
    p.debian()


@broken("padding-xz")
def padding_xz(p):
    """Zeros behind an xz stream whose number is no multiple of four."""
    p.add(".orig.tar.xz", xz(tree(p.top, {"a": "a\n"}).end()) + bytes(6))
    p.debian()


# Tar


@broken("tar-cut-data")
def tar_cut_data(p):
    """A tar archive that ends within a member's data."""
    p.add(".orig.tar.gz", gz(bytes(tree(p.top, {"a": "a" * 2000}).data[:-1024])))
    p.debian()


@broken("tar-bad-header")
def tar_bad_header(p):
    """A header whose checksum is wrong, between good members."""
    data = bytearray(tree(p.top, {"a": "a\n", "b": "b\n", "c": "c\n"}).end())
    at = data.index(b"/b\0") - len(p.top)
    data[at + 100] ^= 1
    p.add(".orig.tar.gz", gz(bytes(data)))
    p.debian()


@broken("tar-dotdot")
def tar_dotdot(p):
    """A member called TOP/../../outside."""
    p.orig(tree(p.top, {"a": "a\n"}).file(f"{p.top}/../../outside", "x\n"))
    p.debian()


@broken("tar-dotdot-inside")
def tar_dotdot_inside(p):
    """A member called TOP/sub/../inside, which would stay inside."""
    p.orig(tree(p.top, {"a": "a\n", "sub": Dir}).file(f"{p.top}/sub/../inside", "x\n"))
    p.debian()


@broken("tar-link-out")
def tar_link_out(p):
    """A link to a folder outside, and a member through it."""
    p.orig(tree(p.top, {"a": "a\n", "l": Link(b"../../outside")}).file(f"{p.top}/l/x", "x\n"))
    p.debian()


@broken("tar-link-dotdot")
def tar_link_dotdot(p):
    """A link with .. to a folder inside, and a member through it: tar makes such links last."""
    p.orig(tree(p.top, {"one/a": "a\n", "two/l": Link(b"../one")}).file(f"{p.top}/two/l/x", "x\n"))
    p.debian()


@broken("tar-link-root")
def tar_link_root(p):
    """A link to /tmp, and a member through it."""
    p.orig(tree(p.top, {"l": Link(b"/tmp")}).file(f"{p.top}/l/make-mirror-must-not-be-here", "x\n"))
    p.debian()


@broken("tar-link-nowhere")
def tar_link_nowhere(p):
    """A link to nothing, and a member through it."""
    p.orig(tree(p.top, {"l": Link(b"nothing")}).file(f"{p.top}/l/x", "x\n"))
    p.debian()


@broken("tar-link-loop")
def tar_link_loop(p):
    """Links in a circle, and a member through them."""
    p.orig(tree(p.top, {"l": Link(b"m"), "m": Link(b"l")}).file(f"{p.top}/l/x", "x\n"))
    p.debian()


@broken("tar-through-file")
def tar_through_file(p):
    """A member below a file."""
    p.orig(tree(p.top, {"a": "a\n"}).file(f"{p.top}/a/x", "x\n"))
    p.debian()


@broken("tar-over-folder")
def tar_over_folder(p):
    """A file that comes where a folder with something in it is."""
    p.orig(tree(p.top, {"a/x": "x\n"}).file(f"{p.top}/a", "a\n"))
    p.debian()


@broken("tar-hard-missing")
def tar_hard_missing(p):
    """A hard link to what is not there."""
    p.orig(tree(p.top, {"a": "a\n"}).hard(f"{p.top}/b", f"{p.top}/c"))
    p.debian()


@broken("tar-hard-out")
def tar_hard_out(p):
    """A hard link to /etc/passwd (tar strips the slash)."""
    p.orig(tree(p.top, {"a": "a\n"}).hard(f"{p.top}/b", "/etc/passwd"))
    p.debian()


@broken("tar-hard-later")
def tar_hard_later(p):
    """A hard link to a member that comes later."""
    p.orig(Tar().dir(p.top).hard(f"{p.top}/b", f"{p.top}/a").file(f"{p.top}/a", "a\n"))
    p.debian()


@broken("tar-hard-folder")
def tar_hard_folder(p):
    """A hard link to a folder."""
    p.orig(tree(p.top, {"a/x": "x\n"}).hard(f"{p.top}/b", f"{p.top}/a"))
    p.debian()


@broken("tar-device")
def tar_device(p):
    """A character device (root could make it; decided: refused)."""
    p.orig(tree(p.top, {"a": "a\n"}).member(f"{p.top}/null", b"3", device=(1, 3)))
    p.debian()


@broken("tar-block-device")
def tar_block_device(p):
    """A block device (root could make it; decided: refused)."""
    p.orig(tree(p.top, {"a": "a\n"}).member(f"{p.top}/disk", b"4", device=(8, 0)))
    p.debian()


@broken("tar-long-name")
def tar_long_name(p):
    """A file name of 256 bytes."""
    p.orig(tree(p.top, {"a": "a\n"}).file(f"{p.top}/{'n' * 256}", "x\n"))
    p.debian()


@broken("tar-long-path")
def tar_long_path(p):
    """A path of 6,000 bytes."""
    p.orig(tree(p.top, {"a": "a\n"}).file(f"{p.top}/{'d/' * 3000}x", "x\n"))
    p.debian()


@broken("tar-empty-name")
def tar_empty_name(p):
    """A member without a name."""
    p.orig(tree(p.top, {"a": "a\n"}).file("", "x\n"))
    p.debian()


@broken("tar-pax-bad")
def tar_pax_bad(p):
    """An extended header whose record has a wrong length."""
    body = b"99 path=x\n"
    p.orig(
        tree(p.top, {"a": "a\n"}).raw(header("PaxHeaders/x", b"x", len(body)), padded(body)).file(f"{p.top}/b", "b\n")
    )
    p.debian()


@broken("tar-volume")
def tar_volume(p):
    """A member continued from another volume."""
    p.orig(tree(p.top, {"a": "a\n"}).member(f"{p.top}/b", b"M", b"b\n"))
    p.debian()


# What the parts of a package do to one another


@broken("component-dangling-link")
def component_dangling_link(p):
    """A component where the upstream tarball has a dangling link."""
    p.orig({"a": "a\n", "part": Link(b"nothing")})
    p.orig({"b": "b\n"}, component="part")
    p.debian()


@broken("debian-over-folder")
def debian_over_folder(p):
    """The debian tarball has a file where the upstream tarball has a folder with something in it."""
    p.orig({"a/x": "x\n"})
    p.debian({"a": "a\n"})


@broken("debian-link-out")
def debian_link_out(p):
    """A link below debian/ to the folder that holds the tree."""
    p.orig({"a": "a\n"})
    p.debian({"debian/out": Link(b"../..")})


@broken("debian-link-loop")
def debian_link_loop(p):
    """A link below debian/ to itself."""
    p.orig({"a": "a\n"})
    p.debian({"debian/self": Link(b"self")})


@broken("debian-link-through-top")
def debian_link_through_top(p):
    """A link below debian/ to the top, which has a link that points out: links are followed."""
    p.orig({"a": "a\n", "out": Link(b"..")})
    p.debian({"debian/top": Link(b"..")})


@broken("debian-none")
def debian_none(p):
    """A debian tarball without debian/."""
    p.orig({"a": "a\n"})
    p.add(".debian.tar.xz", xz(tree("", {"other/control": "x\n"}).end()))


@broken("debian-file")
def debian_file(p):
    """debian is a file."""
    p.orig({"a": "a\n"})
    p.add(".debian.tar.xz", xz(tree("", {"debian": "x\n"}).end()))


@broken("pc-file")
def pc_file(p):
    """.pc is a file in the debian tarball."""
    p.orig({"a": "a\n"})
    p.debian({".pc": "x\n"}, patches={"a.patch": diff("a", "a\n", "b\n")})


# Series


@broken("series-dotdot")
def series_dotdot(p):
    """The series has a name with ../ in it."""
    p.orig({"a": "a\n"})
    p.debian({"debian/a.patch": diff("a", "a\n", "b\n")}, series="../a.patch\n")


@broken("series-missing")
def series_missing(p):
    """The series names a patch that is not there."""
    p.orig({"a": "a\n"})
    p.debian(series="a.patch\n")


@broken("series-twice")
def series_twice(p):
    """The series names a patch twice."""
    p.orig({"a": "a\n"})
    p.debian(series="a.patch\na.patch\n", patches={"a.patch": diff("a", "a\n", "b\n")})


@broken("series-patch-folder")
def series_patch_folder(p):
    """The series names a folder."""
    p.orig({"a": "a\n"})
    p.debian({"debian/patches/sub/a.patch": diff("a", "a\n", "b\n")}, series="sub\n")


@broken("series-vendor-folder")
def series_vendor_folder(p):
    """press.series is there, and series is a folder: the link cannot be made."""
    p.orig({"a": "a\n"})
    p.debian({"debian/patches/press.series": "", "debian/patches/series": Dir})


# Patches


@broken("patch-fails")
def patch_fails(p):
    """A patch that does not apply; the one before it does."""
    p.orig({"a": "a\n", "b": "b\n"})
    p.debian(patches={"b.patch": diff("b", "b\n", "c\n"), "a.patch": diff("a", "x\n", "y\n")})


@broken("patch-fuzz")
def patch_fuzz(p):
    """A patch that would apply with fuzz."""
    p.orig({"a": "1\n2\n3\n4\n5\n6\n7\n"})
    p.debian(patches={"a.patch": diff("a", "1\n2\nx\n4\n5\n6\n7\n", "1\n2\nx\n4\n5\nsix\n7\n")})


@broken("patch-fuzz-one", format="1.0")
def patch_fuzz_one(p):
    """The same in 1.0."""
    p.orig({"a": "1\n2\n3\n4\n5\n6\n7\n"})
    p.add(".diff.gz", gz(p.debian_diff() + diff("a", "1\n2\nx\n4\n5\n6\n7\n", "1\n2\nx\n4\n5\nsix\n7\n")))


@broken("patch-reversed")
def patch_reversed(p):
    """A patch that is applied already."""
    p.orig({"a": "b\n"})
    p.debian(patches={"a.patch": diff("a", "a\n", "b\n")})


@broken("patch-exists")
def patch_exists(p):
    """A patch that makes a file that is there."""
    p.orig({"a": "a\n"})
    p.debian(patches={"a.patch": diff("a", None, "b\n")})


@broken("patch-not-there")
def patch_not_there(p):
    """A patch for a file that is not there."""
    p.orig({"a": "a\n"})
    p.debian(patches={"b.patch": diff("b", "a\n", "b\n")})


@broken("patch-header-only")
def patch_header_only(p):
    """A patch that is nothing but a header."""
    p.orig({"a": "a\n"})
    p.debian(patches={"a.patch": "Description: nothing\nAuthor: Ada <ada@example.org>\n"})


@broken("patch-git-binary")
def patch_git_binary(p):
    """A git binary patch."""
    p.orig({"a": b"\0"})
    p.debian(
        patches={
            "a.patch": b"diff --git a/a b/a\nindex 0123456..89abcde 100644\nGIT binary patch\nliteral 1\nIcmZQz00IC22mk;8\n\n"
            b"literal 1\nIcmZPo000310RR91\n\n"
        }
    )


@broken("patch-git-differ")
def patch_git_differ(p):
    """A git patch that says that binary files differ, behind a part that applies."""
    p.orig({"a": "a\n", "b": b"\0"})
    p.debian(
        patches={
            "a.patch": b"diff --git a/a b/a\n"
            + diff("a", "a\n", "b\n")
            + b"diff --git a/b b/b\nindex 0123456..89abcde 100644\nBinary files a/b and b/b differ\n"
            + b"diff --git a/c b/c\nindex 0123456..89abcde 100644\nGIT binary patch\nliteral 1\nIcmZQz00IC22mk;8\n\n"
        }
    )


@broken("patch-git-link-gone")
def patch_git_link_gone(p):
    """A git patch that deletes a symlink."""
    p.orig({"a": "a\n", "l": Link(b"a")})
    p.debian(
        patches={
            "a.patch": b"diff --git a/l b/l\ndeleted file mode 120000\nindex 0123456..0000000\n" + diff("l", "a", None)
        }
    )


@broken("patch-git-link-change")
def patch_git_link_change(p):
    """A git patch that changes a symlink's target."""
    p.orig({"a": "a\n", "l": Link(b"a")})
    p.debian(patches={"a.patch": b"diff --git a/l b/l\nindex 0123456..0000000 120000\n" + diff("l", "a", "b")})


@broken("patch-git-run-on-new")
def patch_git_run_on_new(p):
    """A git header that makes an empty file, followed by a part without a header: it is taken for the new
    file's."""
    p.orig({"a": "a\n"})
    p.debian(
        patches={
            "a.patch": b"diff --git a/n b/n\nnew file mode 100644\nindex 0000000..e69de29\n" + diff("a", "a\n", "b\n")
        }
    )


@broken("patch-git-dotdot")
def patch_git_dotdot(p):
    """A git rename to a place outside."""
    p.orig({"a": "a\n"})
    p.debian(
        patches={
            "a.patch": b"diff --git a/a b/../../outside\nsimilarity index 100%\nrename from a\nrename to ../../outside\n"
        }
    )


@broken("patch-c-quoted")
def patch_c_quoted(p):
    """A name in quotation marks, as git writes names that are not ASCII."""
    p.orig({"caf\u00e9": "a\n"})
    p.debian(patches={"a.patch": diff("x", "a\n", "b\n", '"a/caf\\303\\251"', '"b/caf\\303\\251"')})


@broken("patch-through-link")
def patch_through_link(p):
    """A patch for a file in a folder that is a link."""
    p.orig({"sub/a": "a\n", "l": Link(b"sub")})
    p.debian(patches={"a.patch": diff("l/a", "a\n", "b\n")})


@broken("patch-link")
def patch_link(p):
    """A patch for a file that is a link."""
    p.orig({"a": "a\n", "l": Link(b"a")})
    p.debian(patches={"a.patch": diff("l", "a\n", "b\n")})


@broken("patch-made-link")
def patch_made_link(p):
    """A patch makes a link, the next one writes through it."""
    p.orig({"sub/a": "a\n"})
    p.debian(
        patches={
            "1": b"diff --git a/l b/l\nnew file mode 120000\nindex 0..1\n" + diff("l", None, "sub"),
            "2": diff("l/a", "a\n", "b\n"),
        }
    )


@broken("patch-made-link-same")
def patch_made_link_same(p):
    """A patch makes a link to the folder outside and writes through it."""
    p.orig({"a": "a\n"})
    p.debian(
        patches={
            "1": b"diff --git a/l b/l\nnew file mode 120000\nindex 0..1\n"
            + diff("l", None, "../..")
            + b"diff --git a/l/x b/l/x\nnew file mode 100644\nindex 0..1\n"
            + diff("l/x", None, "x\n")
        }
    )


@broken("patch-dotdot")
def patch_dotdot(p):
    """A patch for a file outside."""
    p.orig({"a": "a\n"})
    p.debian(patches={"a.patch": diff("../../outside", None, "x\n")})


@broken("patch-folder")
def patch_folder(p):
    """A patch for a folder."""
    p.orig({"a/x": "x\n"})
    p.debian(patches={"a.patch": diff("a", "a\n", "b\n")})


@broken("patch-below-file")
def patch_below_file(p):
    """A patch for a file below a file."""
    p.orig({"a": "a\n"})
    p.debian(patches={"a.patch": diff("a/x", None, "x\n")})


@broken("patch-dpkg-orig")
def patch_dpkg_orig(p):
    """A patch for a file called a.dpkg-orig."""
    p.orig({"a.dpkg-orig": "a\n"})
    p.debian(patches={"a.patch": diff("a.dpkg-orig", "a\n", "b\n")})


@broken("patch-no-top")
def patch_no_top(p):
    """A patch whose names have no folder to strip."""
    p.orig({"a": "a\n"})
    p.debian(patches={"a.patch": diff("a", "a\n", "b\n", "a", "a")})


@broken("patch-nulls")
def patch_nulls(p):
    """A patch from /dev/null to /dev/null."""
    p.orig({"a": "a\n"})
    p.debian(patches={"a.patch": diff("a", None, "b\n", "/dev/null", "/dev/null")})


@broken("patch-half")
def patch_half(p):
    """A patch that ends within a hunk."""
    p.orig({"a": "1\n2\n3\n4\n5\n6\n7\n8\n"})
    p.debian(patches={"a.patch": b"--- a/a\n+++ b/a\n@@ -1,8 +1,8 @@\n 1\n-2\n+two\n 3\n"})


@broken("patch-no-hunk")
def patch_no_hunk(p):
    """File names without a hunk."""
    p.orig({"a": "a\n"})
    p.debian(patches={"a.patch": b"--- a/a\n+++ b/a\n"})


@broken("patch-hunk-alone")
def patch_hunk_alone(p):
    """A hunk without file names."""
    p.orig({"a": "a\n"})
    p.debian(patches={"a.patch": b"Index: a\n@@ -1 +1 @@\n-a\n+b\n"})


@broken("patch-context")
def patch_context(p):
    """A context diff."""
    p.orig({"a": "a\n"})
    p.debian(patches={"a.patch": b"*** a/a\n--- b/a\n***************\n*** 1 ****\n! a\n--- 1 ----\n! b\n"})


@broken("patch-huge-number")
def patch_huge_number(p):
    """A hunk at line 9223372036854775807."""
    p.orig({"a": "a\n"})
    p.debian(patches={"a.patch": b"--- a/a\n+++ b/a\n@@ -9223372036854775807 +9223372036854775807 @@\n-x\n+y\n"})


@broken("patch-huge-count")
def patch_huge_count(p):
    """A hunk of 99999999999999999999 lines."""
    p.orig({"a": "a\n"})
    p.debian(patches={"a.patch": b"--- a/a\n+++ b/a\n@@ -1,99999999999999999999 +1,99999999999999999999 @@\n-a\n+b\n"})


@broken("patch-bad-gz")
def patch_bad_gz(p):
    """A patch called .gz that is none."""
    p.orig({"a": "a\n"})
    p.debian(patches={"a.patch.gz": diff("a", "a\n", "b\n")})


# Bombs: small here, huge when unpacked. dpkg-source has no limits, so it is not tried.

NO_LIMIT = "dpkg-source knows no limit and would fill the disk or the memory; refused here by decision"


def repeated(pack, block, times, rest):
    """Streams: block times over, then the rest."""
    return pack(block) * times + pack(rest)


@broken("bomb-xz")
def bomb_xz(p):
    """A file of 1 GiB of zeros in 150 KB."""
    unit = 1 << 24

    def pack(data):
        return lzma.compress(data, preset=1)

    p.add(".orig.tar.xz", pack(header(f"{p.top}/zeros", size=64 * unit)) + repeated(pack, bytes(unit), 64, bytes(1024)))
    p.debian()
    p.not_run = NO_LIMIT


@broken("bomb-bz2")
def bomb_bz2(p):
    """A file of 16 GiB of zeros in 50 KB."""
    unit = 1 << 24
    p.add(
        ".orig.tar.bz2",
        bz2.compress(header(f"{p.top}/zeros", size=1024 * unit))
        + repeated(bz2.compress, bytes(unit), 1024, bytes(1024)),
    )
    p.debian()
    p.not_run = NO_LIMIT


@broken("bomb-members")
def bomb_members(p):
    """Two million members, all of one name."""
    unit = header(f"{p.top}/a") * 20_000
    p.add(".orig.tar.bz2", repeated(bz2.compress, unit, 100, bytes(1024)))
    p.debian()
    p.not_run = NO_LIMIT


@broken("bomb-long-name")
def bomb_long_name(p):
    """A GNU long name of 1 GiB."""
    unit = b"n" * (1 << 24)
    first = header("././@LongLink", b"L", 64 * len(unit), mode=0)
    p.add(".orig.tar.bz2", bz2.compress(first) + repeated(bz2.compress, unit, 64, header(f"{p.top}/a") + bytes(1024)))
    p.debian()
    p.not_run = NO_LIMIT


@broken("bomb-pax")
def bomb_pax(p):
    """An extended header of 1 GiB."""
    unit = b"n" * (1 << 24)
    start = b"1073741824 path="
    first = header("PaxHeaders/a", b"x", 64 * len(unit)) + start
    last = unit[: -len(start) - 1] + b"\n" + header(f"{p.top}/a") + bytes(1024)
    p.add(".orig.tar.bz2", bz2.compress(first) + repeated(bz2.compress, unit, 63, last))
    p.debian()
    p.not_run = NO_LIMIT


@broken("bomb-sparse")
def bomb_sparse(p):
    """A sparse file of 8 EiB that holds nothing."""
    tail = bytes(12 * 3 + 5) + bytes(24 * 4) + b"\0" + (2**63 - 1).to_bytes(12, "big").replace(b"\0", b"\x80", 1)
    p.orig(tree(p.top, {"a": "a\n"}).raw(header(f"{p.top}/hole", b"S", gnu_tail=tail)))
    p.debian()
    p.not_run = NO_LIMIT


@broken("bomb-patch")
def bomb_patch(p):
    """A compressed patch that makes a file of 1 GiB."""
    line = b"+" + b"x" * 1022 + b"\n"
    unit = line * (1 << 14)
    head = b"--- /dev/null\n+++ b/huge\n@@ -0,0 +1,%d @@\n" % (1 << 20)
    p.orig({"a": "a\n"})
    p.debian(patches={"huge.patch.bz2": bz2.compress(head) + bz2.compress(unit) * 64})
    p.not_run = NO_LIMIT


@broken("bomb-deep")
def bomb_deep(p):
    """Twenty thousand folders within one another."""
    p.orig(tree(p.top, {"a": "a\n"}).file(f"{p.top}/{'d/' * 20_000}x", "x\n"), "xz")
    p.debian()


@source("unpacks-well", "1.0-1", "3.0 (quilt)", "broken:main broken-index:main")
def unpacks_well(p):
    """The package among the broken ones that is well."""
    p.orig({"a": "a\n"}, "xz")
    p.debian()
