"""The formulas of a lesson, one a line."""

from __future__ import annotations


def formula_lines(latex: str) -> tuple[str, ...]:
    r"""Return the formulas that stand beside each other, set apart by ``\qquad``, one a line.

    >>> formula_lines(r"a = b,\qquad c = d")
    ('a = b', 'c = d')
    """
    parts = (part.strip().rstrip(",").rstrip() for part in latex.split(r"\qquad"))
    return tuple(part for part in parts if part)
