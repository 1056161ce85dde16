"""Tar archives, compressed files and patches, byte by byte.

Python's tarfile refuses much of what the test archive needs (unknown member types, names that are
no text, damaged members), and its output may change between Python versions. A tar header is simple
enough to write by hand.
"""

import bz2
import difflib
import gzip
import io
import lzma

MTIME = 1_700_000_000
GNU = b"ustar  \0"
POSIX = b"ustar\x0000"
V7 = b"\0" * 8


class Link(bytes):
    """As a value in a tree: a symbolic link, the bytes are its target."""


class Hard(bytes):
    """As a value in a tree: a hard link, the bytes are the name of an earlier member below the top."""


class Exe(bytes):
    """As a value in a tree: an executable file."""


class Dir:
    """As a value in a tree: a folder. Folders that hold something need not be named."""


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def number(value, width):
    """A numeric header field: octal, or base 256 where octal does not suffice."""
    if value < 8 ** (width - 1):
        return b"%0*o\0" % (width - 1, value)
    return b"\x80" + value.to_bytes(width - 1, "big")


def header(
    name, kind=b"0", size=0, mode=0o644, link=b"", magic=GNU, prefix=b"", mtime=MTIME, device=(0, 0), gnu_tail=b""
):
    """One header block. gnu_tail is what old GNU format keeps behind the device numbers (sparse maps)."""
    block = bytearray(512)

    def put(offset, value):
        block[offset : offset + len(value)] = value

    put(0, as_bytes(name)[:100])
    put(100, number(mode, 8))
    put(108, number(0, 8))
    put(116, number(0, 8))
    put(124, number(size, 12))
    put(136, number(mtime, 12))
    put(148, b" " * 8)
    put(156, kind)
    put(157, as_bytes(link)[:100])
    put(257, magic)
    if magic != V7:
        put(329, number(device[0], 8))
        put(337, number(device[1], 8))
    put(345, gnu_tail or prefix)
    put(148, b"%06o\0 " % sum(block))
    return bytes(block)


def padded(data, unit=512):
    return data + b"\0" * (-len(data) % unit)


def pax_record(key, value):
    """One `LENGTH KEY=VALUE` record; the length counts itself."""
    body = b" " + as_bytes(key) + b"=" + as_bytes(value) + b"\n"
    length = len(body)
    while length != len(body) + len(str(length)):
        length = len(body) + len(str(length))
    return str(length).encode() + body


class Tar:
    """An archive that grows by members; every method returns the archive."""

    def __init__(self):
        self.data = bytearray()

    def raw(self, *parts):
        for part in parts:
            self.data += part
        return self

    def member(self, name, kind=b"0", data=b"", link=b"", **fields):
        """A member; names of more than 100 bytes become GNU long names."""
        name, link = as_bytes(name), as_bytes(link)
        if len(name) > 100:
            self.gnu_long(b"L", name)
        if len(link) > 100:
            self.gnu_long(b"K", link)
        return self.raw(header(name, kind, len(data), link=link, **fields), padded(data))

    def gnu_long(self, kind, text):
        text += b"\0"
        return self.raw(header("././@LongLink", kind, len(text), mode=0), padded(text))

    def pax(self, records, kind=b"x", name="PaxHeaders/member"):
        """An extended header for the next member (x), or for all that follow (g); records is a dict, or pairs."""
        pairs = records.items() if isinstance(records, dict) else records
        body = b"".join(pax_record(key, value) for key, value in pairs)
        return self.raw(header(name, kind, len(body), magic=POSIX), padded(body))

    def file(self, name, data=b"", mode=0o644, **fields):
        return self.member(name, b"0", as_bytes(data), mode=mode, **fields)

    def dir(self, name, mode=0o755, **fields):
        return self.member(as_bytes(name).rstrip(b"/") + b"/", b"5", mode=mode, **fields)

    def link(self, name, target, **fields):
        return self.member(name, b"2", link=target, mode=0o777, **fields)

    def hard(self, name, target, **fields):
        return self.member(name, b"1", link=target, **fields)

    def end(self):
        """The bytes of the archive: two zero blocks, filled up to a record of 20 blocks."""
        return padded(bytes(self.data) + b"\0" * 1024, 10240)


def tree(top, entries):
    """An archive of the entries (path: value) below the folder top, sorted, folders first ("" for no top folder).

    A value is a file's bytes or text, or one of Link, Hard, Exe, Dir; None leaves the path out.
    """
    tar = Tar()
    top = as_bytes(top)
    values = {as_bytes(path): value for path, value in entries.items() if value is not None}
    for path in list(values):
        for at in (i for i, c in enumerate(path) if c == ord("/")):
            values.setdefault(path[:at], Dir)
    if top:
        tar.dir(top)
    deferred = []
    for path, value in sorted(values.items()):
        name = top + b"/" + path if top else path
        if value is Dir:
            tar.dir(name)
        elif isinstance(value, Link):
            tar.link(name, value)
        elif isinstance(value, Hard):
            deferred.append((name, top + b"/" + value if top else value))
        else:
            tar.file(name, value, mode=0o755 if isinstance(value, Exe) else 0o644)
    for name, target in deferred:
        tar.hard(name, target)
    return tar


def gz(data):
    """One gzip member without name and time."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=out, mtime=0) as member:
        member.write(data)
    return out.getvalue()


def xz(data):
    return lzma.compress(data, preset=6)


def alone(data):
    """The .lzma format that came before .xz."""
    return lzma.compress(data, format=lzma.FORMAT_ALONE, preset=6)


COMPRESS = {"gz": gz, "xz": xz, "bz2": bz2.compress, "lzma": alone}


def compress(data, extension):
    return COMPRESS[extension](data)


def diff(path, old, new, old_name=None, new_name=None, context=3):
    """A unified diff of one file; None stands for a file that is not there."""
    path = as_bytes(path)
    lines = [as_bytes(text or b"").splitlines(keepends=True) for text in (old, new)]
    # difflib works on text: Latin-1 maps every byte to one character and back.
    lines = [[line.decode("latin-1") for line in side] for side in lines]
    names = [
        as_bytes(old_name or (b"a/" + path if old is not None else b"/dev/null")),
        as_bytes(new_name or (b"b/" + path if new is not None else b"/dev/null")),
    ]
    out = b"--- " + names[0] + (b"\t" if b" " in path else b"") + b"\n"
    out += b"+++ " + names[1] + (b"\t" if b" " in path else b"") + b"\n"
    for line in list(difflib.unified_diff(*lines, n=context))[2:]:
        out += line.encode("latin-1")
        if not line.endswith("\n"):
            out += b"\n\\ No newline at end of file\n"
    return out
