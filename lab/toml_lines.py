"""Find the line of a key in the text of an experiment, so that messages can name it."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]#]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_\-.]|"[^"]*"|'[^']*'|\s(?=\s*\.)|(?<=\.)\s)+?)\s*=""")


def _keys(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


def line_of(text: str, path: str) -> int | None:
    """Return the 1-based line where a path such as ``"losses.1.delta"`` stands, or its nearest parent.

    Values over several lines are followed by brackets only; a key inside a multi-line text is not expected
    in an experiment. Inline tables are found by the line of the key they belong to.
    """
    wanted = tuple(path.split("."))
    best: tuple[int, int] | None = None
    table: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        if depth == 0:
            header = _HEADER.match(line)
            key = None if header else _KEY.match(line)
            if header:
                table = _keys(header.group(2))
                if header.group(1) == "[[":
                    counts[table] = counts.get(table, -1) + 1
                table = _numbered(table, counts)
                here: tuple[str, ...] | None = table
            else:
                here = (*table, *_keys(key.group(1))) if key else None
            if here and wanted[: len(here)] == here and (best is None or len(here) > best[0]):
                best = (len(here), number)
            if header:
                continue
        bare = re.sub(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|#.*", "", line)
        depth = max(0, depth + bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}"))
    return best[1] if best else None


def _numbered(table: tuple[str, ...], counts: dict[tuple[str, ...], int]) -> tuple[str, ...]:
    """Insert the current index after each array of tables on the way."""
    path: list[str] = []
    for end in range(1, len(table) + 1):
        path.append(table[end - 1])
        if table[:end] in counts:
            path.append(str(counts[table[:end]]))
    return tuple(path)
