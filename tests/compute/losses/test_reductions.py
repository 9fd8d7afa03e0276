"""Sums and maxima over outputs, on both sides of every switch between ways to compute them."""

from __future__ import annotations

import numpy as np
import pytest

from compute.losses.reductions import max_first, sum_first, sum_last
from compute.workspace import Workspace


@pytest.mark.parametrize("outputs", [1, 2, 3, 10, 32, 33, 100])
@pytest.mark.parametrize("samples", [1, 7, 2000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_against_numpy(outputs, samples, dtype):
    a = np.random.default_rng(outputs).normal(size=(2, samples, outputs)).astype(dtype)
    a.flags.writeable = False
    out, work = np.empty((2, samples), dtype), Workspace(np)
    sum_last(a, out, work)
    np.testing.assert_allclose(out, a.sum(-1), rtol=1e-5 if dtype == np.float32 else 1e-13, atol=1e-5)
    first = np.ascontiguousarray(a.transpose(2, 0, 1))
    sum_first(first, out, work)
    np.testing.assert_allclose(out, a.sum(-1), rtol=1e-5 if dtype == np.float32 else 1e-13, atol=1e-5)
    max_first(first, out, work)
    assert np.array_equal(out, a.max(-1))


@pytest.mark.parametrize("samples", [3, 4000])
def test_maximum_finds_every_place_and_keeps_nan(samples):
    for k in range(5):
        a = np.zeros((5, 1, samples))
        a[k] = 1
        a[k, 0, 1] = np.nan
        out = np.empty((1, samples))
        max_first(a, out, Workspace(np))
        assert np.isnan(out[0, 1])
        assert (np.delete(out, 1) == 1).all()


def test_a_sum_does_not_carry_nan_to_other_rows():
    a = np.ones((2, 50, 10))
    a[1, 7, 3] = np.nan
    out = np.empty((2, 50))
    sum_last(a, out, Workspace(np))
    assert np.isnan(out).sum() == 1
    assert np.nansum(out) == 990
