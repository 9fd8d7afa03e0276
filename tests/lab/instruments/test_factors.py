"""Factors of a sample's gradient against closed forms, differences and the Explore view."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, softmax

from lab.chart import ChartLine
from lab.explore.choice import chosen
from lab.explore.why import WhyState, view
from lab.instruments.direct import DirectAnswers
from lab.instruments.factors import factors
from lab.instruments.factors_plot import FactorsPlot
from lab.instruments.frozen import FrozenRun, freeze
from lab.instruments.influence import influence
from lab.instruments.instrument import Question
from lab.instruments.looking import instrument_panel
from lab.number_text import value_text
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.instruments.flowing import experiment, lesson
from tests.lab.lessons.trained import train

MANY = (
    "cross_entropy", "brier", "absolute_error_softmax", "focal gamma = 2.0",
    "cross_entropy label_smoothing = 0.1", "squared_error", "sparsemax",
)  # fmt: skip
TWO = ("binary_cross_entropy", "squared_error_sigmoid scale = 0.5", "hinge", "exponential")


def at(run: FrozenRun, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.7, run.model.parameter_count)


@pytest.mark.parametrize("place", range(len(MANY)))
def test_the_product_and_what_other_outputs_add_is_the_gradient_of_differences(place: int) -> None:
    run = freeze(experiment(*MANY), (place,))[place]
    inputs, targets = run.part("train")
    parameters = at(run, place)
    found = factors(run, inputs, targets, parameters)
    outputs = run.forward(inputs, parameters).outputs
    rows = np.arange(len(inputs))
    step = np.zeros_like(outputs)
    step[rows, targets] = 1e-6
    up, down = (run.losses(outputs + sign * step, targets)[0] for sign in (1, -1))
    numeric = (up - down) / 2e-6
    assert found.total == pytest.approx(numeric, abs=1e-6)
    moves = found.slope > 0  # a sparsemax's p may stand still
    assert moves.all() or run.loss.card.name == "sparsemax"
    assert not np.isfinite(found.partial[~moves]).any()
    product = found.partial[moves] * found.slope[moves] + found.others[moves]
    assert product == pytest.approx(numeric[moves], abs=1e-6)
    p = [run.loss.predictions((outputs + sign * step)[None])[0][rows, targets] for sign in (1, -1)]
    assert found.slope == pytest.approx((p[0] - p[1]) / 2e-6, abs=1e-6)


def test_closed_forms_of_a_softmax() -> None:
    runs = freeze(experiment(*MANY), (0, 1, 2))
    inputs, targets = runs[0].part("train")
    parameters = at(runs[0], 1)
    p = softmax(runs[0].forward(inputs, parameters).outputs, axis=1)
    own = p[np.arange(len(p)), targets]
    entropy, brier, absolute = (factors(run, inputs, targets, parameters) for run in runs.values())
    assert entropy.total == pytest.approx(own - 1)
    assert entropy.partial == pytest.approx(-1 / own)
    assert entropy.others == pytest.approx(0, abs=1e-12)
    wrong = (p**2).sum(axis=1) - own**2
    assert brier.partial == pytest.approx(-2 * (1 - own))
    assert brier.total == pytest.approx(-2 * own * ((1 - own) ** 2 + wrong))
    assert brier.others == pytest.approx(-2 * own * wrong)
    assert absolute.total == pytest.approx(-2 * own * (1 - own))
    assert absolute.others == pytest.approx(absolute.total / 2)


def test_closed_forms_of_a_sigmoid_with_its_scale() -> None:
    runs = freeze(experiment(*TWO, data='name = "moons"\nsamples = 60'), (0, 1))
    inputs, targets = runs[0].part("train")
    parameters = at(runs[0], 2)
    p = expit(runs[0].forward(inputs, parameters).outputs[:, 0])
    entropy, square = (factors(run, inputs, targets, parameters) for run in runs.values())
    assert entropy.total == pytest.approx(p - targets)
    assert square.total == pytest.approx((p - targets) * p * (1 - p))
    assert square.partial == pytest.approx(p - targets)
    assert square.slope == pytest.approx(p * (1 - p))
    assert not square.others.any()


def test_it_is_what_the_explore_view_says() -> None:
    # one neuron at z = 4 with target 0 is the view's at z = −4 with target 1, but for the sign
    run = freeze(lesson("slow_learner/neuron"), (0,))[0]
    found = factors(run, *run.part("train"), np.array([2.0, 2.0]))
    shown = view(WhyState(chosen("squared_error_sigmoid"), target=1.0, point=-4.0), with_peaks=False)
    assert found.slope[0] == pytest.approx(shown.point_link_slope)
    assert found.total[0] == pytest.approx(-0.5 * shown.points[0].slope_output)
    assert found.partial[0] == pytest.approx(-0.5 * shown.points[0].slope_prediction)


def test_a_smoothed_target_is_no_plain_formula() -> None:
    run = freeze(experiment(*MANY), (4,))[4]
    found = factors(run, *run.part("train"), at(run, 0))
    assert not found.others.any()
    assert found.partial * found.slope == pytest.approx(found.total)


# --- the plot -------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def session() -> Session:
    return train(experiment(*MANY[:3]))


def lines_of(panel: object, facet: int) -> list[ChartLine]:
    return [layer for layer in panel.facets[facet].layers if isinstance(layer, ChartLine)]  # type: ignore[attr-defined]


def test_a_facet_a_factor_with_a_line_a_loss(session: Session) -> None:
    panel = instrument_panel(session, "factors", ViewOptions())
    assert [facet.y.label for facet in panel.facets] == ["prediction p", "|∂L/∂p|", "|∂p/∂z|", "|∂L/∂z|"]
    assert [entry.short for entry in panel.legend] == ["CE", "Brier", "MAE"]
    assert "pulls hardest, training part" in panel.subtitle
    assert "for MAE" in panel.foot
    assert "CE" not in panel.foot
    partial, slope, total = (lines_of(panel, number) for number in (1, 2, 3))
    assert [line.series for line in total] == [1, 2, 3]
    assert partial[0].y * slope[0].y == pytest.approx(total[0].y)  # cross-entropy: nothing from others
    assert total[2].y == pytest.approx(2 * partial[2].y * slope[2].y)


def test_one_factor_can_have_all_the_room_and_the_legend(session: Session) -> None:
    whole = instrument_panel(session, "factors", ViewOptions())
    for place, shown in enumerate(("p", "partial", "slope", "total")):
        panel = instrument_panel(session, "factors", ViewOptions(choices=(("shown", shown),)))
        assert [facet.y for facet in panel.facets] == [whole.facets[place].y]
        for line, other, entry in zip(lines_of(panel, 0), lines_of(whole, place), panel.legend, strict=True):
            np.testing.assert_array_equal(line.y, other.y)
            assert entry.value == value_text(float(line.y[-1]))
        assert "legend" not in panel.foot
    assert [entry.value for entry in whole.legend] == [entry.value for entry in panel.legend]
    assert "legend: |∂L/∂z|" in whole.foot
    nonsense = instrument_panel(session, "factors", ViewOptions(choices=(("shown", "more"),)))
    assert len(nonsense.facets) == 4
    assert nonsense.choices[1].current == "all"


def test_the_legend_of_many_losses_only_names() -> None:
    panel = instrument_panel(train(experiment(*MANY[:4])), "factors", ViewOptions())
    assert [entry.value for entry in panel.legend] == [""] * 4
    assert "legend" not in panel.foot


def test_the_sample_that_pulls_hardest_is_followed(session: Session) -> None:
    shares, rows = [], None
    for index, run in freeze(session.run_config, (0, 1, 2)).items():
        parameters = session.curves.snapshots.at(index)
        assert parameters is not None
        shares.append(influence(run, *run.part("train"), np.asarray(parameters, np.float64)).share)
        rows = run.samples("train").rows
    assert rows is not None
    order = np.argsort(-np.mean(shares, axis=0))
    for which, place in (("hardest", 0), ("easiest", len(rows) - 1)):
        panel = instrument_panel(session, "factors", ViewOptions(choices=(("sample", which),)))
        assert panel.subtitle.startswith(f"row {rows[order[place]]},")


def test_a_picked_sample_is_followed_in_whatever_part_it_is(session: Session) -> None:
    run = freeze(session.run_config, (0,))[0]
    held_out = run.samples("validation")
    panel = instrument_panel(session, "factors", ViewOptions(sample=int(held_out.rows[0])))
    assert panel.subtitle.startswith(f"row {held_out.rows[0]}, ")
    assert "picked, validation part" in panel.subtitle
    assert panel.choices[0].current == "picked"
    expected = factors(run, held_out.inputs[:1], held_out.targets[:1], run.initial)
    assert lines_of(panel, 3)[0].y[0] == pytest.approx(abs(expected.total[0]))
    other = ViewOptions(sample=int(held_out.rows[0]), choices=(("sample", "median"),))
    assert "like the median" in instrument_panel(session, "factors", other).subtitle
    gone = instrument_panel(session, "factors", ViewOptions(sample=10**6))
    assert gone.placeholder == "the data of these runs have no sample in row 1000000"


def test_without_a_sample_picked_the_choice_of_one_falls_back(session: Session) -> None:
    panel = instrument_panel(session, "factors", ViewOptions(choices=(("sample", "picked"),)))
    assert panel.choices[0].current == "hardest"
    assert [value for value, _ in panel.choices[0].options] == ["hardest", "median", "easiest"]


def test_a_saturated_neuron_learns_by_the_factor_not_by_the_error() -> None:
    start = ("values = [0.6, 0.9]", "values = [2.0, 2.0]")
    panel = instrument_panel(train(lesson("slow_learner/neuron", start)), "factors", ViewOptions())
    quadratic = [lines_of(panel, number)[0].y[0] for number in range(4)]
    assert quadratic == pytest.approx([0.982014, 0.982014, 0.017663, 0.017345], rel=1e-4)
    entropy = [lines_of(panel, number)[1].y[0] for number in range(4)]
    assert entropy == pytest.approx([0.982014, 1 / 0.017986, 0.017663, 0.982014], rel=1e-4)
    assert "Other classes" not in panel.foot


def test_regression_follows_the_first_target_and_one_hidden_loss_goes() -> None:
    numbers = train(
        experiment("squared_error", "gaussian_nll", data='name = "line"\nsamples = 40', hidden=())
    )
    panel = instrument_panel(numbers, "factors", ViewOptions(hidden_losses=frozenset({1})))
    assert "y = " in panel.subtitle
    (slope,) = lines_of(panel, 2)
    assert slope.y == pytest.approx(1)
    both = instrument_panel(numbers, "factors", ViewOptions())
    assert len(lines_of(both, 0)) == 2


def test_a_history_is_carried_on(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = DirectAnswers()
    question = FactorsPlot().question(session, ViewOptions(sample=3))
    assert isinstance(question, Question)
    answers.ask(session, Question("factors", question.runs, question.steps[:3], question.choices, 3))
    calls = []
    original = factors
    monkeypatch.setattr(
        "lab.instruments.factors_plot.factors", lambda *args: calls.append(1) or original(*args)
    )
    answers.ask(session, question)
    assert len(calls) == 3 * (len(question.steps) - 3)
