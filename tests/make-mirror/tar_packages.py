"""Packages whose tarballs are odd, yet unpack."""

import bz2
import lzma

from source import source
from tarballs import POSIX, V7, Tar, diff, gz, header, number, padded, tree


def start(p):
    """An archive that holds what every package has; its top folder is called top."""
    return tree("top", p.debian_files())


@source("tar-links", "1.0", "3.0 (native)")
def tar_links(p):
    """Members through links: l -> sub, then l/x is sub/x; chains of links; hard links, also to a link, also through
    one."""
    tar = (
        start(p).dir("top/sub").link("top/l", "sub").file("top/l/x", "x\n").dir("top/l/new").file("top/l/new/y", "y\n")
    )
    tar.link("top/chain", "l").file("top/chain/z", "z\n").link("top/sub/inner", "new").file(
        "top/chain/inner/deep", "deep\n"
    )
    tar.link("top/dot", ".").file("top/dot/at-top", "t\n")
    tar.file("top/file", "file\n", mode=0o755).hard("top/hard", "top/file").hard("top/hard-hard", "top/hard")
    tar.hard("top/through", "top/l/x").hard("top/l/into", "top/file")
    tar.link("top/to-file", "file").hard("top/hard-to-link", "top/to-file")
    tar.link("top/dangling", "not-there").link("top/late", "later").dir("top/later").file("top/late/w", "w\n")
    tar.link("top/long-target", "sub/" * 60 + "x")
    p.native(tar)


@source("tar-links-out", "1.0", "3.0 (native)")
def tar_links_out(p):
    """Links with .. and from the root, not passed through: they are kept as they are."""
    tar = start(p).link("top/up", "../up").link("top/root", "/press/none").dir("top/a").link("top/a/inside", "../b")
    tar.dir("top/b").file("top/b/x", "x\n").hard("top/hard-to-up", "top/up").link("top/empty..", "..")
    p.native(tar)


@source("tar-names", "1.0", "3.0 (native)")
def tar_names(p):
    """Long names in each way: ustar prefix, GNU, PAX, a PAX path over a GNU one, 100 bytes without an end; PAX
    sizes; a global header as git archive writes it; old headers without magic."""
    tar = Tar().pax({"comment": "0123456789012345678901234567890123456789"}, kind=b"g", name="pax_global_header")
    tar.raw(start(p).data)
    tar.file("top/" + "h" * 96, "a hundred bytes\n")
    tar.dir("top/" + "g" * 120).file("top/" + "g" * 120 + "/" + "f" * 120, "gnu\n")
    tar.raw(header(b"name", size=2, magic=POSIX, prefix=b"top/" + b"u" * 90), padded(b"u\n"))
    tar.pax({"path": "top/pax/" + "p" * 200}).file("top/short", "pax\n")
    tar.pax({"path": "top/pax/\u00fc\u20ac\U0001f600"}).file("top/short", "unicode\n", magic=POSIX)
    tar.pax({"path": b"top/pax/\xff\xfe", "hdrcharset": "BINARY"}).file("top/short", "binary\n", magic=POSIX)
    tar.pax({"linkpath": "pax/" + "p" * 200}).link("top/pax-link", "short")
    tar.pax(
        {"size": "5", "mtime": "1700000000.123456789", "uid": "3000000", "uname": "n\u00f6", "SCHILY.xattr.user.x": "y"}
    )
    tar.raw(header("top/pax-size", size=0, magic=POSIX), padded(b"five\n"))
    tar.gnu_long(b"L", b"top/from-gnu").pax({"path": "top/from-pax"}).file("top/short", "both\n")
    tar.gnu_long(b"L", b"top/gnu-long-but-short").file("top/short", "gnu\n")
    tar.file("top/old", "v7\n", magic=V7)
    p.native(tar, "xz")


@source("tar-modes", "1.0", "3.0 (native)")
def tar_modes(p):
    """Modes: set-uid, set-gid, sticky, none at all, for others only, folders without any."""
    tar = start(p)
    for mode in (0o4755, 0o2755, 0o1755, 0o6644, 0, 0o777, 0o666, 0o600, 0o444, 0o001, 0o010, 0o100, 0o002, 0o7777):
        tar.file(f"top/file-{mode:04o}", "x\n", mode=mode)
        tar.dir(f"top/dir-{mode:04o}", mode=mode).file(f"top/dir-{mode:04o}/file", "x\n")
    p.native(tar)


def sparse_map(*segments):
    return b"".join(number(offset, 12) + number(length, 12) for offset, length in segments)


@source("tar-sparse", "1.0", "3.0 (native)")
def tar_sparse(p):
    """GNU sparse files (old GNU format): a hole in the middle, at both ends, nothing but a hole, and a map of more
    than four segments in a second block."""

    def sparse(name, segments, real, chunks):
        data = b"".join(padded(chunk) if chunk is not chunks[-1] else chunk for chunk in chunks)
        head, rest = segments[:4], segments[4:]
        # Behind the device fields: atime, ctime, offset (12 each), longnames (4), unused (1), then the map.
        tail = bytes(12 * 3 + 5) + sparse_map(*head) + bytes(24 * (4 - len(head)))
        tail += (b"\1" if rest else b"\0") + number(real, 12)
        block = sparse_map(*rest) + bytes(24 * (21 - len(rest))) + b"\0" * 8 if rest else b""
        return header(name, b"S", len(data), gnu_tail=tail) + block + padded(data)

    tar = start(p)
    tar.raw(sparse("top/middle", [(0, 512), (4096, 5)], 4101, [b"a" * 512, b"tail\n"]))
    tar.raw(sparse("top/ends", [(1024, 512), (4096, 0)], 4096, [b"b" * 512]))
    tar.raw(sparse("top/hole", [(8192, 0)], 8192, [b""]))
    many = [(i * 2048, 512) for i in range(10)] + [(20 * 1024, 0)]
    tar.raw(sparse("top/many", many, 20 * 1024, [bytes([65 + i]) * 512 for i in range(10)]))
    tar.file("top/after", "after\n")
    p.native(tar)


@source("tar-sparse-pax", "1.0", "3.0 (native)")
def tar_sparse_pax(p):
    """PAX sparse files in the formats 0.0, 0.1 and 1.0."""
    tar = start(p)
    data = b"a" * 512 + b"tail\n"
    # Format 0.0 repeats its keys.
    pairs = [
        ("GNU.sparse.size", "4101"),
        ("GNU.sparse.numblocks", "2"),
        ("GNU.sparse.offset", "0"),
        ("GNU.sparse.numbytes", "512"),
        ("GNU.sparse.offset", "4096"),
        ("GNU.sparse.numbytes", "5"),
    ]
    tar.pax(pairs).file("top/zero-zero", data, magic=POSIX)
    tar.pax(
        {
            "GNU.sparse.name": "top/zero-one",
            "GNU.sparse.size": "4101",
            "GNU.sparse.numblocks": "2",
            "GNU.sparse.map": "0,512,4096,5",
        }
    ).file("top/GNUSparseFile.1/zero-one", data, magic=POSIX)
    tar.pax(
        {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.name": "top/one-zero",
            "GNU.sparse.realsize": "4101",
        }
    )
    tar.file("top/GNUSparseFile.1/one-zero", padded(b"2\n0\n512\n4096\n5\n") + data, magic=POSIX)
    p.native(tar)


@source("tar-repeat", "1.0", "3.0 (native)")
def tar_repeat(p):
    """Members that come again: later ones win, file over file, link over file, file over link, folder over a link
    to a folder, file over an empty folder, folder over a file; a hard link keeps what it was made from."""
    tar = start(p).file("top/file", "1\n").hard("top/hard", "top/file").file("top/file", "2\n", mode=0o755)
    tar.file("top/to-link", "1\n").link("top/to-link", "file").link("top/from-link", "file").file(
        "top/from-link", "2\n"
    )
    tar.dir("top/folder").file("top/folder/x", "x\n").link("top/l", "folder").dir("top/l").file("top/l/y", "y\n")
    tar.dir("top/empty").file("top/empty", "file\n").dir("top/folder", mode=0o700).file("top/folder/z", "z\n")
    tar.link("top/again", "one").link("top/again", "two").hard("top/again-hard", "top/file").hard(
        "top/again-hard", "top/hard"
    )
    tar.dir("top/gone").link("top/gone", "folder").file("top/gone/through", "t\n")
    p.native(tar)


@source("tar-dots", "1.0", "3.0 (native)")
def tar_dots(p):
    """Names with ./, //, /./ and from the root, mixed: all are below the one top folder."""
    tar = start(p).dir("./").file("./top/dot", "1\n").file("top//double", "2\n").file("top/./inner", "3\n")
    tar.file("/top/root", "4\n").dir("./top/sub/").file(".//top/./sub//x", "5\n").dir("top/sub//").file(
        "//top/roots", "6\n"
    )
    tar.hard("top/hard", "/top/root").hard("top/hard-dot", "./top/dot").file("./top/dot", "again\n")
    p.native(tar)


@source("tar-kinds", "1.0", "3.0 (native)")
def tar_kinds(p):
    """Member types: NUL and 7 for files, a folder by the slash at its name's end, a volume label, folders of GNU's
    incremental format."""
    tar = Tar().raw(header("a label", b"V")).raw(start(p).data)
    tar.member("top/nul-type", b"\0", b"nul\n", magic=V7).member("top/seven", b"7", b"seven\n")
    tar.member("top/old-folder/", b"\0", magic=V7, mode=0o755).file("top/old-folder/x", "x\n")
    tar.member("top/new-folder/", b"0", mode=0o755).file("top/new-folder/x", "x\n")
    tar.member("top/dump/", b"D", b"Nfile\0\0", mode=0o755).file("top/dump/file", "x\n")
    p.native(tar)


@source("tar-kind-unknown", "1.0", "3.0 (native)", "unstable-two:main")
def tar_kind_unknown(p):
    """A member of an unknown type, which tar takes for a file."""
    p.native(start(p).member("top/unknown", b"Q", b"unknown\n"))


@source("tar-fifo", "1.0", "3.0 (native)", "unstable-two:main")
def tar_fifo(p):
    """A named pipe."""
    p.native(start(p).member("top/pipe", b"6"))


@source("tar-times", "1.0", "3.0 (native)")
def tar_times(p):
    """Times before 1970, far in the future, with fractions, without any."""
    tar = start(p)
    old = bytearray(header("top/before-1970", size=2))
    old[136:148] = (-1000).to_bytes(12, "big", signed=True)
    old[148:156] = b" " * 8
    old[148:156] = b"%06o\0 " % sum(old)
    tar.raw(bytes(old), padded(b"x\n")).file("top/far", "x\n", mtime=2**40).file("top/zero", "x\n", mtime=0)
    tar.pax({"mtime": "-1.5", "atime": "1.25"}).file("top/fraction", "x\n", magic=POSIX)
    p.native(tar)


@source("tar-end", "1.0-1", "3.0 (quilt)")
def tar_end(p):
    """What follows the end of an archive is not read; archives without an end, with half of one, and one that ends
    within a header (the member is left out)."""
    p.add(".orig.tar.gz", gz(tree(p.top, {"a": "a\n"}).end() + tree(p.top, {"b": "not read\n"}).end()))
    p.add(".orig-no-end.tar.gz", gz(bytes(tree("x", {"a": "a\n"}).data)))
    p.add(".orig-one-block.tar.gz", gz(bytes(tree("x", {"a": "a\n"}).data) + bytes(512)))
    p.add(".orig-cut-header.tar.gz", gz(bytes(tree("x", {"a": "a\n", "b": "b\n"}).data[:-700])))
    p.add(".orig-exact.tar.gz", gz(bytes(tree("x", {"a": "a\n"}).data) + bytes(1024)))
    p.add(".orig-zeros.tar.gz", gz(tree("x", {"a": "a\n"}).end() + bytes(1 << 20)))
    p.debian()


@source("streams", "1.0-1", "3.0 (quilt)")
def streams(p):
    """Compressed files of several streams: gzip members with zeros behind, xz streams with padding between and
    behind, bzip2 streams; and a gzip header with all its fields."""

    def halves(text):
        data = tree("x", {"a": text}).end()
        return data[:700], data[700:]

    first, second = halves("gzip\n")
    p.add(".orig.tar.gz", gz(first) + gz(b"") + gz(second) + bytes(1000))
    first, second = halves("xz\n")
    p.add(".orig-xz.tar.xz", lzma.compress(first) + bytes(8) + lzma.compress(second, check=lzma.CHECK_NONE) + bytes(4))
    first, second = halves("bzip2\n")
    p.add(".orig-bzip.tar.bz2", bz2.compress(first) + bz2.compress(second, 1))
    plain = gz(tree("x", {"a": "fields\n"}).end())
    # Flags: extra field, name, comment.
    p.add(
        ".orig-fields.tar.gz",
        plain[:3] + b"\x1c" + plain[4:10] + b"\x06\0AB\x02\0xy" + b"name.tar\0" + b"a comment\0" + plain[10:],
    )
    p.debian()
    name, data = next((n, d) for n, d in p.files.items() if ".debian." in n)
    raw = lzma.decompress(data)
    p.files[name] = lzma.compress(raw[:1536]) + lzma.compress(raw[1536:])


@source("deep", "1.0-1", "3.0 (quilt)")
def deep(p):
    """A file below 100 folders, patched there."""
    path = "d/" * 100 + "file"
    p.orig({path: "a\n"}, "xz")
    p.debian(patches={"deep.patch": diff(path, "a\n", "b\n")})
