"""Tables for readers: LaTeX with booktabs, and Markdown as GitHub writes it."""

from __future__ import annotations

import math

from lab.exporting.latex_text import latex_text
from lab.exporting.measured import rounded
from lab.exporting.tables import Cell, Number, Table
from lab.number_text import MINUS, MISSING

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MARKDOWN_SIGNS = "\\`*_{}[]<>#|~"


def latex_table(table: Table, *, mark_best: bool = False) -> str:
    r"""Return a ``table`` environment for a LaTeX document that loads ``booktabs``.

    Parameters
    ----------
    table
        The table.
    mark_best
        Set what is best in bold.
    """
    kinds = "".join("r" if _is_numeric(table, column) else "l" for column in range(len(table.columns)))
    lines = [
        "% needs \\usepackage{booktabs}",
        r"\begin{table}",
        r"  \centering",
        f"  \\caption{{{latex_text(table.title)}}}",
        f"  \\begin{{tabular}}{{{kinds}}}",
        r"    \toprule",
        "    " + " & ".join(latex_text(column.short or column.title) for column in table.columns) + r" \\",
        r"    \midrule",
    ]
    for number, row in enumerate(table.rows):
        cells = []
        for place, cell in enumerate(row):
            text = _latex_cell(cell)
            if mark_best and (number, place) in table.best:
                text = f"{{\\boldmath\\bfseries {text}}}"
            cells.append(text)
        lines.append("    " + " & ".join(cells) + r" \\")
    lines += [r"    \bottomrule", r"  \end{tabular}"]
    if table.note:
        lines += ["", f"  \\smallskip\\footnotesize {latex_text(table.note)}"]
    return "\n".join([*lines, r"\end{table}", ""])


def markdown_table(table: Table, *, mark_best: bool = False) -> str:
    """Return a Markdown table with its title above and its note below; parameters as `latex_table`."""
    head = "| " + " | ".join(_markdown_text(column.title) for column in table.columns) + " |"
    rule = "|" + "|".join(
        "---:" if _is_numeric(table, column) else ":---" for column in range(len(table.columns))
    )
    lines = [f"**{_markdown_text(table.title)}**", "", head, rule + "|"]
    for number, row in enumerate(table.rows):
        cells = []
        for place, cell in enumerate(row):
            text = _markdown_text(cell_text(cell))
            cells.append(f"**{text}**" if mark_best and (number, place) in table.best else text)
        lines.append("| " + " | ".join(cells) + " |")
    if table.note:
        lines += ["", _markdown_text(table.note)]
    return "\n".join([*lines, ""])


def cell_text(cell: Cell) -> str:
    """Return a cell as a person reads it.

    Examples
    --------
    >>> cell_text(Number(0.97236, 0.0041)), cell_text(Number(-2e-5)), cell_text(Number(float("inf")))
    ('0.972 ± 0.004', '−2.00 × 10⁻⁵', 'never')
    """
    words = _words(cell)
    if words is not None:
        return words
    assert isinstance(cell, Number)
    shown = rounded(cell.value, cell.deviation)
    value = shown.value.replace("-", MINUS)
    power = f" × 10{str(shown.exponent).translate(_SUPERSCRIPT)}" if shown.exponent else ""
    if not shown.deviation:
        return value + power
    text = f"{value} ± {shown.deviation}"
    return f"({text}){power}" if power else text


def _words(cell: Cell) -> str | None:
    """Return what is said in words, or ``None`` for a number that is to be written."""
    if cell is None:
        return MISSING
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int):
        return str(cell).replace("-", MINUS)
    if cell.words:
        return cell.words
    if math.isnan(cell.value):
        return MISSING
    if math.isinf(cell.value):
        return "never" if cell.value > 0 else f"{MINUS}∞"
    return None


def _latex_cell(cell: Cell) -> str:
    words = _words(cell)
    if words is not None:
        return latex_text(words)
    assert isinstance(cell, Number)
    shown = rounded(cell.value, cell.deviation)
    power = f" \\times 10^{{{shown.exponent}}}" if shown.exponent else ""
    if not shown.deviation:
        return f"${shown.value}{power}$"
    text = f"{shown.value} \\pm {shown.deviation}"
    return f"$({text}){power}$" if power else f"${text}$"


def _markdown_text(text: str) -> str:
    """Return text whose letters mean themselves in a Markdown table."""
    plain = "".join(
        letter if letter.isprintable() or letter in "\u2009\u202f\u00a0" else " " for letter in text
    )
    return "".join(f"\\{letter}" if letter in _MARKDOWN_SIGNS else letter for letter in plain)


def _is_numeric(table: Table, column: int) -> bool:
    return any(isinstance(row[column], (int, Number)) for row in table.rows)
