"""The gradient noise scale against gradients written out, and against batches that are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from lab.chart import ChartLine
from lab.instruments.frozen import freeze
from lab.instruments.looking import instrument_panel
from lab.instruments.noise_scale import Noise, noise
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.instruments.flowing import experiment
from tests.lab.lessons.trained import train


def test_linear_regression_with_gradients_written_out() -> None:
    run = freeze(experiment("squared_error", data='name = "line"\nsamples = 40', hidden=()), (0,))[0]
    inputs, targets = run.part("train")
    parameters = np.array([0.3, -0.2])
    residual = inputs[:, 0] * 0.3 - 0.2 - targets[:, 0]
    single = 2 * residual[:, None] * np.stack([inputs[:, 0], np.ones(len(inputs))], axis=1)
    found = noise(run, inputs, targets, parameters)
    assert found.trace == pytest.approx(np.trace(np.cov(single.T)))
    assert found.signal == pytest.approx(float((single.mean(axis=0) ** 2).sum()))
    assert found.scale == pytest.approx(found.trace / found.signal)


def test_a_network_with_gradients_written_out() -> None:
    run = freeze(experiment("cross_entropy scale = 3.0"), (0,))[0]
    inputs, targets = run.part("train")
    parameters = np.random.default_rng(0).normal(0, 0.6, run.model.parameter_count)
    single = np.stack(
        [
            run.gradient(inputs[i : i + 1], targets[i : i + 1], parameters)[1]
            for i in range(len(inputs))
        ]
    )  # fmt: skip
    found = noise(run, inputs, targets, parameters)
    assert found.trace == pytest.approx(np.trace(np.cov(single.T)))
    assert found.signal == pytest.approx(float((single.mean(axis=0) ** 2).sum()))


def test_it_foretells_the_spread_of_batches() -> None:
    # the mean squared distance of a batch's gradient from the whole is tr Σ / B · (1 − B / N)
    run = freeze(experiment("cross_entropy"), (0,))[0]
    inputs, targets = run.part("train")
    whole = run.gradient(inputs, targets, run.initial)[1]
    found = noise(run, inputs, targets, run.initial)
    rng = np.random.default_rng(1)
    count, batch = len(inputs), 6
    distances = []
    for _ in range(3000):
        some = rng.choice(count, batch, replace=False)
        distances.append(((run.gradient(inputs[some], targets[some], run.initial)[1] - whole) ** 2).sum())
    assert np.mean(distances) == pytest.approx(found.trace / batch * (1 - batch / count), rel=0.03)


def test_a_choice_of_samples_estimates_without_bias() -> None:
    run = freeze(experiment("cross_entropy", data='name = "blobs"\nsamples = 300'), (0,))[0]
    inputs, targets = run.part("train")
    whole = noise(run, inputs, targets, run.initial)
    rng = np.random.default_rng(2)
    found = []
    for _ in range(600):
        some = rng.choice(len(inputs), 20, replace=False)
        found.append(noise(run, inputs[some], targets[some], run.initial, len(inputs)))
    assert np.mean([one.trace for one in found]) == pytest.approx(whole.trace, rel=0.03)
    assert np.mean([one.signal for one in found]) == pytest.approx(whole.signal, rel=0.05)


def test_equal_samples_have_no_noise_and_ends_are_said() -> None:
    run = freeze(experiment("cross_entropy"), (0,))[0]
    inputs, targets = run.part("train")
    same = np.zeros(10, dtype=int)
    found = noise(run, inputs[same], targets[same], run.initial)
    assert (found.trace, found.scale) == (0, 0)
    assert found.signal > 0
    assert Noise(1.0, 0.0).scale == float("inf")
    assert np.isnan(Noise(0.0, 0.0).scale)
    assert np.isnan(noise(run, inputs[:1], targets[:1], run.initial).scale)


@pytest.fixture(scope="module")
def session() -> Session:
    return train(experiment("cross_entropy", "brier", training="batch_size = 8"))


def test_a_line_a_loss_with_the_batch_size_beside(session: Session) -> None:
    panel = instrument_panel(session, "noise_scale", ViewOptions())
    (facet,) = panel.facets
    guide, *lines = [layer for layer in facet.layers if isinstance(layer, ChartLine)]
    assert (guide.style, guide.tag, guide.y.tolist()) == ("guide", "batch 8", [8, 8])
    assert [line.series for line in lines] == [1, 2]
    assert lines[0].x.tolist() == [0, 5, 10, 15, 20]
    run = freeze(session.run_config, (1,))[1]
    expected = noise(run, *run.part("train"), np.asarray(session.curves.snapshots.at(1, 10), np.float64))
    assert lines[1].y[2] == pytest.approx(expected.scale)
    assert facet.y.log
    assert facet.y.low <= 8 <= facet.y.high
    assert "42 training samples" in panel.foot
    assert panel.subtitle == "step 20"
    assert instrument_panel(session, "noise_scale", ViewOptions(at=9)).subtitle == "step 5"


def test_full_batches_are_as_large_as_the_training_part() -> None:
    whole = train(experiment("squared_error", data='name = "line"\nsamples = 40', hidden=()))
    panel = instrument_panel(whole, "noise_scale", ViewOptions())
    guide = panel.facets[0].layers[0]
    assert isinstance(guide, ChartLine)
    assert guide.tag == "batch 28"


def test_a_single_sample_has_no_noise_that_could_be_estimated() -> None:
    split = "[data.split]\ntrain = 1.0\nvalidation = 0.0\ntest = 0.0"
    one = train(
        experiment(
            "binary_cross_entropy", hidden=(), split=split,
            data='name = "points"\ninputs = [[1.0]]\ntargets = [0]\n'
            'task = "classification"\n[data.preprocessing]\ninputs = "none"',
        )
    )  # fmt: skip
    panel = instrument_panel(one, "noise_scale", ViewOptions())
    assert panel.facets[0].note == "the spread of one sample alone cannot be estimated"


def test_samples_that_are_all_alike_are_said() -> None:
    split = "[data.split]\ntrain = 1.0\nvalidation = 0.0\ntest = 0.0"
    alike = train(
        experiment(
            "binary_cross_entropy", hidden=(), split=split,
            data='name = "points"\ninputs = [[1.0], [1.0], [1.0]]\ntargets = [1, 1, 1]\n'
            'task = "classification"\n[data.preprocessing]\ninputs = "none"',
        )
    )  # fmt: skip
    panel = instrument_panel(alike, "noise_scale", ViewOptions())
    assert panel.facets[0].note == "every sample has the same gradient: no noise"
