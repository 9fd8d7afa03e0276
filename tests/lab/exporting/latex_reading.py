"""A strict reader of LaTeX tables: it knows the few commands that are written, and refuses all others."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"\\(?P<word>[A-Za-z]+)\*?|\\(?P<sign>[^A-Za-z])|(?P<special>[{}$&~^_#%])|(?P<text>[^\\{}$&~^_#%]+)"
)
_KNOWN = {
    "begin", "end", "centering", "caption", "toprule", "midrule", "bottomrule", "boldmath", "bfseries",
    "smallskip", "footnotesize", "textbackslash", "textasciitilde", "textasciicircum",
    "dots",
}  # fmt: skip
_MATHS = {
    "pm",
    "times",
    "delta",
    "alpha",
    "sigma",
    "tau",
    "varepsilon",
    "leq",
    "geq",
    "infty",
    "cdot",
    "frac",
    "to",
    "|",
}
_ESCAPED = set("&%$#_{},\\|")


class LatexError(ValueError):
    """The text is no LaTeX that would compile."""


def read_table(source: str) -> list[list[str]]:
    """Return the cells of the one tabular, as source; raises `LatexError` where it would not compile."""
    body = "\n".join(line for line in source.splitlines() if not line.startswith("%"))
    _check_tokens(body)
    found = re.search(r"\\begin\{tabular\}\{([lrc]+)\}(.*)\\end\{tabular\}", body, re.DOTALL)
    if found is None:
        raise LatexError("no tabular")
    columns, inside = len(found[1]), found[2]
    inside = re.sub(r"\\(toprule|midrule|bottomrule)", "", inside)
    rows = [row.strip() for row in inside.split(r" \\")]
    if rows.pop():
        raise LatexError("the last row does not end")
    cells = [re.split(r"(?<!\\)&", row) for row in rows]
    if any(len(row) != columns for row in cells):
        raise LatexError(f"a row has not {columns} cells")
    for row in cells:
        for cell in row:
            _check_tokens(cell)  # nothing opens in one cell and closes in the next
    return [[cell.strip() for cell in row] for row in cells]


def _check_tokens(body: str) -> None:
    stack: list[str] = []
    place = 0
    while place < len(body):
        found = _TOKEN.match(body, place)
        if found is None:
            raise LatexError(f"stray backslash at {place}")
        place = found.end()
        maths = "$" in stack
        if word := found["word"]:
            if word not in (_MATHS if maths else _KNOWN):
                raise LatexError(f"\\{word} is unknown {'in' if maths else 'outside'} maths")
            if word in ("begin", "end"):
                name = re.match(r"\{(\w+)\}", body[place:])
                if name is None:
                    raise LatexError("an environment without a name")
                if word == "begin":
                    stack.append(name[1])
                elif not stack or stack.pop() != name[1]:
                    raise LatexError(f"{name[1]} ends without a beginning")
        elif sign := found["sign"]:
            if sign not in _ESCAPED:
                raise LatexError(f"\\{sign} is unknown")
        elif special := found["special"]:
            if special == "{":
                stack.append("{")
            elif special == "}":
                if not stack or stack.pop() != "{":
                    raise LatexError("} without {")
            elif special == "$":
                if maths:
                    if stack.pop() != "$":
                        raise LatexError("maths ends inside a group")
                else:
                    stack.append("$")
            elif special in "^_" and not maths:
                raise LatexError(f"{special} outside maths")
            elif special in "#%":
                raise LatexError(f"{special} is not escaped")
        elif text := found["text"]:
            if any(ord(letter) > 0x24F for letter in text):
                raise LatexError(f"{text!r} needs a font that LaTeX has not")
            if maths and ("<" in text or ">" in text) and len(text) > 1:
                raise LatexError("text in maths")
    if stack:
        raise LatexError(f"{stack} not closed")
