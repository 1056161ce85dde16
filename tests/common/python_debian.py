"""Tell the Files paragraph of each path, as python-debian finds it: of FOLDER/N.copyright and FOLDER/N.paths.

A line a package: its number, and the positions as JSON, null for paths without one, or nothing if it cannot be read.
Up to 0.1.49, of the patterns of a paragraph only the last is anchored at its end; here all are.
"""

import io
import json
import logging
import pathlib
import re
import sys

from debian import copyright as dep5

logging.disable()
original = dep5.globs_to_re


def anchored(globs):
    patterns = [original([glob]).pattern for glob in globs]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)", re.MULTILINE | re.DOTALL)


dep5.globs_to_re = anchored


def positions(file, paths):
    for strict in (True, False):
        try:
            read = dep5.Copyright(io.StringIO(file.read_text("utf-8")), strict=strict)
            paragraphs = list(read.all_files_paragraphs())
            found = [read.find_files_paragraph(path) for path in paths]
        except Exception:
            continue
        return [next((n for n, it in enumerate(paragraphs) if it is one), None) for one in found]
    return None


for file in sorted(pathlib.Path(sys.argv[1]).glob("*.copyright")):
    paths = file.with_suffix(".paths").read_bytes().decode().split("\0")
    print(file.stem, json.dumps(positions(file, paths)))
