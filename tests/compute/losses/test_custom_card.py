"""What is said of a typed loss follows from its formula."""

from __future__ import annotations

import pytest

from compute.losses.custom import CustomLoss
from compute.losses.custom_symbols import simplified, to_sympy
from compute.losses.custom_text import latex, plain
from compute.losses.custom_tree import parse


@pytest.mark.parametrize(
    ("formula", "link", "tasks"),
    [
        ("r**2", "identity", ("regression", "binary", "multiclass")),
        ("r**2", "tanh", ("regression", "binary", "multiclass")),
        ("r**2", "sigmoid", ("binary", "multiclass")),
        ("r**2", "softmax", ("binary", "multiclass")),
        ("softplus(-m)", "identity", ("binary", "multiclass")),
    ],
)
def test_tasks_follow_the_formula(formula, link, tasks):
    assert CustomLoss.of(formula, link).card.tasks == tasks
    assert CustomLoss.of(formula, link, task="classification").card.tasks == ("binary", "multiclass")
    assert CustomLoss.of(formula, link, task="regression").card.tasks == ("regression",)


def test_a_formula_too_long_to_be_set_is_named():
    loss = CustomLoss.of("+".join(f"sin({n}*r)" for n in range(40)))
    assert len(loss.card.formula) < 600
    assert len(loss.card.gradient) < 600
    assert loss.card.label == "Your own formula"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-y*log(p)", "−yₖ ln(pₖ)"),
        ("(r + 1)*(r - 1)", "(rₖ + 1) (rₖ − 1)"),
        ("r - (y - z)", "rₖ − (yₖ − zₖ)"),
        ("r/(2*delta)", "rₖ/(2 δ)"),
        ("(r**2)**3", "(rₖ²)³"),
        ("r**(d + 1)", "rₖ^(d + 1)"),
        ("1e-7*r", "1e−7 rₖ"),
        ("sqrt(1 + r)", "√(1 + rₖ)"),
        ("r*2", "rₖ · 2"),
    ],
)
def test_plain_text_keeps_the_brackets_that_matter(text, expected):
    node = parse(text, ["d", "delta"])
    assert plain(node) == expected
    assert latex(node).count("(") == latex(node).count(")")


def test_simplification_gives_up_in_time():
    node = parse("*".join(f"(z + {n})**9" for n in range(8)))
    assert simplified(node, seconds=0.0) == node


def test_derivatives_agree_with_sympy_itself():
    sympy = pytest.importorskip("sympy")
    for text in (
        "exp(-r**2)*sin(r)",
        "log(1 + r**2/d**2)",
        "tanh(r)**3/(1 + r**2)",
        "r**4/4 - r",
        "sqrt(1 + r**2)",
    ):
        rule = CustomLoss.of(text, parameters={"d": 2.0}).rule
        r, d = sympy.symbols("r d")
        theirs = sympy.diff(to_sympy(parse(text, ["d"])), r)
        difference = to_sympy(rule.by_output) - theirs
        assert abs(complex(difference.subs({r: 0.7, d: 2}).evalf())) < 1e-14
