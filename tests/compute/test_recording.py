"""What a block leaves on the host: in one copy, in its own precision, not written over by the next."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compute.backend import to_host
from compute.recording import Recorder, make_chunk
from tests.standin import StandIn


def recorder(xp: Any, penalty: bool, dtype: Any = np.float32) -> Recorder:
    """Three steps of two runs and two layers; every number tells where it belongs."""
    made = Recorder(xp, dtype, 3, 2, 2, penalty)
    host = to_host(made.table)
    made.table[...] = xp.asarray(np.arange(host.size, dtype=dtype).reshape(host.shape))
    return made


@pytest.mark.parametrize("penalty", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_are_what_was_recorded_with_roots_of_squares(penalty: bool, dtype: Any) -> None:
    standin = StandIn()
    for xp in (np, standin.module):
        made = recorder(xp, penalty, dtype)
        before = standin.copies_to_host
        rows = made.to_rows(2)
        assert standin.copies_to_host - before == (xp is not np)
        np.testing.assert_array_equal(rows.loss, to_host(made.loss)[:2])
        np.testing.assert_array_equal(rows.objective, to_host(made.objective)[:2])
        np.testing.assert_allclose(rows.parameters**2, to_host(made.parameters)[:2], rtol=1e-6)
        np.testing.assert_allclose(rows.layers.swapaxes(1, 2) ** 2, to_host(made.layers)[:2], rtol=1e-6)
        np.testing.assert_allclose(rows.total_norms(), np.sqrt((rows.layers**2).sum(axis=2)), rtol=1e-6)
        assert rows.loss.dtype == rows.layers.dtype == dtype


def test_rows_outlast_the_next_block() -> None:
    made = recorder(StandIn().module, penalty=True)
    rows = made.to_rows(3)
    kept = [values.copy() for values in (rows.loss, rows.objective, rows.layers, rows.parameters)]
    made.table.fill(4)
    made.to_rows(3)
    for values, wanted in zip((rows.loss, rows.objective, rows.layers, rows.parameters), kept, strict=True):
        np.testing.assert_array_equal(values, wanted)


def test_rows_are_spread_only_where_some_runs_have_ended() -> None:
    rows = recorder(np, penalty=False).to_rows(3)
    assert rows.spread(np.arange(2), 2) is rows
    wide = rows.spread(np.array([0, 3]), 4)
    assert wide.layers.shape == (3, 4, 2)
    np.testing.assert_array_equal(wide.loss[:, [0, 3]], rows.loss)
    assert np.isnan(wide.loss[:, [1, 2]]).all()
    assert wide.loss.dtype == rows.loss.dtype


def test_a_norm_of_all_layers_is_summed_in_double_precision() -> None:
    rows = recorder(np, penalty=False).to_rows(3)
    rows.layers[...] = 1.5e19
    assert np.isfinite(rows.total_norms()).all()  # the squares are beyond single precision
    chunk = make_chunk(0, [(rows, np.ones((3, 2), dtype=np.float32), np.arange(3.0))], [], [], 2, 2)
    np.testing.assert_allclose(chunk.gradient_norm, 1.5e19 * np.sqrt(2), rtol=1e-6)


def test_a_chunk_without_rows() -> None:
    chunk = make_chunk(7, [], [], [], runs=4, layers=3)
    assert (chunk.steps, chunk.first_step) == (0, 7)
    assert chunk.layer_gradient_norm.shape == (0, 4, 3)
    assert chunk.seconds.shape == (0,)
