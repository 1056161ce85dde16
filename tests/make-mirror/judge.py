"""What dpkg-source makes of every package: a manifest of the tree, or the error."""

import hashlib
import os
import re
import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote_from_bytes as quote

NOBODY = 65534
VENDOR = "Press"


def entry(path, status):
    if stat.S_ISLNK(status.st_mode):
        return f"l - - {quote(os.readlink(path))}"
    mode = f"{status.st_mode & 0o777:03o}"
    if stat.S_ISDIR(status.st_mode):
        return f"d {mode} - -"
    if stat.S_ISREG(status.st_mode):
        with open(path, "rb") as file:
            return f"f {mode} {status.st_size} {hashlib.file_digest(file, 'sha256').hexdigest()}"
    return "s - - -"


def source_format(top):
    try:
        with open(os.path.join(top, b"debian/source/format"), "rb") as file:
            return file.readline().strip()
    except OSError:
        return b"1.0"


def manifest(top):
    """One line an entry: TYPE MODE SIZE VALUE PATH, sorted by path bytes.

    TYPE is f (regular file), l (symlink), d (folder) or s (anything else); MODE the permission bits in octal, - for l
    and s; SIZE the bytes of a file, else -; VALUE the SHA-256 of a file, the percent-encoded target of a symlink, else
    -; PATH is percent-encoded (every byte but letters, digits and _.-~/). The folder .pc/ at the top, where quilt keeps
    its books in formats 2.0 and 3.0 (quilt), is passed over.
    """
    rows = []
    quilt = source_format(top) in (b"2.0", b"3.0 (quilt)")
    for root, folders, files in os.walk(top):
        if quilt and root == top and b".pc" in folders:
            folders.remove(b".pc")
        for name in folders + files:
            path = os.path.join(root, name)
            rows.append((os.path.relpath(path, top), entry(path, os.lstat(path))))
    return "".join(f"{text} {quote(path)}\n" for path, text in sorted(rows))


def run(package, folder, options):
    """Unpack in folder as an unprivileged user; gives (well, messages, tree)."""
    origins = folder / "origins"
    origins.mkdir(parents=True)
    for name in ("default", "press"):
        (origins / name).write_text(f"Vendor: {VENDOR}\nVendor-URL: https://press.example.org/\n")
    (folder / package.dsc_name).write_bytes(package.dsc())
    for name, data in (package.judged_files or package.files).items():
        if name not in package.not_in_pool:
            (folder / name).write_bytes(data)
    work = folder / "work"
    work.mkdir()
    command = ["dpkg-source", *options, "-x", f"../{package.dsc_name}", "tree"]
    if os.geteuid() == 0:
        os.chown(work, NOBODY, NOBODY)
        command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] + command
    environment = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C",
        "HOME": str(work),
        "TMPDIR": str(work),
        "DEB_VENDOR": VENDOR,
        "DPKG_ORIGINS_DIR": str(origins),
    }
    done = subprocess.run(
        command,
        cwd=work,
        env=environment,
        umask=0o022,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.returncode == 0, done.stdout, os.fsencode(work / "tree")


def essence(messages, folder):
    """The lines of the messages that tell why, without the names of temporary folders."""
    text = messages.decode("utf-8", "backslashreplace").replace(str(folder) + "/", "")
    text = re.sub(r"tmp-extract\.\w{5}", "tmp-extract", text)
    text = re.sub(r" in @INC .*", "", text)
    kept = [line for line in text.splitlines() if not line.startswith(("dpkg-source: info:", "dpkg-source: warning:"))]
    return "".join(shortened(line) + "\n" for line in kept if line.strip())


def shortened(line):
    return line if len(line) < 300 else f"{line[:150]} [...] {line[-100:]}"


def judge(package, scratch):
    """The file name and the text of the package's result."""
    if package.not_run:
        return f"{package.manifest_name}.refused", f"not run: {package.not_run}\n"
    for options in (["--no-check", "--no-copy"], ["--no-copy"]):
        folder = scratch / f"{package.manifest_name}{len(options)}"
        well, messages, top = run(package, folder, options)
        if not well:
            return f"{package.manifest_name}.refused", essence(messages, folder)
        result = manifest(top)
        for stand_in, target in package.judged_targets.items():
            assert f"l - - {stand_in} " in result, package.name
            result = result.replace(f"l - - {stand_in} ", f"l - - {target} ")
        shutil.rmtree(folder)
        if not package.refused:
            break
    return f"{package.manifest_name}.manifest", result


def judge_all(packages, scratch, folder):
    """Write the result of every package below folder; complain of those that fail though they should not."""
    folder.mkdir()
    scratch = Path(scratch).resolve()
    wrong = []
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for package, (name, text) in zip(packages, pool.map(lambda p: judge(p, scratch), packages)):
            (folder / name).write_text(text)
            if name.endswith(".refused") != package.refused:
                wrong.append(f"{name}:\n{text}")
    if wrong:
        raise SystemExit("\n".join(["Not what dpkg-source does:"] + wrong))
