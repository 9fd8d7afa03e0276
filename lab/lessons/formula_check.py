"""What is wrong with a lesson's formula, before a person sees it as plain text."""

from __future__ import annotations

import re
from difflib import get_close_matches

from lab.lessons.formulas import formula_lines

TALLEST, WIDEST = 6.0, 200.0
"""No formula is drawn taller or wider than this many times its type size."""

COMMON = (
    "alpha", "bar", "begin", "beta", "cases", "cdot", "delta", "end", "epsilon", "exp", "frac", "gamma", "ge",
    "hat", "infty", "lambda", "le", "left", "ln", "log", "mathbb", "mathrm", "max", "min", "mu", "nabla",
    "ne", "operatorname", "partial", "pi", "prod", "qquad", "quad", "right", "rho", "sigma", "sqrt", "sum",
    "tanh", "text", "theta", "tilde", "times",
)  # fmt: skip
"""Commands that an unknown one is probably meant to be."""

SAID = {
    "DenominatorNotFoundError": "a fraction has no denominator",
    "NumeratorNotFoundError": "a fraction has no numerator",
    "DoubleSubscriptsError": "a sign has two subscripts: put the first in braces, {a_b}_c",
    "DoubleSuperscriptsError": "a sign has two superscripts: put the first in braces, {a^b}^c",
    "ExtraLeftOrMissingRightError": "\\left and \\right do not come in pairs",
    "LimitsMustFollowMathOperatorError": "\\limits does not stand behind \\sum, \\max or the like",
    "MissingEndError": "a \\begin{…} has no \\end{…}",
    "MissingSuperScriptOrSubscriptError": "“_” or “^” has nothing behind it",
    "NoAvailableTokensError": "its last command has nothing behind it",
    "AssertionError": "a command has too few {…} behind it",
    "ParseError": "“&” stands outside of a table; as a sign it is \\&",
}  # fmt: skip
"""What the renderer trips over → what that means to who wrote the formula."""


def formula_fault(latex: str) -> str:
    r"""Return what is wrong with a lesson's formula, in half a sentence; empty where it can be drawn.

    Parameters
    ----------
    latex
        Formulas set apart by ``\qquad``, as in `lab.lessons.formulas.formula_lines`.

    Examples
    --------
    >>> formula_fault(r"\frac{a}{b")
    'a “{” is never closed, in \\frac{a}{b'
    """
    swallowed = re.search(r"[\b\f\t\r]([A-Za-z]+)", latex)
    if swallowed:
        # the "\f" of "\frac" is a form feed in TOML's double quotes
        return "TOML takes a \\ in double quotes for itself: put the formula in single quotes, '…'"
    for line in formula_lines(latex):
        fault = _braces(line) or _drawn(line)
        if fault:
            shown = line if len(line) <= 60 else f"{line[:59]}…"
            return f"{fault}, in {shown}"
    return ""


def _braces(latex: str) -> str:
    depth = 0
    for sign in re.sub(r"\\.", "", latex, flags=re.DOTALL):
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return "a “}” closes nothing"
    return "a “{” is never closed" if depth else ""


def _drawn(latex: str) -> str:
    """Set a line as the window does, which takes a fifth of a second the first time."""
    from latex2mathml.converter import convert
    from ziamath.config import config
    from ziamath.zmath import Latex

    config.svg2 = False
    size = 15.0
    try:
        unknown = re.search(r">\s*\\([A-Za-z]+)\s*<", convert(latex))
        if unknown is None:
            svg = str(Latex(latex, size=size, inline="\\frac" not in latex).svg())
    except Exception as error:  # whatever the renderer trips over; the window shows plain text then
        return SAID.get(type(error).__name__, "it is not LaTeX that can be drawn")
    if unknown is not None:
        near = get_close_matches(unknown[1], COMMON, n=1, cutoff=0.6)
        return f"there is no command \\{unknown[1]}" + (f" (\\{near[0]}?)" if near else "")
    box = re.search(r'viewBox="\s*\S+\s+\S+\s+(\S+)\s+(\S+)\s*"', svg)
    wide, high = (float(box[1]), float(box[2])) if box else (0.0, 0.0)
    if not (0 < wide <= WIDEST * size and 0 < high <= TALLEST * size):
        return "it comes out empty, or far too large"
    return ""
