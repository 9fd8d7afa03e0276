"""Pieces of a page of HTML: whatever comes from a person is escaped here and nowhere else."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from lab.exporting.table_text import cell_text
from lab.exporting.tables import Number, Table


def escaped(text: str) -> str:
    """Return text that means itself inside an element or a quoted attribute; control characters are left out.

    >>> escaped('a < b & "c"')
    'a &lt; b &amp; &quot;c&quot;'
    """
    return html.escape("".join(letter for letter in text if letter >= " " or letter in "\n\t"))


def tag(name: str, content: str = "", **attributes: str) -> str:
    """Return an element around HTML that is ready; attributes are escaped, ``class_`` is *class*.

    >>> tag("p", escaped("a & b"), class_="note")
    '<p class="note">a &amp; b</p>'
    """
    words = "".join(f' {key.rstrip("_")}="{escaped(value)}"' for key, value in attributes.items())
    return f"<{name}{words}>{content}</{name}>"


def paragraph(text: str, **attributes: str) -> str:
    """Return a paragraph of plain text."""
    return tag("p", escaped(text), **attributes)


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return name and value of each pair as a list of descriptions; pairs without a value are left out."""
    entries = [
        tag("div", tag("dt", escaped(name)) + tag("dd", escaped(value))) for name, value in pairs if value
    ]
    return tag("dl", "".join(entries)) if entries else ""


def html_table(table: Table) -> str:
    """Return a table with its title as caption, what is best in bold, and its note below."""
    numeric = [
        any(isinstance(row[place], (int, Number)) for row in table.rows)
        for place in range(len(table.columns))
    ]

    def classes(place: int) -> dict[str, str]:
        return {"class_": "number"} if numeric[place] else {}

    head = "".join(
        tag("th", escaped(column.title), scope="col", **classes(place))
        for place, column in enumerate(table.columns)
    )
    rows = []
    for number, row in enumerate(table.rows):
        cells = [tag("th", escaped(cell_text(row[0])), scope="row")]
        for place, cell in enumerate(row[1:], 1):
            words = escaped(cell_text(cell))
            best = (number, place) in table.best
            cells.append(tag("td", tag("strong", words) if best else words, **classes(place)))
        rows.append(tag("tr", "".join(cells)))
    body = tag("thead", tag("tr", head)) + tag("tbody", "".join(rows))
    made = tag("table", tag("caption", escaped(table.title)) + body)
    return tag("div", made, class_="wide") + (paragraph(table.note, class_="note") if table.note else "")


def section(identity: str, title: str, blocks: Sequence[str]) -> str:
    """Return a section under its heading, or nothing where it has no content."""
    content = "".join(block for block in blocks if block)
    if not content:
        return ""
    return tag("section", tag("h2", escaped(title)) + content, id=identity) + "\n"
