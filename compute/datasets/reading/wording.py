"""How messages about files name things: short, on one line, with thin-spaced numbers."""

from __future__ import annotations

from compute.problems import Excerpt, Problem, ProblemError, Remedy

TITLE_LENGTH = 80
MOST_EXCERPT_COLUMNS = 10


def short(text: str, length: int = 24) -> str:
    r"""Return text on one line and at most ``length`` characters, cut in the middle.

    Examples
    --------
    >>> short("a very long\ncolumn name that goes on", 16)
    'a very … goes on'
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text[:4000]).split())
    if len(line) <= length and len(text) <= 4000:
        return line
    left = (length - 1) // 2
    right = length - 1 - left
    return f"{line[:left]}…{line[-right:]}" if length > 4 else line[:length]


def quoted(text: str, length: int = 24) -> str:
    """Return the text, shortened, in quotation marks."""
    return f"“{short(text, length)}”"


def count(number: int, noun: str = "", plural: str = "") -> str:
    """Return a number with thin-spaced thousands, and its noun in the right form.

    Examples
    --------
    >>> count(1, "row"), count(12, "row"), count(2, "class", "classes")
    ('1 row', '12 rows', '2 classes')
    """
    digits = f"{number:,}".replace(",", "\u2009")
    if not noun:
        return digits
    return f"{digits} {noun if number == 1 else plural or noun + 's'}"


def listed(names: list[str] | tuple[str, ...], most: int = 12) -> str:
    """Return names with commas between, the first ``most`` of them."""
    shown = ", ".join(short(name) for name in names[:most])
    return f"{shown} and {count(len(names) - most)} more" if len(names) > most else shown


def refuse(
    file: str,
    rest: str,
    body: str,
    where: str = "data.path",
    remedies: tuple[Remedy, ...] = (),
    excerpt: Excerpt | None = None,
) -> ProblemError:
    """Return the error "FILE was not loaded: REST." with a title of at most 80 characters."""
    tail = f" was not loaded: {rest}"
    name = short(file, max(8, TITLE_LENGTH - len(tail)))
    return ProblemError(Problem(f"{name}{tail}", body, where, remedies, excerpt))


def cut_excerpt(excerpt: Excerpt) -> Excerpt:
    """Keep the line number and the ten columns around the wrong cells, and shorten the cells."""
    width = max(len(excerpt.header), *(len(row) for row in excerpt.rows))
    first, last = 1, width
    if width - 1 > MOST_EXCERPT_COLUMNS:
        middle = min(excerpt.bad_cells, default=1)
        first = max(1, min(middle - MOST_EXCERPT_COLUMNS // 2, width - MOST_EXCERPT_COLUMNS))
        last = first + MOST_EXCERPT_COLUMNS

    def cut(row: tuple[str, ...]) -> tuple[str, ...]:
        return (row[0], *(short(cell, 20) for cell in row[first:last]))

    cells = tuple(c - first + 1 for c in excerpt.bad_cells if first <= c < last)
    return Excerpt(cut(excerpt.header), tuple(cut(row) for row in excerpt.rows), excerpt.bad_row, cells)
