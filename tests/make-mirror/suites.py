"""The suites: their indices, Release files and signatures."""

import bz2
import hashlib
import os
import subprocess

from tarballs import gz, xz

DATE = "Sat, 14 Nov 2026 12:00:00 UTC"
SIGNED_AT = "20261114T120000!"

COMPRESS = {"Sources.xz": xz, "Sources.gz": gz, "Sources.bz2": bz2.compress, "Sources": bytes}


class Suite:
    """A folder below dists/.

    areas: area -> the index files that are there. Plain `Sources` is listed in Release in any case.
    signers: names of keys; a signature is made with each. forms: which of InRelease and Release (with Release.gpg).
    """

    def __init__(
        self,
        folder,
        areas,
        why,
        fields=None,
        forms=("InRelease",),
        signers=("archive",),
        date=DATE,
        signed_at=SIGNED_AT,
        by_hash=False,
        pool_prefix="",
        sums=("MD5Sum", "SHA256"),
        links=(),
        more_stanzas=None,
    ):
        self.folder, self.areas, self.why = folder, areas, why
        self.fields = fields or {}
        self.forms, self.signers, self.date, self.signed_at = forms, signers, date, signed_at
        self.by_hash, self.pool_prefix, self.sums, self.links = by_hash, pool_prefix, sums, links
        # A function that makes further stanzas, with their reasons, of the first one.
        self.more_stanzas = more_stanzas

    def release(self, files):
        name = self.folder.split("/")[0]
        fields = {"Origin": "Press", "Label": "Press", "Suite": name, "Codename": name}
        fields |= {"Date": self.date, **self.fields}
        if self.by_hash:
            fields["Acquire-By-Hash"] = "yes"
        fields["Architectures"] = "all"
        fields["Components"] = " ".join(self.pool_prefix + area for area in self.areas)
        fields["Description"] = "Made-up packages"
        text = "".join(f"{key}: {value}\n" for key, value in fields.items() if value is not None)
        make = {"MD5Sum": hashlib.md5, "SHA1": hashlib.sha1, "SHA256": hashlib.sha256}
        for sums in self.sums:
            text += f"{sums}:\n"
            for path, data in sorted(files.items()):
                text += f" {make[sums](data).hexdigest()} {len(data):8} {path}\n"
        return text.encode()

    def write(self, mirror, packages, keys):
        folder = mirror / "dists" / self.folder
        folder.mkdir(parents=True, exist_ok=True)
        listed = {}
        for area, index_files in self.areas.items():
            pool_area = self.pool_prefix + area
            here = sorted((p for p in packages if (self.folder, area) in p.where), key=lambda p: p.name)
            stanzas = [p.stanza(pool_area, area) for p in here]
            if self.more_stanzas:
                stanzas += [text for _, text in self.more_stanzas(stanzas[0])]
            text = "\n".join(stanzas).encode("utf-8", "surrogateescape")
            place = folder / area / "source"
            place.mkdir(parents=True)
            listed[f"{area}/source/Sources"] = text
            # Not there either: what we do not read.
            listed[f"{area}/binary-all/Packages.xz"] = b""
            for name in index_files:
                data = COMPRESS[name](text)
                listed[f"{area}/source/{name}"] = data
                (place / name).write_bytes(data)
                if self.by_hash:
                    by_hash = place / "by-hash" / "SHA256"
                    by_hash.mkdir(parents=True, exist_ok=True)
                    (by_hash / hashlib.sha256(data).hexdigest()).write_bytes(data)
            for package in here:
                package.write(mirror, pool_area)
        release = self.release(listed)
        if "Release" in self.forms:
            (folder / "Release").write_bytes(release)
            (folder / "Release.gpg").write_bytes(keys.sign(release, self.signers, self.signed_at, "--detach-sign"))
        if "InRelease" in self.forms:
            (folder / "InRelease").write_bytes(keys.sign(release, self.signers, self.signed_at, "--clearsign"))
        for link in self.links:
            (mirror / "dists" / link).symlink_to(self.folder)


class Keys:
    """Signing keys, made anew in each run; only their public halves leave the scratch folder."""

    def __init__(self, home):
        self.home = home
        home.mkdir(mode=0o700)
        self.prints = {}

    def gpg(self, *arguments, at=SIGNED_AT, data=b""):
        command = [
            "gpg",
            "--homedir",
            str(self.home),
            "--batch",
            "--quiet",
            "--no-tty",
            "--no-permission-warning",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
            "--faked-system-time",
            at,
            *arguments,
        ]
        done = subprocess.run(command, input=data, capture_output=True, env={"PATH": os.environ["PATH"], "LC_ALL": "C"})
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: {done.stderr.decode()}")
        return done.stdout

    def make(self, name, algorithm, created, expires, subkey=None):
        user = f"Press {name} key (made up) <{name}@example.org>"
        self.gpg("--quick-generate-key", user, algorithm, "sign", expires, at=created)
        for line in self.gpg("--with-colons", "--list-keys", f"{name}@example.org", at=created).decode().splitlines():
            if line.startswith("fpr:"):
                self.prints[name] = line.split(":")[9]
                break
        if subkey:
            self.gpg("--quick-add-key", self.prints[name], subkey, "sign", expires, at=created)

    def export(self, path, *names):
        path.write_bytes(self.gpg("--export", *(self.prints[name] for name in names)))

    def sign(self, data, names, at, form):
        users = [part for name in names for part in ("--local-user", self.prints[name])]
        return self.gpg("--armor", "--digest-algo", "SHA512", *users, form, at=at, data=data)

    def close(self):
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], check=False)
