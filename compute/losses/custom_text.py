"""A typed formula as LaTeX, and in plain Unicode text for terminals and tables."""

from __future__ import annotations

from fractions import Fraction

from compute.losses.custom_tree import Node, number

_LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
_INDEXED = ("z", "p", "y", "r", "m")
_SIGNS = {"less": ("<", "<"), "less_equal": (r"\leq", "≤"), "equal": ("=", "="), "not_equal": (r"\neq", "≠")}
_OPPOSITE = {
    "less": (r"\geq", "≥"),
    "less_equal": (">", ">"),
    "equal": (r"\neq", "≠"),
    "not_equal": ("=", "="),
}
_NAMES = {
    "log": r"\ln", "exp": r"\exp", "sin": r"\sin", "cos": r"\cos", "tanh": r"\tanh", "min": r"\min",
    "max": r"\max", "sigmoid": r"\sigma",
}  # fmt: skip
_PLAIN = {"log": "ln", "sigmoid": "σ"}
# How tightly an operation binds: sum, product, sign, power, atom.
_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 4, 5


def latex(node: Node) -> str:
    r"""Write a tree as LaTeX that ziamath sets at a sensible height.

    Examples
    --------
    >>> from compute.losses.custom_tree import parse
    >>> print(latex(parse("r**2/2")))
    \frac{r_k^{2}}{2}
    >>> print(latex(parse("where(abs(r) < d, r, 0)", ["d"])))
    \begin{cases} r_k & |r_k| < d \\ 0 & \mathrm{otherwise} \end{cases}
    """
    return _latex(node)[0]


def _latex(node: Node) -> tuple[str, int]:
    kind, arguments = node.kind, node.arguments
    if kind == "number":
        return _latex_number(node.value)
    if kind == "name":
        return _latex_name(node.name), _ATOM
    if kind in ("add", "sub"):
        left, right = _latex(arguments[0])[0], _in_brackets(arguments[1], _SUM + (kind == "sub"))
        return f"{left} {'+' if kind == 'add' else '-'} {right}", _SUM
    if kind in ("mul", "div") and _has_sign(node):
        return f"-{_in_brackets(_without_sign(node), _PRODUCT)}", _SUM
    if kind == "mul":
        left, right = _in_brackets(arguments[0], _PRODUCT), _in_brackets(arguments[1], _PRODUCT)
        return f"{left} {_times(node)} {right}", _PRODUCT
    if kind == "div":
        return rf"\frac{{{latex(arguments[0])}}}{{{latex(arguments[1])}}}", _PRODUCT
    if kind == "neg":
        return f"-{_in_brackets(arguments[0], _PRODUCT)}", _SUM
    if kind == "pow":
        base = _in_brackets(arguments[0], _ATOM)
        return f"{base}^{{{latex(arguments[1])}}}", _POWER
    if kind == "sqrt":
        return rf"\sqrt{{{latex(arguments[0])}}}", _ATOM
    if kind == "abs":
        return f"|{latex(arguments[0])}|", _ATOM
    if kind == "exp":
        return f"e^{{{latex(arguments[0])}}}", _POWER
    if kind in _SIGNS:
        return rf"[{latex(arguments[0])} {_SIGNS[kind][0]} {latex(arguments[1])}]", _ATOM
    if kind == "where":
        rows = " ".join(rf"{value} & {condition} \\" for value, condition in _cases(node, 0))
        return rf"\begin{{cases}} {rows.removesuffix(chr(92) * 2).strip()} \end{{cases}}", _SUM - 1
    if kind == "log1p":
        return rf"\ln(1 + {_in_brackets(arguments[0], _SUM)})", _ATOM
    if kind == "expm1":
        return f"e^{{{latex(arguments[0])}}} - 1", _SUM
    name = _NAMES.get(kind, rf"\mathrm{{{kind}}}")
    return f"{name}({', '.join(latex(argument) for argument in arguments)})", _ATOM


def _has_sign(node: Node) -> bool:
    """Whether a product or quotient begins with a sign, which then can stand before all of it."""
    while node.kind in ("mul", "div"):
        node = node.arguments[0]
    return node.kind == "neg"


def _without_sign(node: Node) -> Node:
    if node.kind == "neg":
        return node.arguments[0]
    left, *rest = node.arguments
    return Node(node.kind, (_without_sign(left), *rest))


def _times(node: Node) -> str:
    """Return a dot between two numbers, which would else read as one, and a thin space otherwise."""
    right = node.arguments[1]
    while right.kind in ("mul", "pow"):
        right = right.arguments[0]
    return r"\cdot" if right.kind == "number" else r"\,"


def _in_brackets(node: Node, least: int) -> str:
    text, binds = _latex(node)
    return f"({text})" if binds < least else text


def _latex_number(value: Fraction | float) -> tuple[str, int]:
    text, exponent = _digits(value)
    if isinstance(value, Fraction) and not text:
        sign = "-" if value < 0 else ""
        return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}", _SUM if sign else _PRODUCT
    if exponent:
        if text in ("1", "-1"):
            return rf"{text[:-1]}10^{{{exponent}}}", _SUM if text.startswith("-") else _POWER
        return rf"{text} \cdot 10^{{{exponent}}}", _SUM if text.startswith("-") else _PRODUCT
    return text, _SUM if text.startswith("-") else _ATOM


def _digits(value: Fraction | float) -> tuple[str, int]:
    """Return the decimal digits of a number and its power of ten; nothing for a fraction better left one."""
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return str(value.numerator), 0
        if value.denominator in (2, 3, 4) or 10**9 % value.denominator:
            return "", 0
    text = f"{float(value):.6g}"
    mantissa, _, exponent = text.partition("e")
    return mantissa, int(exponent or 0)


def _latex_name(name: str) -> str:
    if name in _INDEXED:
        return f"{name}_k"
    stem, _, index = name.strip("_").partition("_")
    stem = stem or "p"
    word = rf"\{stem}" if stem in _LETTERS else stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"
    return f"{word}_{{\\mathrm{{{index.replace('_', ' ')}}}}}" if index else word


def _cases(node: Node, language: int) -> list[tuple[str, str]]:
    """Return (value, condition) of each case of a `where`, those of a nested last one among them."""
    write = (latex, plain)[language]
    condition, then, otherwise = node.arguments
    rows: list[tuple[str, str]] = []
    if then.kind == "where" and otherwise.kind != "where" and condition.kind in _OPPOSITE:
        then, otherwise = otherwise, then
        sign = _OPPOSITE[condition.kind][language]
    else:
        sign = _SIGNS[condition.kind][language] if condition.kind in _SIGNS else ""
    if sign:
        left, right = condition.arguments
        rows.append((write(then), f"{write(left)} {sign} {write(right)}"))
    else:
        rows.append((write(then), f"{write(condition)} {_SIGNS['not_equal'][language]} 0"))
    if otherwise.kind == "where":
        return rows + _cases(otherwise, language)
    return [*rows, (write(otherwise), (r"\mathrm{otherwise}", "otherwise")[language])]


def plain(node: Node) -> str:
    """Write a tree as plain text.

    Examples
    --------
    >>> from compute.losses.custom_tree import parse
    >>> plain(parse("where(abs(r) < d, r**2/2, d*(abs(r) - d/2))", ["d"]))
    '{rₖ²/2 where |rₖ| < d, d (|rₖ| − d/2) otherwise}'
    """
    return _plain(node)[0]


def _plain(node: Node) -> tuple[str, int]:
    kind, arguments = node.kind, node.arguments
    if kind == "number":
        return _plain_number(node.value)
    if kind == "name":
        return (node.name + "ₖ" if node.name in _INDEXED else _LETTERS.get(node.name, node.name)), _ATOM
    if kind in ("add", "sub"):
        right = _bracketed(arguments[1], _SUM + (kind == "sub"))
        return f"{plain(arguments[0])} {'+' if kind == 'add' else '−'} {right}", _SUM
    if kind in ("mul", "div") and _has_sign(node):
        return f"−{_bracketed(_without_sign(node), _PRODUCT)}", _SUM
    if kind == "mul":
        sign = " · " if _times(node) != r"\," else " "
        return sign.join(_bracketed(argument, _PRODUCT) for argument in arguments), _PRODUCT
    if kind == "div":
        return f"{_bracketed(arguments[0], _PRODUCT)}/{_bracketed(arguments[1], _POWER)}", _PRODUCT
    if kind == "neg":
        return f"−{_bracketed(arguments[0], _PRODUCT)}", _SUM
    if kind == "pow":
        base = _bracketed(arguments[0], _ATOM)
        if arguments[1] in (number(2), number(3)):
            return base + {2: "²", 3: "³"}[int(arguments[1].value)], _POWER
        return f"{base}^{_bracketed(arguments[1], _ATOM)}", _POWER
    if kind == "abs":
        return f"|{plain(arguments[0])}|", _ATOM
    if kind == "sqrt":
        return f"√{_bracketed(arguments[0], _ATOM)}", _POWER
    if kind in _SIGNS:
        return f"[{plain(arguments[0])} {_SIGNS[kind][1]} {plain(arguments[1])}]", _ATOM
    if kind == "where":
        rows = _cases(node, 1)
        words = [f"{value} where {condition}" for value, condition in rows[:-1]]
        return "{" + ", ".join([*words, f"{rows[-1][0]} otherwise"]) + "}", _ATOM
    inner = ", ".join(plain(argument) for argument in arguments)
    return f"{_PLAIN.get(kind, kind)}({inner})", _ATOM


def _bracketed(node: Node, least: int) -> str:
    text, binds = _plain(node)
    return f"({text})" if binds < least else text


def _plain_number(value: Fraction | float) -> tuple[str, int]:
    text, exponent = _digits(value)
    if isinstance(value, Fraction) and not text:
        return f"{value.numerator}/{value.denominator}".replace("-", "−"), _SUM if value < 0 else _PRODUCT
    words = (f"{text}e{exponent}" if exponent else text).replace("-", "−")
    return words, _SUM if text.startswith("-") else _ATOM
