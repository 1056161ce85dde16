"""Which suites and keys the archive has."""

import index_errors
from suites import Suite

SUITES = [
    Suite(
        "stable-one",
        {"main": ["Sources.xz"], "contrib": ["Sources.gz"], "non-free": ["Sources.xz"]},
        "InRelease only, signed by two keys; by-hash; Stable1.2 is a point-release link and no suite",
        fields={"Suite": "stable", "Version": "1.2"},
        signers=("archive", "release"),
        by_hash=True,
        links=("stable", "Stable1.2"),
    ),
    Suite(
        "unstable-two",
        {
            "main": ["Sources.gz"],
            "contrib": ["Sources"],
            "non-free": ["Sources.xz"],
            "non-free-firmware": ["Sources.xz"],
        },
        "Release and Release.gpg only; plain Sources is there for contrib only, though listed for all",
        fields={"Suite": "unstable"},
        forms=("Release",),
        signers=("release",),
        links=("unstable",),
    ),
    Suite(
        "stable-one/updates",
        {"main": ["Sources.xz"]},
        "a slash in the name; stanzas without Files; signed by a key of the keyring and by one that is not in it",
        fields={"Suite": "stable", "Codename": "stable-one", "Label": "Press-Security"},
        forms=("InRelease", "Release"),
        signers=("archive", "other"),
        pool_prefix="updates/",
        sums=("SHA256",),
    ),
    Suite(
        "old-three",
        {"main": ["Sources.gz", "Sources.bz2"]},
        "from before the pool: Directory below dists/; past Valid-Until; signed by an expired key",
        fields={"Suite": "oldstable", "Valid-Until": "Mon, 08 Jun 2015 12:00:00 UTC"},
        forms=("Release",),
        signers=("expired",),
        date="Mon, 01 Jun 2015 12:00:00 UTC",
        signed_at="20150601T120000!",
        sums=("MD5Sum", "SHA1"),
    ),
    Suite(
        "other-signed",
        {"main": ["Sources.xz"]},
        "well, but signed by a key that keyring.gpg does not hold",
        signers=("other",),
    ),
    Suite("large-four", {"main": ["Sources.xz"]}, "well, but large when unpacked", signers=("release",)),
    Suite(
        "broken-index",
        {"main": ["Sources.xz"]},
        "well signed, but stanzas that must not be believed",
        more_stanzas=index_errors.stanzas,
    ),
    Suite("broken", {"main": ["Sources.xz"]}, "packages that must not unpack"),
]


def make_keys(keys, mirror):
    keys.make("archive", "rsa2048", "20200101T000000!", "2050-01-01", subkey="rsa2048")
    keys.make("release", "ed25519", "20200101T000000!", "2050-01-01")
    keys.make("other", "ed25519", "20200101T000000!", "2050-01-01")
    keys.make("expired", "rsa2048", "20100101T000000!", "2016-01-01")
    keys.export(mirror / "keyring.gpg", "archive", "release")
    keys.export(mirror / "other-keyring.gpg", "other")
    keys.export(mirror / "expired-keyring.gpg", "expired")
