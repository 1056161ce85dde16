"""Make tests/mirror: a small signed archive of made-up source packages, each there for an oddity.

    python3 tests/make-mirror

Needs Python 3.11, gpg, and dpkg-source of dpkg 1.21.22 (Debian 12), which judges every package.
"""

import shutil
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

# These register the packages.
import packages
import patch_packages
import carry_packages
import tar_packages
import content_packages
import copyright_packages
import refused

import judge
from archive import SUITES, make_keys
from readme import readme
from source import ALL
from suites import Keys


def main():
    target = Path(__file__).resolve().parent.parent / "mirror"
    scratch = Path(tempfile.mkdtemp(prefix="make-mirror-"))
    scratch.chmod(0o755)
    mirror = scratch / "mirror"
    mirror.mkdir()
    keys = Keys(scratch / "keys")
    try:
        make_keys(keys, mirror)
        for suite in SUITES:
            suite.write(mirror, ALL, keys)
        judge.judge_all(ALL, scratch / "judge", mirror / "manifests")
        # Every byte here is there for a reason.
        (mirror / ".gitattributes").write_text("* -text\n")
        (mirror / "README.md").write_text(readme(SUITES, ALL))
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(mirror, target, symlinks=True)
    finally:
        keys.close()
        shutil.rmtree(scratch)


if __name__ == "__main__":
    sys.exit(main())
