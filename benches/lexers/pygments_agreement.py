"""How far the lexer and Pygments agree on what is comment, string or other, byte by byte.

Usage: classes FOLDER > runs.tsv; python3 pygments_agreement.py runs.tsv [LANGUAGE]

With a language it shows where the two disagree most. White space is not judged, as its class cannot be
seen; files that are not UTF-8 are left out.
"""

import collections
import multiprocessing
import re
import sys

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Error, String

# Names that differ.
PYGMENTS = {
    "shell": "bash", "po": "po", "tex": "tex", "roff": "groff", "javascript": "js", "config": None, "openpgp": None,
    "debian-changelog": None, "debian-control": "debcontrol", "debian-copyright": None, "gnu-changelog": None,
    "nanorc": None, "figlet": None, "gperf": None, "yacc": None, "lex": None, "m4": None, "debian-list": None,
    "quilt-series": None, "debian-watch": None, "texinfo": None, "linker-script": None, "rpm-spec": "spec",
    "common-lisp": "common-lisp", "asm": "gas", "fortran": "fortran", "php": "html+php", "desktop": "desktop",
    "diff": "diff", "batch": "bat", "jq": None, "vim": "vim", "emacs-lisp": "emacs-lisp", "cpp": "cpp", "asciidoc": None,
    "html": "html",
}

# What our own class of something may be to Pygments: variables within strings, directives and pragmas.
WITHIN = {"i": "s-", "p": "c-"}

# Languages whose escapes are no parts of strings.
PLAIN_ESCAPES = {"html", "tex", "xml", "make", "texinfo", "rst", "markdown"}

FIRST = True

# What Pygments calls strings and these languages do not: unquoted arguments and values, substitutions, line ends
# that are escaped. Like its preprocessor lines and its errors, this is not judged.
CONVENTIONS = {
    "shell": {String.Interpol, String.Backtick, String.Escape},
    "make": {String.Interpol, String.Backtick, String.Escape},
    "roff": {String},
    "ini": {String},
    "desktop": {String},
    "systemd": {String},
    "cmake": {String},
    "nix": {String.Symbol},
    "debian-control": {String},
    "ruby": {String.Symbol, String.Interpol},
}


def ours(runs, text, language):
    """Our classes: c, s, -, and those of WITHIN."""
    parts = []
    position = 0
    for run in runs.split():
        letter, length = run[0], int(run[1:])
        blank = letter == "-" and text[position : position + length].isspace()
        parts.append((" " if blank else letter, length))
        position += length
    solid = [letter for letter, _ in parts if letter != " "]
    classes = []
    index = -1
    for letter, length in parts:
        if letter == " ":
            classes.append("-" * length)
            continue
        index += 1
        neighbours = set(solid[max(0, index - 1) : index] + solid[index + 1 : index + 2])
        if letter == "e":
            kind = "s" if language not in PLAIN_ESCAPES or "s" in neighbours else "-"
        elif letter in "vo" and neighbours & {"s", "e", "i"}:
            kind = "i"
        elif letter == "p":
            kind = "p"
        else:
            kind = letter if letter in "cs" else "-"
        classes.append(kind * length)
    return "".join(classes)


def theirs(text, lexer, language):
    """The classes of Pygments: c, s, - and ? for what is not judged."""
    classes = []
    conventions = CONVENTIONS.get(language, ())
    for _, token, value in lexer.get_tokens_unprocessed(text):
        if token in Comment.Preproc or token in Comment.PreprocFile or token in Comment.Hashbang or token in Error:
            letter = "?"
        elif token in Comment or (token in String.Doc and language == "rust"):
            letter = "c"
        elif token in conventions or (token in String.Backtick and language == "markdown" and "\n" in value):
            letter = "?"
        else:
            letter = "s" if token in String else "-"
        classes.append(letter * len(value.encode()))
    return "".join(classes)


def judge(line):
    path, language, _, runs = line.rstrip("\n").split("\t")
    alias = PYGMENTS.get(language, language)
    if alias is None:
        return None
    try:
        lexer = get_lexer_by_name(alias, stripnl=False, ensurenl=False)
    except Exception:
        return None
    with open(path, "rb") as file:
        text = file.read()
    if len(text) > 300_000:
        text = text[: text.rfind(b"\n", 0, 300_000) + 1]
    mine, other = ours(runs, text, language)[: len(text)], theirs(text.decode(), lexer, language)
    if len(mine) != len(text) or len(other) != len(text):
        return (path, language, "length", 0, len(text), {})
    differences = collections.Counter()
    agreed = judged = unjudged = 0
    for index, byte in enumerate(text):
        if byte in b" \t\r\n\f":
            continue
        judged += 1
        if other[index] == "?":
            unjudged += 1
        elif mine[index] == other[index] or other[index] in WITHIN.get(mine[index], ""):
            agreed += 1
        else:
            differences[mine[index] + other[index]] += 1
    examples = []
    for match in re.finditer(rb"[^\n]+", text):
        spots = [i for i in range(match.start(), match.end()) if mine[i] != other[i] and text[i] not in b" \t\r\n\f" and other[i] != "?"
            and mine[i] not in WITHIN]
        if spots:
            kind = mine[spots[0]] + other[spots[0]]
            examples.append((-match.start() if FIRST else len(spots), kind, match.group()[:160].decode(errors="replace")))
    return (path, language, "", agreed + unjudged, judged, differences, unjudged, sorted(examples, reverse=True)[:60])


def main():
    lines = open(sys.argv[1], encoding="utf-8", errors="replace").readlines()
    wanted = sys.argv[2] if len(sys.argv) > 2 else None
    if wanted:
        lines = [line for line in lines if line.split("\t")[1] == wanted]
    files = collections.Counter()
    agreed = collections.Counter()
    judged = collections.Counter()
    unjudged = collections.Counter()
    kinds = collections.defaultdict(collections.Counter)
    worst = collections.defaultdict(list)
    with multiprocessing.Pool(2) as pool:
        for result in pool.imap_unordered(judge, lines, 8):
            if result is None:
                continue
            path, language, fault, good, all_bytes, differences = result[:6]
            if fault:
                print("not compared:", path, fault)
                continue
            files[language] += 1
            agreed[language] += good
            judged[language] += all_bytes
            kinds[language].update(differences)
            unjudged[language] += result[6]
            worst[language].append((all_bytes - good, path, result[7]))
    for language, count in files.most_common(None if wanted else 40):
        left_out = unjudged[language]
        share = 100 * (agreed[language] - left_out) / max(1, judged[language] - left_out)
        left_out = 100 * left_out / max(1, judged[language])
        faults = ", ".join(f"{kind} {100 * n / judged[language]:.2f} %" for kind, n in kinds[language].most_common(4))
        print(f"{language:16} {count:5} files {judged[language]:10} bytes {share:7.2f} %  not judged {left_out:5.2f} %  {faults}")
    if wanted:
        for lost, path, examples in sorted(worst[wanted], reverse=True)[:12]:
            print(f"== {lost} {path}")
            for spots, kind, text in examples[:8]:
                print(f"   {kind} {spots:4} {text}")


if __name__ == "__main__":
    main()
