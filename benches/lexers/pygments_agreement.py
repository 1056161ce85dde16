"""How far the lexer and Pygments agree on what is comment, string or other, byte by byte.

    lexers classes FOLDER > runs.tsv
    python3 pygments_agreement.py runs.tsv              a table of languages
    python3 pygments_agreement.py runs.tsv LANGUAGE     where the two differ, largest first

White space is not judged, as its class cannot be seen; files that are not UTF-8 are left out. At most MOST_FILES of a
language are taken, at random but always the same, and at most MOST_BYTES of each. Three shares are printed: `strict`
takes the types of Pygments literally; `named` leaves out what the two merely call by different names, and `explained`
the faults of Pygments too. Both are listed in pygments_differences.toml, whose head tells how to read it.
"""

import bisect
import collections
import multiprocessing
import pathlib
import random
import re
import sys
import tomllib

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, String, string_to_tokentype
from pygments.util import ClassNotFound

MOST_FILES = 150
MOST_BYTES = 300_000
BLANK = b" \t\r\n\f"

# Names of lexers that differ; empty for none.
LEXERS = {
    "shell": "bash", "roff": "groff", "javascript": "js", "debian-control": "debcontrol", "rpm-spec": "spec",
    "php": "html+php", "batch": "bat", "asm": "gas", "openpgp": "asc", "debian-rules": "make", "dep3-patch": "diff",
    "debian-copyright": "debcontrol", "config": "", "figlet": "", "yacc": "", "lex": "", "jq": "",
}

KINDS = {"name": 1, "fault": 2}


class Difference:
    """An entry of pygments_differences.toml."""

    def __init__(self, number, entry):
        self.number = number
        self.kind = KINDS[entry["kind"]]
        self.languages = set(entry["languages"].split())
        self.ours = set(entry.get("ours", "").split())
        self.theirs = [string_to_tokentype(name) for name in entry.get("theirs", "").split()]
        self.within = re.compile(entry["within"].encode(), re.M) if "within" in entry else None
        self.token = re.compile(entry["token"]) if "token" in entry else None
        self.title = entry["what"]

    def spans(self, text):
        """Where it applies: None for everywhere."""
        return None if self.within is None else [match.span() for match in self.within.finditer(text)]


def differences():
    with open(pathlib.Path(__file__).with_name("pygments_differences.toml"), "rb") as file:
        return [Difference(number, entry) for number, entry in enumerate(tomllib.load(file)["difference"])]


DIFFERENCES = differences()


def ours(runs, text):
    """Our runs: end, letter, and kind: c, s or -. An escape beside a string is part of it."""
    parts = []
    position = 0
    for run in runs.split():
        letter, length = run[0], int(run[1:])
        if letter == "-" and not text[position : position + length].strip(BLANK):
            letter = " "
        position += length
        parts.append((position, letter))
    solid = [letter for _, letter in parts if letter != " "]
    index = -1
    for end, letter in parts:
        index += letter != " "
        kind = letter if letter in "cs" else "-"
        if letter == "e" and "s" in solid[max(0, index - 1) : index + 2]:
            kind = "s"
        yield end, letter, kind


def theirs(text, lexer):
    """The runs of Pygments: end, token type, text, and kind."""
    position = 0
    for _, token, value in lexer.get_tokens_unprocessed(text):
        position += len(value.encode())
        yield position, token, value, "c" if token in Comment else "s" if token in String else "-"


def explanation(letter, token, value, start, places):
    """The first entry that tells why a byte differs."""
    for difference, spans in places:
        if difference.ours and letter not in difference.ours:
            continue
        if difference.theirs and not any(token in other for other in difference.theirs):
            continue
        if difference.token and not difference.token.search(value):
            continue
        if spans is None:
            return difference
        index = bisect.bisect_right(spans, (start, sys.maxsize)) - 1
        if index >= 0 and spans[index][0] <= start < spans[index][1]:
            return difference
    return None


def judge(line):
    path, language, _, runs = line.rstrip("\n").split("\t")
    lexer = get_lexer_by_name(LEXERS.get(language, language), stripnl=False, ensurenl=False)
    text = pathlib.Path(path).read_bytes()
    if len(text) > MOST_BYTES:
        text = text[: text.rfind(b"\n", 0, MOST_BYTES) + 1]
    listed = [entry for entry in DIFFERENCES if "*" in entry.languages or language in entry.languages]
    places = [(entry, entry.spans(text)) for entry in listed]
    edges = sorted({edge for _, spans in places for span in spans or () for edge in span})
    counts = collections.Counter()
    kinds = collections.Counter()
    spots = collections.defaultdict(list)
    mine, other = ours(runs, text), theirs(text.decode(), lexer)
    mine_end = other_end = start = edge = 0
    while start < len(text):
        while mine_end <= start:
            mine_end, letter, kind = next(mine, (len(text), "-", "-"))
        while other_end <= start:
            other_end, token, value, other_kind = next(other, (len(text), String, "", "?"))
        while edge < len(edges) and edges[edge] <= start:
            edge += 1
        end = min(mine_end, other_end, len(text), edges[edge] if edge < len(edges) else len(text))
        solid = len(text[start:end].translate(None, BLANK))
        if solid and kind == other_kind:
            counts["agreed"] += solid
        elif solid:
            difference = explanation(letter, token, value, start, places)
            if difference:
                counts[difference.number] += solid
            else:
                counts["open"] += solid
                kinds[f"{letter} {token}"] += solid
                first = text.rfind(b"\n", 0, start) + 1
                last = text.find(b"\n", start)
                row = text[first : last if last >= 0 else len(text)]
                spots[f"{letter} {token}"].append((text.count(b"\n", 0, start) + 1, solid, row[:150].decode(errors="replace")))
        start = end
    return path, language, counts, kinds, spots


def chosen(lines, wanted):
    """The lines of the files to compare."""
    by_language = collections.defaultdict(list)
    for line in sorted(lines):
        by_language[line.split("\t")[1]].append(line)
    for language, files in by_language.items():
        try:
            get_lexer_by_name(LEXERS.get(language, language))
        except ClassNotFound:
            continue
        if wanted in (None, language):
            yield from random.Random(1).sample(files, min(MOST_FILES, len(files)))


def share(counts, left_out):
    """The share of bytes that agree, of those that are judged."""
    out = sum(count for key, count in counts.items() if isinstance(key, int) and DIFFERENCES[key].kind <= left_out)
    return 100 * counts["agreed"] / max(1, sum(counts.values()) - out)


def print_table(results):
    files = collections.Counter()
    sums = collections.defaultdict(collections.Counter)
    kinds = collections.defaultdict(collections.Counter)
    for _, language, counts, file_kinds, _ in results:
        files[language] += 1
        sums[language].update(counts)
        kinds[language].update(file_kinds)
    print("language, files, bytes; strict, named, explained; what is left")
    for language, count in files.most_common():
        counts = sums[language]
        total = sum(counts.values())
        left = ", ".join(f"{kind} {100 * n / total:.2f}" for kind, n in kinds[language].most_common(3) if n * 1000 > total)
        shares = " ".join(f"{share(counts, level):7.2f} %" for level in range(3))
        print(f"{language:16} {count:4} {total:9} {shares}  {left}")


def print_language(results):
    sums = collections.Counter()
    kinds = collections.Counter()
    spots = collections.defaultdict(list)
    for path, _, counts, file_kinds, file_spots in results:
        sums.update(counts)
        kinds.update(file_kinds)
        for kind, found in file_spots.items():
            spots[kind].append((file_kinds[kind], path, found))
    total = sum(sums.values())
    for key, count in sums.most_common():
        title = DIFFERENCES[key].title if isinstance(key, int) else key
        print(f"{100 * count / total:6.2f} % {title}")
    for kind, count in kinds.most_common(6):
        print(f"\n{100 * count / total:.2f} % {kind}")
        for size, path, found in sorted(spots[kind], reverse=True)[:3]:
            print(f"  {size} {path}")
            for number, solid, row in found[:4]:
                print(f"      {number}: {solid}: {row}")


def main():
    wanted = sys.argv[2] if len(sys.argv) > 2 else None
    with open(sys.argv[1], encoding="utf-8", errors="surrogateescape") as file:
        lines = list(chosen(file, wanted))
    with multiprocessing.Pool() as pool:
        results = pool.map(judge, lines, 4)
    if wanted:
        print_language(results)
    else:
        print_table(results)


if __name__ == "__main__":
    main()
