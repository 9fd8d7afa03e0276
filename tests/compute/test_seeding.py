"""Streams: the same for ever, apart from each other, and untouched by what others draw."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from compute.seeding import STREAM_NAMES, stream

GOLDEN = [
    (0, "data", (), [572840072, 1073777420, 474535165]),
    (0, "split", (), [2137017016, 175190309, 2117797772]),
    (0, "initialisation", (), [2074524309, 188912289, 614494117]),
    (0, "initialisation", (1,), [2137993895, 1643561653, 1378887738]),
    (0, "initialisation", (1, 0), [1135682582, 1127168958, 1302292205]),
    (7, "batches", (3,), [508276419, 1220640342, 85095068]),
    (2**32 - 1, "corruption", (), [1862403362, 656363340, 1749713547]),
]


@pytest.mark.parametrize(("seed", "name", "keys", "numbers"), GOLDEN)
def test_streams_never_change(seed, name, keys, numbers):
    """Written experiments must give the same runs in years: NumPy guarantees PCG64 and SeedSequence."""
    assert stream(seed, name, *keys).integers(2**31, size=3).tolist() == numbers


def test_streams_do_not_depend_on_the_process():
    """Python's own hash of a string is salted by process."""
    code = "from compute.seeding import stream; print(stream(3, 'split', 1).integers(2**31))"
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": salt},
        ).stdout
        for salt in ("1", "2")
    }
    assert texts == {f"{stream(3, 'split', 1).integers(2**31)}\n"}


def test_all_streams_differ():
    uses = [
        (seed, name, *keys)
        for seed in (0, 1, 2, 2**31, 2**40)
        for name in STREAM_NAMES
        for keys in ((), (0,), (1,), (0, 0), (0, 1), (1, 0))
    ]
    firsts = {use: tuple(stream(*use).integers(2**63, size=2)) for use in uses}
    assert len(set(firsts.values())) == len(uses)


def test_streams_are_uncorrelated():
    draws = np.array([stream(seed, name).normal(size=4000) for seed in range(3) for name in STREAM_NAMES])
    correlations = np.corrcoef(draws) - np.eye(len(draws))
    assert np.abs(correlations).max() < 5 / np.sqrt(4000)


def test_neighbouring_seeds_are_uncorrelated():
    draws = np.array([stream(seed, "initialisation", 0).normal(size=2000) for seed in range(40)])
    correlations = np.corrcoef(draws)[np.triu_indices(40, 1)]
    assert abs(correlations.mean()) < 5 / np.sqrt(2000 * len(correlations))
    assert np.abs(correlations).max() < 5 / np.sqrt(2000)


def test_drawing_from_one_leaves_the_others_alone():
    split, data = stream(0, "split"), stream(0, "data")
    expected = stream(0, "split").random(5)
    data.random(1000)
    assert np.array_equal(split.random(5), expected)
    assert not np.array_equal(
        data.random(3), stream(0, "data").random(3)
    )  # it went on, and a fresh one did not


def test_the_global_generator_is_not_touched():
    state = np.random.get_state()[1].copy()  # noqa: NPY002  it is the global one that is looked at
    stream(0, "batches", 4).permutation(100)
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002


@pytest.mark.parametrize("arguments", [(-1, "data"), (0, "data", -1), (0, "data", 1, -2)])
def test_negative_numbers_are_refused(arguments):
    with pytest.raises(ValueError, match="at least 0"):
        stream(*arguments)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=r"name must be one of data, split, .* not 'dat'"):
        stream(0, "dat")  # type: ignore[arg-type]


def test_numbers_of_numpy_are_taken():
    assert stream(np.int64(3), "data", np.uint8(2)).random() == stream(3, "data", 2).random()


def test_no_two_names_share_a_number():
    pairs = itertools.combinations(STREAM_NAMES, 2)
    assert all(stream(0, one).random() != stream(0, other).random() for one, other in pairs)
