"""The gradient norm map: what was recorded, with every spike."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from lab.chart import ChartGrid
from lab.curves import Curves
from lab.instruments.instrument import Question
from lab.instruments.layer_map_plot import MOST_COLUMNS
from lab.instruments.looking import instrument_panel
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.instruments.flowing import diverging, experiment
from tests.lab.lessons.trained import train


class NoAnswers:
    def ask(self, source: object, question: Question) -> None:
        raise AssertionError("nothing is asked of parameters")


@pytest.fixture(scope="module")
def session() -> Session:
    return train(experiment("cross_entropy", "brier"))


def grid_of(session: object, options: ViewOptions, facet: int = 0) -> ChartGrid:
    panel = instrument_panel(session, "layer_map", options, NoAnswers())  # type: ignore[arg-type]
    (grid,) = panel.facets[facet].layers
    assert isinstance(grid, ChartGrid)
    return grid


def test_every_step_of_a_short_run_is_a_column(session: Session) -> None:
    panel = instrument_panel(session, "layer_map", ViewOptions(), NoAnswers())
    assert [facet.short for facet in panel.facets] == ["CE", "Brier"]
    assert [words for _, words in panel.facets[0].y.ticks] == ["1", "2", "out"]
    for facet in (0, 1):
        grid = grid_of(session, ViewOptions(), facet)
        assert grid.x.tolist() == list(range(21))
        assert grid.log
        for layer in range(3):
            recorded = session.curves.series(f"gradient_norm/{layer}", facet)[1]
            assert grid.values[layer] == pytest.approx(recorded, rel=1e-6)
    assert grid.low <= grid.values.min() <= grid.values.max() <= grid.high


def test_it_ends_at_the_step_looked_at(session: Session) -> None:
    grid = grid_of(session, ViewOptions(at=7))
    assert grid.x.tolist() == list(range(9))
    assert instrument_panel(session, "layer_map", ViewOptions(at=7)).subtitle.endswith("step 7")
    assert grid_of(session, ViewOptions(solo=1)).values.shape == (3, 20)


def test_other_axes(session: Session) -> None:
    assert grid_of(session, ViewOptions(x_axis="epoch")).x.tolist() == list(range(21))  # full batches
    seconds = grid_of(session, ViewOptions(x_axis="seconds")).x
    assert (np.diff(seconds) > 0).all()
    assert grid_of(session, ViewOptions(log_x=True)).x[0] == 1


def long_source(length: int, spike: int) -> SimpleNamespace:
    done = train(experiment("cross_entropy"))
    curves = Curves([run.info for run in done.runs], 10)
    norms = np.full((3, 1, length), 0.1)
    norms[1, 0, spike] = 50.0
    norms[2, 0, 3] = np.nan
    channels = ("objective", "gradient_norm/0", "gradient_norm/1", "gradient_norm/2")
    values = np.concatenate([np.ones((1, 1, length)), norms])
    curves.append_rows((0,), channels, np.arange(length), np.arange(length) * 1e-3, values)
    return SimpleNamespace(
        run_config=done.run_config, runs=done.runs, curves=curves, step=length, planned_steps=length,
        summary=done.summary, steps_per_epoch=10,
    )  # fmt: skip


@pytest.mark.parametrize("length", [239, 241, 12_345])
def test_a_spike_stays_however_long_the_run_is(length: int) -> None:
    spike = length - 7
    grid = grid_of(long_source(length, spike), ViewOptions())
    assert MOST_COLUMNS / 2 <= grid.values.shape[1] <= MOST_COLUMNS
    assert grid.x[[0, -1]].tolist() == [0, length]
    column = int(np.searchsorted(grid.x, spike, side="right")) - 1
    assert grid.values[1, column] == pytest.approx(50)
    assert np.delete(grid.values[1], column) == pytest.approx(0.1)
    assert grid.values[0] == pytest.approx(0.1)


def test_up_to_a_step_in_the_middle_of_a_column() -> None:
    grid = grid_of(long_source(12_345, 12_000), ViewOptions(at=5_000))
    assert grid.x[-1] == 5_001
    assert np.nanmax(grid.values) == pytest.approx(0.1)


def test_nothing_yet_and_no_loss(session: Session) -> None:
    hidden = replace(ViewOptions(), hidden_losses=frozenset({0, 1}))
    assert instrument_panel(session, "layer_map", hidden).placeholder == "every loss is hidden"
    empty = SimpleNamespace(
        run_config=session.run_config, runs=(), curves=Curves(), step=0, planned_steps=0, summary=None,
        steps_per_epoch=0,
    )  # fmt: skip
    assert "comes with" in instrument_panel(empty, "layer_map", ViewOptions()).placeholder  # type: ignore[arg-type]


def test_a_diverged_run_ends_where_it_did() -> None:
    wild = diverging()
    assert grid_of(wild, ViewOptions()).x[-1] < grid_of(wild, ViewOptions(), 1).x[-1] == 40
