"""The card of a typed loss: formula and gradient as LaTeX and text, and what its analysis found."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, cast

from compute.losses.base import LossCard, Task
from compute.losses.custom_analysis import analyse, tasks_of
from compute.losses.custom_text import latex, plain
from compute.losses.custom_tree import Node, number

if TYPE_CHECKING:
    from compute.losses.custom import CustomLoss

NAME = "custom"
LABEL = "Your own formula"
HELP = "A formula that you type; its gradient is derived, checked and trained on like any other."
_LONGEST_LABEL, _LONGEST_SHORT = 34, 16
_LONGEST_LATEX = 500
_LINKS = {
    "identity": (r"p_k = z_k", "pₖ = zₖ"),
    "sigmoid": (r"p_k = \sigma(z_k)", "pₖ = σ(zₖ)"),
    "tanh": (r"p_k = \tanh(z_k)", "pₖ = tanh(zₖ)"),
    "softmax": (r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}", "p = softmax(z)"),
}


@functools.lru_cache(maxsize=256)
def card_of(loss: CustomLoss) -> LossCard:
    """Make the card of a typed loss.

    Raises
    ------
    ProblemError
        Where its gradient cannot be confirmed; see `compute.losses.custom_analysis`.
    """
    found = analyse(loss)
    tasks = tasks_of(loss)
    text = loss.formula
    definitions = _definitions(loss)
    numbers = "regression" in tasks
    return LossCard(
        name=NAME,
        label=text if len(text) <= _LONGEST_LABEL else LABEL,
        short=text if len(text) <= _LONGEST_SHORT else "Own",
        help=" ".join(found.sentences()),
        formula=r", \quad ".join(
            [_statement(loss.rule.formula), *(latex_text for latex_text, _ in definitions)]
        ),
        parameters=tuple(parameter.declared() for parameter in loss.parameters),
        tasks=cast("tuple[Task, ...]", tasks),
        link=loss.link_name,
        target_domain="real numbers; for classes 0 or 1 for each output" if numbers else
        "one-hot rows or probability vectors" if loss.link_name == "softmax" else "0 or 1 for each output",
        gradient=_gradient(loss, latex_form=True),
        plain=", ".join([f"L = Σₖ {_plain_bracketed(loss.rule.formula)}", *(d[1] for d in definitions)]),
        plain_gradient=_gradient(loss, latex_form=False),
        likelihood="not looked for",
        minimiser="not looked for",
        convex_in_outputs=found.convex,
        bounded_gradient=found.bounded_gradient,
        bounded_value=found.bounded_value,
    )  # fmt: skip


def _statement(node: Node) -> str:
    """Return the sum of a formula as LaTeX, or of f where it would be too long to be set and read."""
    text = _bracketed(node)
    return rf"L = \sum_k {text}" if len(text) <= _LONGEST_LATEX else r"L = \sum_k f(z_k, y_k)"


def _bracketed(node: Node) -> str:
    return f"({latex(node)})" if node.kind in ("add", "sub", "neg") else latex(node)


def _plain_bracketed(node: Node) -> str:
    return f"({plain(node)})" if node.kind in ("add", "sub", "neg") else plain(node)


def _definitions(loss: CustomLoss) -> list[tuple[str, str]]:
    names = loss.rule.formula.names()
    found = []
    if "r" in names:
        symbol = "z" if loss.link_name == "identity" else "p"
        found.append((rf"r_k = {symbol}_k - y_k", f"rₖ = {symbol}ₖ − yₖ"))
    if "m" in names:
        found.append((r"m_k = (2 y_k - 1) z_k", "mₖ = (2 yₖ − 1) zₖ"))
    if "p" in names or ("r" in names and loss.link_name != "identity"):
        found.append(_LINKS[loss.link_name])
    return found


def _gradient(loss: CustomLoss, *, latex_form: bool) -> str:
    rule = loss.rule
    letter = {"softmax": "g"}.get(loss.link_name, r"f'")

    def write(node: Node) -> str:
        text = latex(node) if latex_form else plain(node)
        return text if len(text) <= _LONGEST_LATEX or not latex_form else f"{letter}(z_k, y_k)"

    left = r"\frac{\partial L}{\partial z_k} = " if latex_form else "∂L/∂zₖ = "
    if loss.link_name != "softmax":
        return left + write(rule.shown)
    direct = "" if rule.by_output == number(0) else write(rule.by_output)
    if rule.by_prediction == number(0):
        return left + (direct or "0")
    plus = f" + {direct}" if direct else ""
    inner = write(rule.by_prediction)
    if latex_form:
        return rf"{left}p_k \, (g_k - \sum_j p_j \, g_j){plus}, \quad g_k = {inner}"
    return f"{left}pₖ (gₖ − Σⱼ pⱼ gⱼ){plus}, gₖ = {inner}"
