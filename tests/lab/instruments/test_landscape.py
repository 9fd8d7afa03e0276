"""The landscape instrument on trained runs: what it computes and what its plot says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lab.chart import (
    ChartContours,
    ChartFacet,
    ChartGrid,
    ChartLine,
    ChartPanel,
    ChartPoints,
    ChartRelief,
    ChartShade,
)
from lab.experiment_file import parse_experiment, read_experiment
from lab.instruments.book import Book
from lab.instruments.direct import DirectAnswers
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.landscape import LANDSCAPE
from lab.instruments.landscape_panel import colour_range, height_of, levels
from lab.instruments.looking import instrument_panel
from lab.instruments.plane_surface import PlaneSurface
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.instruments.plane_oracle import objective_of
from tests.lab.lessons.trained import train

NEURON = Path("lab/lessons/catalogue/landscape/neuron.toml")
MOONS = """
[data]
name = "moons"
samples = 80
[model]
hidden = [3]
[[losses]]
name = "cross_entropy"
[[losses]]
name = "brier"
[[losses]]
name = "absolute_error_softmax"
[optimizer]
name = "sgd"
learning_rate = 0.2
[training]
steps = 60
evaluate_every = 5
l2 = 0.01
[seeds]
count = 2
"""


@pytest.fixture(scope="module")
def neuron() -> Session:
    return train(read_experiment(NEURON))


@pytest.fixture(scope="module")
def moons() -> Session:
    return train(parse_experiment(MOONS))


def panel(session: Session, options: ViewOptions | None = None, **choices: str) -> ChartPanel:
    options = options or ViewOptions()
    return instrument_panel(session, "landscape", replace(options, choices=tuple(choices.items())))


def layers(facet: ChartFacet, kind: type) -> list:
    return [layer for layer in facet.layers if isinstance(layer, kind)]


def test_one_neuron_shows_its_whole_landscape(neuron: Session) -> None:
    found = panel(neuron)
    assert len(found.facets) == 2
    cross_entropy, squared = found.facets
    assert cross_entropy.note == "0 %"
    assert squared.note == "89 %"
    assert "how much of the plane" in layers(squared, ChartShade)[0].name
    assert panel(neuron, shade="off").facets[1].note == "89 % curves down"
    for facet in found.facets:
        assert (facet.x.low, facet.x.high, facet.y.low, facet.y.high) == (-10, 10, -10, 10)
        assert facet.x.label.startswith("weight of ")
        assert facet.y.label == "bias"
    assert "whole landscape" in found.foot
    assert found.subtitle == "step 300"
    mask = layers(squared, ChartShade)[0].mask
    assert mask.mean() == pytest.approx(0.89, abs=0.01)
    assert not layers(cross_entropy, ChartShade)[0].mask.any()


def test_both_paths_lie_on_both_planes_from_the_given_start(neuron: Session) -> None:
    found = panel(neuron)
    for place, facet in enumerate(found.facets):
        lines, points = layers(facet, ChartLine), layers(facet, ChartPoints)
        assert [line.style for line in lines] == ["thin", "line"]
        assert lines[1].series == facet.series
        for line, ends in zip(lines, points, strict=True):
            assert (line.x[0], line.y[0]) == pytest.approx((-6, 6))
            assert ends.hollow.tolist() == [True, False]
            assert (ends.x[1], ends.y[1]) == (line.x[-1], line.y[-1])
        own = neuron.curves.snapshots.at(place)
        assert (lines[1].x[-1], lines[1].y[-1]) == pytest.approx(own.tolist())


def test_moving_through_time_only_shortens_the_paths(neuron: Session) -> None:
    answers = DirectAnswers()
    late = instrument_panel(neuron, "landscape", ViewOptions(), answers)
    early = instrument_panel(neuron, "landscape", ViewOptions(at=50), answers)
    assert early.subtitle == "step 50"
    for before, after in zip(early.facets, late.facets, strict=True):
        grids = [layers(facet, ChartGrid)[0] for facet in (before, after)]
        assert grids[0].values is grids[1].values  # nothing was computed again
        line = layers(before, ChartLine)[1]
        end = neuron.curves.snapshots.at(late.facets.index(after), 50)
        assert (line.x[-1], line.y[-1]) == pytest.approx(end.tolist())
    start = instrument_panel(neuron, "landscape", ViewOptions(at=0), answers)
    assert len(layers(start.facets[0], ChartLine)[0].x) == 1
    assert layers(start.facets[0], ChartPoints)[0].hollow.tolist() == [True]


def test_each_loss_has_colours_of_its_own(neuron: Session) -> None:
    grids = [layers(facet, ChartGrid)[0] for facet in panel(neuron).facets]
    assert [grid.bar for grid in grids] == ["objective", "objective"]
    assert (grids[0].low, grids[0].high) != (grids[1].low, grids[1].high)  # so each has a scale beside it
    assert grids[0].high > 10 > 1 >= grids[1].high
    for grid in grids:
        assert len(grid.x) == grid.values.shape[1] + 1


def test_the_surface_carries_the_paths_on_it(neuron: Session) -> None:
    facet = panel(neuron, show="surface").facets[0]
    relief = facet.layers[0]
    assert isinstance(relief, ChartRelief)
    assert len(facet.layers) == 1
    x, y, height, series = relief.paths[0]
    assert series == facet.series
    run = Book(neuron.run_config).run(0)
    of = objective_of(run, *run.part("train"))
    # linear between the points of the plane
    np.testing.assert_allclose(height[0], of(np.array([x[0], y[0]])), rtol=0.02)
    assert layers(panel(neuron).facets[1], ChartShade)
    assert not layers(panel(neuron, shade="off").facets[1], ChartShade)


def test_the_plane_of_the_paths_holds_most_of_them_and_says_how_much(moons: Session) -> None:
    found = panel(moons)
    assert [facet.title for facet in found.facets] != []
    assert len(found.facets) == 2
    one, other = found.facets
    assert one.note.endswith(" %")
    assert "holds " in found.subtitle and " of the paths’ spread" in found.subtitle
    assert one.x.label.startswith("PC 1 (")
    assert (one.x, one.y) == (other.x, other.y)
    for facet in found.facets:
        for line in layers(facet, ChartLine):
            assert line.x.min() > facet.x.low
            assert line.x.max() < facet.x.high
            assert line.y.min() > facet.y.low
            assert line.y.max() < facet.y.high
    assert "slice through 17 dimensions" in found.foot
    assert len(layers(one, ChartContours)[0].levels) >= 3


def test_the_plane_through_one_runs_weights_has_the_objective_of_its_training_there(moons: Session) -> None:
    question = LANDSCAPE.question(moons, replace(ViewOptions(choices=(("plane", "random"),)), at=30))
    assert isinstance(question, Question)
    assert question.steps == (30,)
    answers = DirectAnswers()
    answer = answers.ask(moons, question)
    book = Book(moons.run_config)
    run = book.run(question.runs[0])
    of = objective_of(run, *run.part("train"))
    centre = answer.surfaces[0].values[40, 40]
    snapshot = np.asarray(moons.curves.snapshots.at(question.runs[0], 30), dtype=np.float64)
    assert centre == pytest.approx(of(snapshot), rel=1e-9)
    assert run.plan.l2 == 0.01
    other = answers.ask(
        moons,
        replace(question, choices=(*(pair for pair in question.choices if pair[0] != "seed"), ("seed", "2"))),
    )
    assert not np.allclose(other.surfaces[0].values, answer.surfaces[0].values)


def test_two_parameters_can_be_chosen_by_name(moons: Session) -> None:
    found = panel(moons, plane="parameters", first="4", second="16", extent="2")
    names = dict(next(choice for choice in found.choices if choice.key == "first").options)
    assert len(names) == 17
    assert names["4"] == "layer 1: x2 → 2"
    assert found.facets[0].x.label == "layer 1: x2 → 2"
    assert found.facets[0].y.label.startswith("output: bias of ")
    assert found.facets[0].x.low == -found.facets[0].x.high
    own = np.asarray(moons.curves.snapshots.at(0), dtype=np.float64)
    assert layers(found.facets[0], ChartLine)[-1].x[-1] == pytest.approx(own[4], rel=1e-5)
    twice = panel(moons, plane="parameters", first="4", second="4")
    assert twice.placeholder == "a plane needs two different parameters"
    assert twice.choices  # so that another can be chosen


def test_of_many_losses_two_are_chosen(moons: Session) -> None:
    found = panel(moons, left="2", right="0")
    assert [facet.series for facet in found.facets] == [3, 1]
    assert len(panel(moons, left="1", right="none").facets) == 1
    assert len(panel(moons, left="1", right="1").facets) == 1
    alone = panel(moons, ViewOptions(solo=1))
    assert [facet.series for facet in alone.facets] == [2]
    hidden = panel(moons, ViewOptions(hidden_losses=frozenset({0})))
    assert [facet.series for facet in hidden.facets] == [2, 3]
    nothing = panel(moons, ViewOptions(hidden_losses=frozenset({0, 1, 2})))
    assert nothing.placeholder == "every loss is hidden"
    assert not nothing.facets


def test_extent_and_detail_are_what_they_say(moons: Session) -> None:
    usual, half = panel(moons), panel(moons, extent="half", detail="coarse")
    width = usual.facets[0].x.high - usual.facets[0].x.low
    assert half.facets[0].x.high - half.facets[0].x.low == pytest.approx(width / 2)
    assert layers(usual.facets[0], ChartGrid)[0].values.shape == (81, 81)
    assert layers(half.facets[0], ChartGrid)[0].values.shape == (21, 21)
    assert panel(moons, detail="enormous", plane="flat", extent="9").facets  # what is unknown is not chosen


def test_losses_with_other_parameters_have_no_place_on_the_plane() -> None:
    text = MOONS.replace('name = "brier"', 'name = "binary_cross_entropy"')
    session = train(parse_experiment(text))
    sizes = {run.info.parameters for run in session.runs}
    found = panel(session, left="0", right="1")
    if len(sizes) == 1:
        pytest.fail("these losses were to have different models")
    assert len(found.facets) == 1
    assert "no place on this plane" in found.note


def test_the_second_loss_is_one_that_has_a_place_on_the_plane() -> None:
    made = train(
        parse_experiment(
            '[data]\nname = "moons"\n[model]\nhidden = [4]\n[[losses]]\nname = "binary_cross_entropy"\n'
            '[[losses]]\nname = "brier"\n[[losses]]\nname = "hinge"\n[training]\nsteps = 30\n'
            "evaluate_every = 10\n[seeds]\ncount = 1\n",
            "outputs.toml",
        )
    )
    one, two, three = made.runs
    assert one.info.parameters == three.info.parameters != two.info.parameters
    drawn = panel(made)
    assert [facet.title for facet in drawn.facets] == ["Binary cross-entropy", "Hinge"]
    assert drawn.note == ""
    chosen = panel(made, right="1")
    assert len(chosen.facets) == 1
    assert chosen.note == f"Brier has {two.info.parameters} parameters: no place on this plane"


def test_before_the_third_evaluation_there_is_no_plane_of_a_path(moons: Session) -> None:
    book = Book(moons.run_config)
    initial = book.run(0).initial
    book.add(0, {0: initial, 5: initial + 0.1})
    question = Question("landscape", (0,), (5,), (("plane", "path"),))
    with pytest.raises(InstrumentError, match="third evaluation"):
        LANDSCAPE.answer(question, book)
    book.add(0, {5: initial, 10: initial})
    with pytest.raises(InstrumentError, match="do not move"):
        LANDSCAPE.answer(replace(question, steps=(10,)), book)


def test_a_regression_that_diverged_still_has_its_landscape() -> None:
    text = """
[data]
name = "line"
samples = 50
[model]
hidden = [4]
activation = "relu"
[[losses]]
name = "squared_error"
[optimizer]
name = "sgd"
learning_rate = 1000.0
[training]
steps = 40
evaluate_every = 1
[data.split]
train = 1.0
validation = 0.0
test = 0.0
"""
    session = train(parse_experiment(text), diverges=True)
    assert session.runs[0].status == "diverged"
    for plane in ("path", "random", "parameters"):
        found = panel(session, plane=plane)
        assert found.facets or found.placeholder
        for facet in found.facets:
            assert np.isfinite([facet.x.low, facet.x.high, facet.y.low, facet.y.high]).all()
            assert np.isfinite(layers(facet, ChartGrid)[0].low)


def test_digits_say_from_how_many_samples() -> None:
    session = train(
        parse_experiment(
            '[data]\nname = "digits"\n[model]\nhidden = [32, 32]\n[[losses]]\nname = "cross_entropy"\n'
            "[training]\nsteps = 60\nevaluate_every = 10\n[seeds]\ncount = 1\n"
        )
    )
    found = panel(session, detail="coarse")
    assert found.subtitle.startswith("step 60, ")
    assert found.subtitle.endswith("of 1\u2009257 training samples")
    assert "parameters" not in dict(found.choices[0].options)
    assert len(found.facets) == 1


def test_colours_and_levels_suit_the_values() -> None:
    assert colour_range(np.array([[0.1, 1.0], [2.0, 40.0]])) == (0.1, 40.0, True)
    assert colour_range(np.array([[0.0, 1.0], [2.0, 40.0]])) == (0.0, 40.0, False)
    low, high, log = colour_range(np.array([[-1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1e9]]))
    assert (low, log) == (-1, False)
    assert high < 1e9
    assert colour_range(np.full((2, 2), np.nan)) == (0.0, 1.0, False)
    assert colour_range(np.full((2, 2), 3.0)) == (2.5, 3.5, False)
    for low, high, log in ((1e-9, 40.0, True), (0.3, 0.31, False), (-5.0, 900.0, False), (1.0, 31.0, True)):
        found = levels(low, high, log)
        assert 3 <= len(found) <= 12
        assert all(low < value < high for value in found)


def test_heights_are_linear_between_points_and_missing_beyond() -> None:
    x, y = np.linspace(0, 1, 3), np.linspace(0, 2, 5)
    values = 2 * x[None] + 3 * y[:, None]
    surface = PlaneSurface(x, y, values, np.zeros((5, 3, 3)))
    found = height_of(surface, np.array([0.0, 0.3, 1.0, 1.2]), np.array([0.0, 1.7, 2.0, 1.0]))
    np.testing.assert_allclose(found, [0, 5.7, 8, np.nan])
