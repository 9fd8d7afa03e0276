"""A typed formula in the explorer: drawn, moved by its parameters, compared, kept as TOML."""

from __future__ import annotations

import numpy as np
import pytest

from compute.problems import ProblemError
from lab.explore.choice import LossChoice
from lab.explore.curves import CurvesState, view
from lab.explore.loss_fields import fields_of
from lab.explore.state_text import dump_state, parse_state

HUBER = "where(abs(r) < d, r**2/2, d*(abs(r) - d/2))"


def typed(d: float = 1.0, formula: str = HUBER, **keys: object) -> LossChoice:
    return LossChoice("custom", {"formula": formula, "parameters": {"d": d}, **keys})


def test_it_has_value_card_and_label() -> None:
    choice = typed(2.0)
    assert choice.value("d") == 2.0
    assert choice.card.plain.startswith("L = Σₖ {rₖ²/2")
    assert choice.label([choice, typed(3.0)]) == "Your own formula, d 2"
    assert choice.label([choice, typed(formula="r**2"), LossChoice("huber")]) == "Your own formula"


def test_a_slider_moves_its_parameter_within_its_bounds() -> None:
    bounds = {"d": {"value": 1, "low": 0, "high": 3}}
    bounded = LossChoice("custom", {"formula": "d*r**2", "parameters": bounds})
    moved = bounded.with_parameter("d", 2.5)
    assert moved.value("d") == 2.5
    assert moved.card.parameters[0].high == 3
    with pytest.raises(ProblemError):
        bounded.with_parameter("d", 4.0)


def test_it_takes_another_link() -> None:
    assert typed(formula="d*r**2").with_link("sigmoid").card.link == "sigmoid"  # type: ignore[union-attr]
    assert typed().with_link("identity") == typed()
    assert typed().with_link("sparsemax") is None


def test_without_more_it_begins_with_hubers() -> None:
    assert LossChoice("custom") == typed(1.0)


def test_its_formula_and_parameters_are_edited_like_numbers() -> None:
    choice = (
        typed().with_parameter("parameters", "d = 1, q = 2 from 0 to 3").with_parameter("formula", "q*r**2")
    )
    assert choice.card.plain.startswith("L = Σₖ q rₖ²")
    assert choice.with_parameter("parameters.q", 3).value("q") == 3
    paths = [field.path for field in fields_of(choice)]
    assert paths == ["formula", "parameters", "parameters.d", "parameters.q", "link"]
    for field in fields_of(choice):
        assert choice.with_parameter(field.path, field.value) == choice
    with pytest.raises(ProblemError) as caught:
        choice.with_parameter("formula", "q*r**2 + w")
    assert caught.value.problem.where == "formula"
    assert "w is not known" in str(caught.value)


@pytest.mark.parametrize(
    "parameters",
    [
        {"formula": "r**2 + q"},
        {"formula": "r**2", "delta": 1.0},
        {"formula": "r", "link": "x"},
        {"formula": 3},
    ],
)
def test_what_is_no_loss_is_refused_in_words(parameters: dict[str, object]) -> None:
    with pytest.raises(ProblemError) as caught:
        LossChoice("custom", parameters)
    assert caught.value.problem.title


@pytest.mark.parametrize("axis", ["prediction", "logit", "residual"])
def test_its_curves_are_those_of_the_built_in_loss(axis: str) -> None:
    pair = (typed(0.7), LossChoice("huber", {"delta": 0.7}, 2))
    state = CurvesState("Huber", pair, axis, target=0.0)  # type: ignore[arg-type]
    for plot in view(state).plots:
        lines = [curve for curve in plot.curves if curve.kind == "loss"]
        assert len(lines) == 2
        smooth = np.abs(lines[1].y - np.roll(lines[1].y, 1)) < 0.4  # curvature jumps at the kink
        np.testing.assert_allclose(lines[0].y[smooth][1:-1], lines[1].y[smooth][1:-1], rtol=1e-5, atol=1e-5)


def test_its_state_is_kept_as_toml() -> None:
    state = CurvesState("Mine", (typed(0.7).with_parameter("d", 1.5), LossChoice("huber", {}, 2)), "residual")
    again = parse_state(dump_state(state))
    assert again == state
    assert again.losses[0].value("d") == 1.5  # type: ignore[union-attr]
