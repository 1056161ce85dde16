"""Source packages: the .dsc, the files it names, and the list of all of them."""

import hashlib

from tarballs import Exe, compress, diff, tree

ALL = []


def as_text(fields):
    """The fields as lines; None leaves a field out."""
    return "".join(
        f"{key}:{'' if value.startswith(chr(10)) else ' '}{value}\n"
        for key, value in fields.items()
        if value is not None
    )


class Source:
    """One source package version while it is made."""

    def __init__(self, name, version, format, where, why, refused):
        self.name, self.version, self.format = name, version, format
        self.where = [tuple(place.split(":")) for place in where.split()]
        self.why, self.refused = why, refused
        self.files = {}
        # Checksums that the .dsc and the index shall claim instead of the true ones: file name -> bytes to hash.
        self.claimed = {}
        self.dsc_fields = {}
        self.stanza_fields = {}
        self.stanza_edit = str
        self.checksums = ("Files", "Checksums-Sha1", "Checksums-Sha256")
        # Field -> file names that this field leaves out.
        self.left_out = {}
        self.dsc_armor = False
        # The Directory, where it is not the usual one.
        self.pool_folder = None
        # Names of files that the index names and the pool lacks.
        self.not_in_pool = []
        # Files that dpkg-source gets instead, and what to replace in the manifest it gives.
        self.judged_files = None
        self.judged_targets = {}
        # A reason not to run dpkg-source on this package.
        self.not_run = None

    @property
    def no_epoch(self):
        return self.version.split(":", 1)[-1]

    @property
    def upstream(self):
        return self.no_epoch.rsplit("-", 1)[0]

    @property
    def dsc_name(self):
        return f"{self.name}_{self.no_epoch}.dsc"

    @property
    def top(self):
        """The folder that an upstream tarball usually holds."""
        return f"{self.name}-{self.upstream}"

    @property
    def manifest_name(self):
        return f"{self.name}_{self.version.replace(':', '%3A')}"

    def add(self, ending, data):
        """A file of the source package. The ending begins behind the version."""
        version = self.upstream if ending.startswith(".orig") else self.no_epoch
        self.files[f"{self.name}_{version}{ending}"] = data

    def orig(self, entries, extension="gz", top=None, component=None):
        """An upstream tarball made of a tree, or of a Tar written by hand."""
        part = f"-{component}" if component else ""
        if isinstance(entries, dict):
            entries = tree(self.top if top is None else top, entries)
        self.add(f".orig{part}.tar.{extension}", compress(entries.end(), extension))

    def native(self, entries, extension="gz", top=None, with_debian=True):
        if isinstance(entries, dict):
            everything = {**(self.debian_files() if with_debian else {}), **entries}
            entries = tree(self.top if top is None else top, everything)
        self.add(f".tar.{extension}", compress(entries.end(), extension))

    def debian(self, entries=(), extension="xz", series=None, patches=(), with_series=True):
        """The .debian.tar: the usual files, the given ones, and patches (name: content) with their series."""
        entries = {**self.debian_files(), **dict(entries)}
        patches = dict(patches)
        if patches and series is None:
            series = "".join(f"{name}\n" for name in patches)
        if series is not None and with_series:
            entries["debian/patches/series"] = series
        for name, content in patches.items():
            entries[f"debian/patches/{name}"] = content
        self.add(f".debian.tar.{extension}", compress(tree("", entries).end(), extension))

    def debian_diff(self):
        """A diff that makes what debian_files gives."""
        return b"".join(diff(path, None, text) for path, text in sorted(self.debian_files().items()))

    def debian_files(self):
        """What nearly every package has below debian/."""
        files = {
            "debian/changelog": f"{self.name} ({self.version}) unstable; urgency=medium\n\n  * An example.\n\n"
            " -- Ada Example <ada@example.org>  Sat, 14 Nov 2026 10:00:00 +0000\n",
            "debian/control": f"Source: {self.name}\nSection: misc\nPriority: optional\n"
            "Maintainer: Ada Example <ada@example.org>\nStandards-Version: 4.7.0\n"
            f"\nPackage: {self.name}\nArchitecture: all\nDescription: {self.summary()}\n"
            " Made up for tests.\n",
            "debian/copyright": "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
            f"Upstream-Name: {self.name}\n\nFiles: *\nCopyright: 2026 Ada Example\nLicense: Expat\n"
            "\nLicense: Expat\n Permission is hereby granted, free of charge, to any person.\n",
            "debian/rules": Exe(b"#!/usr/bin/make -f\n%:\n\tdh $@\n"),
        }
        if self.format not in (None, "1.0"):
            files["debian/source/format"] = f"{self.format}\n"
        return files

    def summary(self):
        return self.why.split(". ")[0].rstrip(".")

    def checksum_field(self, field, with_dsc):
        make = {"Files": hashlib.md5, "Checksums-Sha1": hashlib.sha1, "Checksums-Sha256": hashlib.sha256}[field]
        names = sorted(self.files)
        if with_dsc:
            names.insert(0, self.dsc_name)
        lines = []
        for name in names:
            if name in self.left_out.get(field, ()):
                continue
            data = self.claimed.get(name) or (self.dsc() if name == self.dsc_name else self.files[name])
            lines.append(f"\n {make(data).hexdigest()} {len(data)} {name}")
        return "".join(lines)

    def fields(self, first, with_dsc):
        """The fields that the .dsc and the index stanza share."""
        fields = {}
        if self.format:
            fields["Format"] = self.format
        fields[first] = self.name
        fields |= {
            "Binary": self.name,
            "Architecture": "all",
            "Version": self.version,
            "Maintainer": "Ada Example <ada@example.org>",
            "Uploaders": 'Ünal Example <unal@example.org>, "Doe, Jo" <jo@example.org>',
            "Homepage": f"https://{self.name}.example.org/",
            "Standards-Version": "4.7.0",
            "Vcs-Browser": f"https://git.example.org/{self.name}",
            "Vcs-Git": f"https://git.example.org/{self.name}.git",
            "Build-Depends": "debhelper-compat (= 13)",
            "Package-List": f"\n {self.name} deb misc optional arch=all",
        }
        for field in self.checksums:
            fields[field] = self.checksum_field(field, with_dsc)
        return fields

    def dsc(self):
        fields = self.fields("Source", with_dsc=False)
        # dpkg-source insists on Files, whatever the index gives.
        fields.setdefault("Files", self.checksum_field("Files", with_dsc=False))
        text = as_text(fields | self.dsc_fields)
        if self.dsc_armor:
            text = (
                "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
                + text
                + "\n-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCgAdFiEEbm90IGEgc2lnbmF0dXJlIGF0IGFsbAo=\n=AAAA\n"
                "-----END PGP SIGNATURE-----\n"
            )
        return text.encode()

    def stanza(self, pool_area, section_area):
        fields = self.fields("Package", with_dsc=True)
        fields["Directory"] = self.directory(pool_area)
        fields["Priority"] = "optional"
        fields["Section"] = "misc" if section_area == "main" else f"{section_area}/misc"
        return self.stanza_edit(as_text(fields | self.stanza_fields))

    def directory(self, pool_area):
        if self.pool_folder:
            return self.pool_folder
        prefix = self.name[:4] if self.name.startswith("lib") else self.name[0]
        return f"pool/{pool_area}/{prefix}/{self.name}"

    def write(self, mirror, pool_area):
        folder = mirror / self.directory(pool_area)
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in {self.dsc_name: self.dsc(), **self.files}.items():
            if name not in self.not_in_pool:
                (folder / name).write_bytes(data)


def source(name, version, format, where="stable-one:main", refused=False):
    """Register the decorated function, which gets a Source and fills it; its docstring says what the package is for.

    where lists places as SUITE:AREA. refused says that dpkg-source must not be able to unpack it.
    """

    def register(fill):
        made = Source(name, version, format, where, " ".join(fill.__doc__.split()), refused)
        fill(made)
        ALL.append(made)
        return fill

    return register
