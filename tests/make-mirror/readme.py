"""README.md of the archive, made of the docstrings."""

INTRODUCTION = """\
# An archive of oddities

A small signed Debian-style archive of made-up source packages, each there for an oddity. Everything here, this page too, is
made by

    python3 tests/make-mirror

(Python 3.11 or newer without further modules, gpg, patch, and dpkg-source of dpkg 1.21.22 with GNU tar, as in Debian 12).
Change the script, never a file here. It takes about a minute. Packages, indices and manifests come out the same every time. The
signing keys are made anew in each run and their private halves are thrown away, so keyrings and signatures change.

- `keyring.gpg` has the two keys that sign the good suites (an RSA key that signs by a subkey, and an Ed25519 key),
  `other-keyring.gpg` a key that is not among them, `expired-keyring.gpg` a key that expired in 2016.
- `manifests/PACKAGE_VERSION.manifest` is the tree that `dpkg-source --no-check --no-copy -x` made, unprivileged, umask
  022, `DEB_VENDOR=Press` (the Origin of the suites). A colon in the version is written `%3A`. One line an entry, sorted by the
  bytes of the path: type (`f`, `l`, `d`, `s` for anything else), permission bits, size, SHA-256 or the link's target, path;
  target and path percent-encoded, `-` for what an entry does not have. In formats 2.0 and 3.0 (quilt) the `.pc` at the top is
  passed over.
- `manifests/PACKAGE_VERSION.refused` is what dpkg-source said (with `--no-check`, or, if it unpacked then, without) of a package
  that it refused, or why it was not asked.
- All files of a suite are in the pool, except where the table says otherwise. Suites whose names begin with `broken`, and
  `other-signed`, are to fail; `old-three` is past its Valid-Until.
"""


def cell(text):
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "\\<").replace("*", "\\*").replace("_", "\\_")


def table(head, rows):
    lines = [head, ["---"] * len(head), *([cell(text) for text in row] for row in rows)]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def packages_table(packages):
    return table(
        ["package", "version", "format", "where", "what for"],
        [
            [p.name, p.version, p.format or "(no field)", ", ".join("/".join(place) for place in p.where), p.why]
            for p in packages
        ],
    )


def readme(suites, packages):
    def is_broken(package):
        return package.where[0][0].startswith("broken")

    text = INTRODUCTION + "\n## Suites\n\n"
    text += table(
        ["folder", "links to it", "areas", "what for"],
        [[s.folder, ", ".join(s.links), ", ".join(s.areas), s.why] for s in suites],
    )
    text += "\n## Packages\n\n" + packages_table(p for p in packages if not is_broken(p))
    text += "\n## Packages that are to fail\n\n" + packages_table(p for p in packages if is_broken(p))
    text += "\n## Stanzas that are to fail\n\nIn the suite `broken-index`, all with the files of `unpacks-well`.\n\n"
    suite = next(s for s in suites if s.more_stanzas)
    stanza = next(p for p in packages if p.name == "unpacks-well").stanza("main", "main")
    text += table(
        ["Package", "what is odd"],
        [
            [next((line[8:].strip() for line in made.split("\n") if line.startswith("Package:")), ""), why]
            for why, made in suite.more_stanzas(stanza)
        ],
    )
    return text
