"""Saturation: planted states are measured, histograms fit together, and the plot says what it shows."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, softmax

from lab.chart import ChartGrid, ChartLine
from lab.instruments.frozen import FrozenRun, freeze
from lab.instruments.histograms import MOST_BINS, beside, count_sizes, count_values, sizes_beside
from lab.instruments.link_slopes import label_slopes
from lab.instruments.looking import instrument_panel
from lab.instruments.saturation import saturation
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.instruments.flowing import diverging, experiment, lesson
from tests.lab.lessons.trained import train


def frozen(*losses: str, **others: object) -> FrozenRun:
    return freeze(experiment(*losses, **others), (0,))[0]  # type: ignore[arg-type]


# --- the numbers of a step ------------------------------------------------------------------------------
def test_nielsens_neuron_begins_where_the_sigmoid_has_next_to_no_slope() -> None:
    run = freeze(lesson("slow_learner/neuron"), (0,))[0]
    slopes = []
    for start in ([0.6, 0.9], [2.0, 2.0]):
        (found,) = saturation(run, *run.part("train"), np.array(start))
        assert found.name == "out"
        slopes.append(found.slope)
    assert slopes == pytest.approx([0.817574 * (1 - 0.817574), 0.017663], rel=1e-4)


def test_nielsens_network_saturates_from_wide_weights_only() -> None:
    narrow = (('name = "normal"\nscale = 1.0\nbias_scale = 1.0', 'name = "lecun"\nbias_scale = 1.0'),)
    wide_run, narrow_run = (
        freeze(lesson("bad_start/nielsen", *changes), (0,))[0] for changes in ((), narrow)
    )
    wide, calm = (saturation(run, *run.part("train"), run.initial) for run in (wide_run, narrow_run))
    assert wide[0].saturated > 0.2 > 0.01 > calm[0].saturated
    assert wide[0].slope < 0.6 * calm[0].slope
    assert wide[1].saturated > 10 * calm[1].saturated


def test_large_biases_saturate_a_layer_and_rectifiers_that_no_sample_wakes_are_dead() -> None:
    run = frozen("squared_error", data='name = "sine"\nsamples = 60', activation="sigmoid")
    inputs, targets = run.part("train")
    calm = saturation(run, inputs, targets, 0.1 * np.ones(run.model.parameter_count))
    parameters = np.zeros(run.model.parameter_count)
    parameters[run.model.layer_slices[0]] = 50.0
    flat = saturation(run, inputs, targets, parameters)
    assert [layer.name for layer in flat] == ["1", "2", "out"]
    assert (calm[0].saturated, calm[0].dead) == (0, 0)
    assert flat[0].saturated > 0.9
    assert flat[1].saturated == 0
    assert np.isnan(flat[2].saturated)  # an identity never flattens
    assert flat[0].z.counts.sum() == len(inputs) * 5

    run = frozen("cross_entropy", activation="relu")
    inputs, targets = run.part("train")
    weights = np.zeros((inputs.shape[1] + 1, 5))
    weights[:-1], weights[-1] = 0.01, 1.0
    weights[-1, :2] = -50.0
    parameters = np.zeros(run.model.parameter_count)
    parameters[run.model.layer_slices[0]] = weights.reshape(-1)
    first = saturation(run, inputs, targets, parameters)[0]
    assert first.dead == first.saturated == pytest.approx(2 / 5)


def test_probabilities_and_slopes_of_the_output_layer_are_those_of_the_label() -> None:
    rng = np.random.default_rng(3)
    run = frozen("cross_entropy")
    inputs, targets = run.part("train")
    parameters = rng.normal(0, 1, run.model.parameter_count)
    shares = softmax(run.forward(inputs, parameters).outputs, axis=1)
    own = shares[np.arange(len(targets)), targets]
    found = saturation(run, inputs, targets, parameters)[-1]
    assert found.slope == pytest.approx((own * (1 - own)).mean())
    assert found.saturated == pytest.approx((own * (1 - own) < 0.05 * 0.25).mean())
    assert found.predictions is not None
    np.testing.assert_array_equal(found.predictions.counts, count_values(own).counts)
    # one output for two classes: 1 − p where the label is 0
    run = frozen("binary_cross_entropy", data='name = "moons"\nsamples = 60')
    inputs, targets = run.part("train")
    p = expit(run.forward(inputs, 3 * run.initial).outputs[:, 0])
    found = saturation(run, inputs, targets, 3 * run.initial)[-1]
    assert found.predictions is not None
    expected = np.where(targets == 1, p, 1 - p)
    np.testing.assert_array_equal(found.predictions.counts, count_values(expected).counts)


def test_slopes_keep_their_digits_where_a_softmax_is_sure() -> None:
    run = frozen("cross_entropy")
    outputs = np.array([[40.0, 0.0, 0.0], [0.0, 200.0, 0.0]])
    found = label_slopes(run.loss.link, outputs, np.array([0, 0]))
    assert found == pytest.approx([2 * np.exp(-40.0), np.exp(-200.0)], rel=1e-12)


# --- histograms -----------------------------------------------------------------------------------------
def test_columns_of_different_reach_fit_together() -> None:
    rng = np.random.default_rng(0)
    parts = [rng.normal(0, size, 500) for size in (0.01, 1.0, 30.0)]
    edges, shares = beside([count_values(part) for part in parts])
    assert 10 <= len(edges) - 1 <= MOST_BINS
    for part, share in zip(parts, shares.T, strict=True):
        counts, _ = np.histogram(part, edges)
        assert share == pytest.approx(counts / len(part))
        assert share.sum() == pytest.approx(1)


def test_extremes_are_counted() -> None:
    assert beside([count_values(np.zeros((3, 2)))])[1].sum() == pytest.approx(1)
    assert beside([count_values(np.array([1e-9])), count_values(np.array([1e9, np.inf]))])[1].sum() == 2
    edges, shares = sizes_beside([count_sizes(np.array([0.0, 1e-30, 0.25, 0.24, 1e9]))])
    assert shares[:, 0].sum() == pytest.approx(1)
    assert shares[0, 0] == pytest.approx(2 / 5)  # 0 and what is tiny, in the lowest bin
    place = int(np.searchsorted(edges, 0.25)) - 1
    assert shares[place, 0] == pytest.approx(2 / 5)


# --- the plot -------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def session() -> Session:
    return train(experiment("cross_entropy", "squared_error", activation="relu"))


def look(session: Session, at: int | None = None, **choices: str) -> ViewOptions:
    return ViewOptions(at=at, choices=tuple(choices.items()))


def test_a_histogram_over_the_steps_and_shares_below(session: Session) -> None:
    panel = instrument_panel(session, "saturation", ViewOptions())
    assert [facet.title for facet in panel.facets][::2] == ["Cross-entropy", "MSE on raw outputs"]
    assert (panel.columns, panel.down) == (2, True)
    assert "layer 1" in panel.subtitle
    assert panel.subtitle.endswith("step 20")
    grid = panel.facets[0].layers[0]
    assert isinstance(grid, ChartGrid)
    assert grid.x.tolist() == [0, 2.5, 7.5, 12.5, 17.5, 20]
    assert grid.values.sum(axis=0) == pytest.approx(np.ones(5))
    lines = [layer for layer in panel.facets[1].layers if isinstance(layer, ChartLine)]
    assert [line.tag for line in lines if line.style == "line"] == ["1", "2", "out"]
    assert len(panel.facets[3].layers) < len(lines) + 1  # an identity does not saturate
    assert "out" not in [line.tag for line in panel.facets[3].layers if isinstance(line, ChartLine)]


def test_what_is_drawn_is_what_was_measured(session: Session) -> None:
    panel = instrument_panel(session, "saturation", look(session, of="share"))
    assert len(panel.facets) == 2
    run = freeze(session.run_config, (0,))[0]
    lines = {line.name: line for line in panel.facets[0].layers if isinstance(line, ChartLine)}
    for column, step in enumerate(session.curves.snapshots.steps(0)):
        parameters = session.curves.snapshots.at(0, int(step))
        assert parameters is not None
        expected = saturation(run, *run.part("train"), np.asarray(parameters, np.float64))
        assert lines["layer 1, saturated"].y[column] == pytest.approx(expected[0].saturated)
        assert lines["output layer, saturated"].y[column] == pytest.approx(expected[2].saturated)


def test_choices_are_those_that_make_sense(session: Session) -> None:
    panel = instrument_panel(session, "saturation", look(session, of="slope", layer="out"))
    of, layer = panel.choices
    assert of.current == "slope"
    assert (layer.current, [value for value, _ in layer.options]) == ("1", ["1", "2"])
    assert panel.facets[0].y.log
    link = instrument_panel(session, "saturation", look(session, of="link"))
    assert [choice.key for choice in link.choices] == ["of"]
    assert link.facets[0].y.label == "|∂p/∂z|"
    flat = link.facets[2].layers[0]
    assert isinstance(flat, ChartGrid)
    assert np.nanmax(flat.values) == pytest.approx(1)  # the identity's slope is 1 everywhere
    numbers = train(experiment("squared_error", data='name = "line"\nsamples = 40', hidden=()))
    panel = instrument_panel(numbers, "saturation", look(numbers, of="link"))
    assert dict(panel.choices[0].options).keys() == {"z", "predictions", "share"}
    assert "nothing here can saturate" in [facet.note for facet in panel.facets]


def test_it_goes_to_an_earlier_step_and_leaves_out_hidden_losses(session: Session) -> None:
    panel = instrument_panel(session, "saturation", replace(look(session, at=12), solo=1))
    assert panel.subtitle.endswith("step 10")
    assert len(panel.facets) == 2
    grid = panel.facets[0].layers[0]
    assert isinstance(grid, ChartGrid)
    assert grid.x.tolist() == [0, 2.5, 7.5, 10]
    first = instrument_panel(session, "saturation", look(session, at=0))
    assert isinstance(first.facets[0].layers[0], ChartGrid)
    assert first.facets[0].layers[0].values.shape[1] == 1
    hidden = ViewOptions(hidden_losses=frozenset({0, 1}))
    assert instrument_panel(session, "saturation", hidden).placeholder == "every loss is hidden"


def test_of_more_losses_than_fit_one_is_chosen() -> None:
    many = train(
        experiment("cross_entropy", "brier", "squared_error", "focal", "generalized_cross_entropy",
                   data='name = "blobs"\nsamples = 30')
    )  # fmt: skip
    for kind in ("saturation", "update_ratio", "layer_map"):
        first, fourth = (instrument_panel(many, kind, ViewOptions(loss=loss)) for loss in (0, 3))
        assert {facet.series for facet in first.facets} == {1}
        assert {facet.series for facet in fourth.facets} == {4}
        choice = next(choice for choice in fourth.choices if choice.key == "loss")
        assert (choice.current, len(choice.options), choice.head) == ("3", 5, True)
        three = instrument_panel(many, kind, ViewOptions(hidden_losses=frozenset({0, 1})))
        assert {facet.series for facet in three.facets} == {3, 4, 5}
        assert three.columns == 3
        assert all(choice.key != "loss" for choice in three.choices)


@pytest.mark.parametrize("axis", ["epoch", "seconds"])
def test_it_follows_the_axis_of_the_curves(session: Session, axis: str) -> None:
    panel = instrument_panel(session, "saturation", replace(ViewOptions(), x_axis=axis))  # type: ignore[arg-type]
    grid = panel.facets[0].layers[0]
    assert isinstance(grid, ChartGrid)
    assert panel.facets[1].x.label == axis
    assert (np.diff(grid.x) > 0).all()
    assert grid.x[-1] <= panel.facets[1].x.high * (1 + 1e-9)
    log = instrument_panel(session, "saturation", ViewOptions(log_x=True)).facets[0].layers[0]
    assert isinstance(log, ChartGrid)
    assert log.x[0] == 5  # step 0 has no place on a logarithmic axis


def test_a_run_that_diverged_leaves_the_axis_to_the_others() -> None:
    wild = diverging()
    panel = instrument_panel(wild, "saturation", ViewOptions())
    grids = [facet for facet in panel.facets if isinstance(facet.layers[0], ChartGrid)]
    gone, steady = grids
    assert gone.y == steady.y
    reach = [facet.layers[0].y for facet in grids]  # type: ignore[union-attr]
    assert steady.y.low >= reach[1][0] and steady.y.high <= reach[1][-1]
    assert reach[0][-1] > steady.y.high
    assert re.fullmatch(r"reaches \S.* to \S.*", gone.note)
    assert not steady.note
