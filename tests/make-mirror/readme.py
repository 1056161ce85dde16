"""README.md of the archive, made of the docstrings."""
INTRODUCTION = """\
# An archive of oddities

A small signed Debian-style archive of made-up source packages, each there for an oddity. Everything here is made by

    python3 tests/make-mirror

(Python 3.11 or newer without other modules, gpg, and Debian 12's dpkg-source, 1.21.22); change the script, never a file here. The
script takes about a minute. Packages, indices and manifests come out the same every time; the keys are made anew (their
private halves are not kept), so keyrings and signatures change with every run.

- `keyring.gpg` has the two keys that sign the good suites (one signs by a subkey), `other-keyring.gpg` a key that is not among them,
  `expired-keyring.gpg` one that expired in 2016.
- `manifests/PACKAGE_VERSION.manifest` is the tree that `dpkg-source --no-check --no-copy -x` made, unprivileged, umask
  022, `DEB_VENDOR=Press`; a colon in the version is written `%3A`. One line an entry, sorted by path: type (`f`, `l`,
  `d`, `s` for anything else), permission bits, size, SHA-256 or the link's target, path; the last two percent-encoded.
- `manifests/PACKAGE_VERSION.refused` is what dpkg-source said of a package that it refused.
"""


def table(rows, *head):
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def readme(suites, packages):
    text = INTRODUCTION + "\n## Suites\n\n"
    text += table([[f"`{s.folder}`", ", ".join(f"`{link}`" for link in s.links), ", ".join(s.areas), s.why]
                   for s in suites], "folder", "links to it", "areas", "what for")
    for heading, refused in (("Packages", False), ("Packages that dpkg-source refuses", True)):
        text += f"\n## {heading}\n\n"
        text += table([[p.name, p.version, p.format or "(none)", ", ".join("/".join(place) for place in p.where), p.why]
                       for p in packages if p.refused == refused], "package", "version", "format", "where", "what for")
    return text
