"""Update ratios: exact for plain SGD, the way between kept steps for everything else."""

from __future__ import annotations

import numpy as np
import pytest

from lab.chart import ChartLine
from lab.instruments.frozen import freeze
from lab.instruments.looking import instrument_panel
from lab.instruments.update_ratio import is_plain, layer_norms, moved
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.instruments.flowing import experiment
from tests.lab.lessons.trained import train


def lines_of(session: Session, options: ViewOptions, facet: int = 0) -> dict[str, ChartLine]:
    panel = instrument_panel(session, "update_ratio", options)
    return {layer.tag: layer for layer in panel.facets[facet].layers if isinstance(layer, ChartLine)}


def every_step(session: Session, run: int) -> list[np.ndarray]:
    snapshots = session.curves.snapshots
    found = [snapshots.at(run, int(step)) for step in snapshots.steps(run)]
    return [np.asarray(parameters, np.float64) for parameters in found if parameters is not None]


@pytest.fixture(scope="module")
def plain() -> Session:
    # with a penalty and batches: the recorded gradient is the objective's on the batch
    return train(experiment("cross_entropy", "brier", training="batch_size = 8\nl2 = 0.01"))


def test_plain_descent_is_exact_update_by_update() -> None:
    config = experiment("cross_entropy", "brier", training="batch_size = 8\nl2 = 0.01", steps=4)
    config = config.model_copy(
        update={"training": config.training.model_copy(update={"evaluate_every": 1})}
    )  # fmt: skip
    session = train(config)
    run = freeze(config, (1,))[1]
    assert is_plain(run.plan)
    kept = every_step(session, 1)
    lines = lines_of(session, ViewOptions(), 1)
    for step in range(4):
        change = layer_norms(run, kept[step + 1] - kept[step]) / layer_norms(run, kept[step])
        drawn = [lines[name].y[step] for name in ("1", "2", "out")]
        assert drawn == pytest.approx(change, rel=1e-5)


def test_updates_up_to_the_next_kept_step_are_averaged(plain: Session) -> None:
    run = freeze(plain.run_config, (0,))[0]
    sizes = [layer_norms(run, parameters) for parameters in every_step(plain, 0)]
    rates = plain.curves.series("learning_rate", 0)[1].astype(np.float64)
    lines = lines_of(plain, ViewOptions())
    for layer, name in enumerate(("1", "2", "out")):
        norms = plain.curves.series(f"gradient_norm/{layer}", 0)[1].astype(np.float64)
        expected = (rates * norms).reshape(4, 5).mean(axis=1) / [size[layer] for size in sizes[:4]]
        assert lines[name].y == pytest.approx(expected, rel=1e-6)


def test_it_says_how_it_was_measured(plain: Session) -> None:
    panel = instrument_panel(plain, "update_ratio", ViewOptions())
    assert panel.foot.startswith("learning rate × gradient norm")
    assert "rule of thumb" in panel.foot
    assert [facet.short for facet in panel.facets] == ["CE", "Brier"]
    lines = lines_of(plain, ViewOptions())
    assert list(lines) == ["", "1", "2", "out"]
    assert (lines[""].style, lines[""].y.tolist()) == ("guide", [1e-3, 1e-3])
    assert lines["1"].x.tolist() == [0, 5, 10, 15]  # the last step has no update after it
    assert panel.facets[0].y == panel.facets[1].y
    early = lines_of(plain, ViewOptions(at=5))
    assert early["1"].x.tolist() == [0, 5]
    assert len(instrument_panel(plain, "update_ratio", ViewOptions(solo=1)).facets) == 1


@pytest.mark.parametrize("how", ["adam", "momentum", "clip"])
def test_otherwise_it_is_the_way_between_kept_steps(how: str) -> None:
    optimizer = "sgd" if how == "clip" else how
    training = "full_batch = true" + ("\nclip = 0.01" if how == "clip" else "")
    session = train(experiment("cross_entropy", optimizer=optimizer, training=training))
    run = freeze(session.run_config, (0,))[0]
    assert not is_plain(run.plan)
    panel = instrument_panel(session, "update_ratio", ViewOptions())
    assert panel.foot.startswith("change between evaluations")
    kept = every_step(session, 0)
    lines = lines_of(session, ViewOptions())
    assert lines["out"].x.tolist() == [5, 10, 15, 20]
    for column in range(4):
        change = layer_norms(run, kept[column + 1] - kept[column]) / layer_norms(run, kept[column]) / 5
        assert [lines[name].y[column] for name in ("1", "2", "out")] == pytest.approx(change)


def test_one_kept_step_is_not_yet_a_way() -> None:
    session = train(experiment("cross_entropy", optimizer="adam"))
    panel = instrument_panel(session, "update_ratio", ViewOptions(at=0))
    assert panel.note == "comes with the second evaluation"
    assert panel.facets[0].y.low <= 1e-3 <= panel.facets[0].y.high


def test_parameters_of_0_have_no_ratio() -> None:
    run = freeze(experiment("cross_entropy"), (0,))[0]
    zero = np.zeros(run.model.parameter_count)
    ratios = moved(run, np.array([0, 10]), [zero, zero + 1])
    assert ratios.shape == (3, 1)
    assert np.isnan(ratios).all()
    assert moved(run, np.array([0]), [zero]).shape == (3, 0)
