"""Exponentials and logarithms against float64, at their ends and for what is no number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.compute.fast.kernels import need_numba, single

need_numba()

from compute.fast import elementary  # noqa: E402
from compute.fast.jit import loops  # noqa: E402

RNG = np.random.default_rng(0)
NEAR_ZERO = RNG.normal(size=4000) * 1e-3
ORDINARY = RNG.normal(size=4000) * 3
CASES: dict[str, tuple[Any, float]] = {
    "exp": ([RNG.uniform(-87.2, 88.6, 8000), NEAR_ZERO, ORDINARY], 1.5),
    "expm1": ([RNG.uniform(-87.2, 88.2, 8000), NEAR_ZERO, ORDINARY], 2.0),
    "log": ([np.exp(RNG.uniform(-87, 88, 8000)), 1 + NEAR_ZERO], 1.5),
    "log1p": ([np.exp(RNG.uniform(-60, 30, 8000)), RNG.uniform(-0.95, 0, 8000), NEAR_ZERO], 2.0),
    "tanh": ([RNG.uniform(-12, 12, 8000), NEAR_ZERO, ORDINARY], 3.0),
}


def mapped(function: Callable[..., Any], *arrays: Any) -> Any:
    """Call a function of numbers on every element, in a loop as kernels do."""
    if len(arrays) == 1:

        @loops
        def each(x: Any, out: Any) -> None:
            for i in range(len(x)):
                out[i] = function(x[i])

    else:

        @loops
        def each(x: Any, y: Any, out: Any) -> None:  # type: ignore[misc]
            for i in range(len(x)):
                out[i] = function(x[i], y[i])

    out = np.empty_like(arrays[0])
    each(*arrays, out)
    return out


@pytest.mark.parametrize("name", CASES)
def test_errors_are_a_few_units_in_the_last_place(name: str) -> None:
    parts, units = CASES[name]
    x = single(np.concatenate(parts))
    exact = getattr(np, name)(x.astype(np.float64))
    error = np.abs(mapped(getattr(elementary, name), x) - exact) / np.spacing(np.abs(single(exact)))
    assert error.max() < units


@pytest.mark.parametrize("name", CASES)
def test_what_is_no_number_and_both_ends(name: str) -> None:
    inside = name in ("log", "log1p")
    x = single([np.nan, np.inf, 0, 1] if inside else [np.nan, np.inf, -np.inf, 0, 200, -200])
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(mapped(getattr(elementary, name), x), getattr(np, name)(x), rtol=1e-6)


def test_logarithms_outside_their_domain() -> None:
    x = single([-1, -np.inf, 0, 1e-45])
    np.testing.assert_array_equal(mapped(elementary.log, x), single([np.nan, np.nan, -np.inf, -np.inf]))


def test_powers() -> None:
    x = single(np.concatenate([np.exp(RNG.uniform(-60, 0, 4000)), 1 - np.abs(NEAR_ZERO), [0, 0, 1, 0.5]]))
    for exponent in (0.0, 0.3, 0.5, 1.0, 2.0, 5.0, 20.0):
        found = mapped(elementary.power, x, np.full_like(x, exponent))
        exact = x.astype(np.float64) ** np.float64(np.float32(exponent))
        normal = exact > 1e-37
        np.testing.assert_allclose(found[normal], exact[normal], rtol=4e-6)
        assert (found[~normal] < 2e-37).all() and (found >= 0).all()
    assert np.isnan(mapped(elementary.power, single([np.nan]), single([2.0]))[0])


def test_sign_clip_and_positive_part_pass_nan_on() -> None:
    x = single([np.nan, -np.inf, -2, -0.5, 0, 0.5, 2, np.inf])
    np.testing.assert_array_equal(mapped(elementary.sign, x), np.sign(x))
    np.testing.assert_array_equal(mapped(elementary.positive, x), np.maximum(x, 0))
    np.testing.assert_array_equal(
        mapped(elementary.clipped, x, np.ones_like(x)), np.clip(x, np.float32(-1), np.float32(1))
    )
