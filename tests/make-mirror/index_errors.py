"""Stanzas of the suite broken-index: what an index may say that must not be believed.

All are copies of the stanza of the package unpacks-well, with its files, so that a reader which believes them finds files.
"""

import re


def edited(text, name, *changes):
    """The stanza under another package name, with (pattern, replacement) changes of whole lines."""
    text = text.replace("Package: unpacks-well", f"Package: {name}")
    for pattern, replacement in changes:
        text, times = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        assert times, (name, pattern)
    return text


def stanzas(well):
    """Pairs of why and text; well is the stanza of unpacks-well."""
    dsc = r"unpacks-well_1\.0-1\.dsc$"
    alike = edited(well, "twice-alike")
    lists = r"^(Files|Checksums-\w+):\n( .*\n)+"
    return [
        ("no Directory", edited(well, "no-directory", (r"^Directory: .*\n", ""))),
        (
            "Directory with ../",
            edited(well, "directory-dotdot", (r"^Directory: .*", "Directory: pool/main/u/../u/unpacks-well")),
        ),
        ("Directory above the archive", edited(well, "directory-above", (r"^Directory: .*", "Directory: ../../etc"))),
        ("Directory from the root", edited(well, "directory-root", (r"^Directory: .*", "Directory: /etc"))),
        ("a file name with ../", edited(well, "file-dotdot", (dsc, "../unpacks-well/unpacks-well_1.0-1.dsc"))),
        ("a file name with a slash", edited(well, "file-slash", (dsc, "sub/unpacks-well_1.0-1.dsc"))),
        ("a file name from the root", edited(well, "file-root", (dsc, "/etc/passwd"))),
        ("a file called ..", edited(well, "file-dots", (dsc, ".."))),
        ("a file twice in one list", edited(well, "file-twice", (r"^( \w{64} \d+ .*\.dsc\n)", r"\1\1"))),
        ("no .dsc among the files", edited(well, "no-dsc", (r"^ .*\.dsc\n", ""))),
        ("a line of files with two words", edited(well, "file-words", (r"^ (\w{64}) \d+ (.*\.dsc)$", r" \1 \2"))),
        ("no files at all", edited(well, "no-files", (lists, ""))),
        ("lists of files without files", edited(well, "empty-files", (r"^( \w{32,64} \d+ .*\n)+", ""))),
        (
            "sizes that differ between the lists",
            edited(well, "sizes-differ", (r"^ (\w{64}) \d+ (.*\.dsc)$", r" \1 5 \2")),
        ),
        ("a size that is no number", edited(well, "size-word", (r"^ (\w{64}) \d+ (.*\.dsc)$", r" \1 many \2"))),
        ("a negative size", edited(well, "size-negative", (r"^ (\w{64}) \d+ (.*\.dsc)$", r" \1 -5 \2"))),
        (
            "a size of more than 64 bits",
            edited(well, "size-huge", (r"^ (\w{64}) \d+ (.*\.dsc)$", r" \1 99999999999999999999 \2")),
        ),
        ("a checksum that is too short", edited(well, "checksum-short", (r"^ \w{60}(\w{4} \d+ .*\.dsc)$", r" \1"))),
        (
            "a checksum that is not hexadecimal",
            edited(well, "checksum-word", (r"^ \w{60}(\w{4} \d+ .*\.dsc)$", " " + "x" * 60 + r"\1")),
        ),
        ("a stanza that comes twice (taken once)", alike),
        ("its second copy", alike),
        ("a package version that comes twice with other files", edited(well, "twice-other")),
        (
            "its second, other form",
            edited(well, "twice-other", (r"^ \w{60}(\w{4} \d+ .*\.dsc)$", " " + "0" * 60 + r"\1")),
        ),
        ("no Version", edited(well, "no-version", (r"^Version: .*\n", ""))),
        ("an empty Version", edited(well, "version-empty", (r"^Version: .*", "Version:"))),
        ("a Version with a slash", edited(well, "version-slash", (r"^Version: .*", "Version: 1/../../2"))),
        (
            "a Version with a sign that is not allowed",
            edited(well, "version-sign", (r"^Version: .*", "Version: 1.0_1")),
        ),
        ("a Version that begins with a letter", edited(well, "version-letter", (r"^Version: .*", "Version: latest"))),
        ("an epoch that is no number", edited(well, "version-epoch", (r"^Version: .*", "Version: a:1.0-1"))),
        ("Version twice", edited(well, "version-twice", (r"^(Version: .*\n)", r"\1Version: 2.0-1\n"))),
        ("no Package", edited(well, "", (r"^Package: .*\n", ""))),
        ("an empty Package", edited(well, "")),
        ("a Package called ..", edited(well, "..")),
        ("a Package with a slash", edited(well, "a/b")),
        ("a Package of markup", edited(well, "<script>alert(1)<!--")),
        ("a Package with a blank", edited(well, "two words")),
        ("a Package that is not ASCII", edited(well, "p\u00e4ckage")),
        ("a line without a colon", edited(well, "no-colon", (r"^Version: ", "this is no field\nVersion: "))),
        (
            "a Maintainer that is not UTF-8, which is no error",
            edited(well, "latin-maintainer", (r"^Maintainer: .*", "Maintainer: Jos\udce9 <jose@example.org>")),
        ),
        ("a stanza that begins with a continuation line", " continued\n" + edited(well, "continued")),
    ]
