"""The packages that must not unpack, one function each; the docstring says why."""
from source import source
from tarballs import diff, gz, tree


@source("wrong-checksum", "1.0-1", "3.0 (quilt)", "broken:main", refused=True)
def wrong_checksum(p):
    """The upstream tarball is not the one that the index and the .dsc name (same size)."""
    p.orig({"a": "a\n"})
    p.debian()
    name, data = next((n, d) for n, d in p.files.items() if ".orig." in n)
    p.claimed[name] = data[:-1] + b"!"


@source("does-not-apply", "1.0-1", "3.0 (quilt)", "broken:main", refused=True)
def does_not_apply(p):
    """A patch that does not apply."""
    p.orig({"a": "a\n"})
    p.debian(patches={"a.patch": diff("a", "x\n", "y\n")})
