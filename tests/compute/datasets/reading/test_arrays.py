from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from compute.datasets.base import Dataset
from compute.problems import Problem

Read = Callable[..., Dataset]
Refused = Callable[..., Problem]

X = np.arange(12.0).reshape(6, 2)
Y = np.array([0, 1, 2, 0, 1, 2])


def npz(compressed: bool = False, **arrays: Any) -> bytes:
    buffer = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(buffer, **arrays)
    return buffer.getvalue()


def npy(array: Any, allow_pickle: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


@pytest.mark.parametrize("names", [("X", "y"), ("inputs", "targets"), ("data", "target"), ("x", "y")])
@pytest.mark.parametrize("compressed", [False, True])
def test_pairs_of_arrays(read: Read, names: tuple[str, str], compressed: bool) -> None:
    dataset = read(npz(compressed, **{names[0]: X, names[1]: Y}), "data.npz")
    assert np.array_equal(dataset.inputs, X)
    assert np.array_equal(dataset.targets, Y)
    assert dataset.task == "classification"
    assert any(f"inputs are the array “{names[0]}”" in note for note in dataset.notes)


def test_names_of_features_and_classes(read: Read) -> None:
    data = npz(X=X, y=Y, feature_names=np.array(["a", "b"]), target_names=np.array(["p", "r", "q"]))
    dataset = read(data, "data.npz")
    assert dataset.feature_names == ("a", "b")
    assert [dataset.target_names[k] for k in dataset.targets] == ["p", "r", "q", "p", "r", "q"]


def test_numbers_images_and_several_targets(read: Read) -> None:
    images = np.arange(24, dtype=np.uint8).reshape(6, 2, 2)
    dataset = read(npz(X=images, y=X), "data.npz")
    assert dataset.inputs.shape == (6, 4)
    assert np.array_equal(dataset.targets, X)
    assert dataset.target_names == ("y1", "y2")
    assert any("rows of 4 numbers" in note for note in dataset.notes)
    assert read(npz(X=X[:, 0], y=Y), "data.npz").inputs.shape == (6, 1)
    assert read(npz(X=X > 3, y=Y / 3), "data.npz").task == "regression"


def test_the_target_may_name_an_array(read: Read) -> None:
    dataset = read(npz(X=X, labels=Y, weights=np.ones(6)), "data.npz", target="labels")
    assert np.array_equal(dataset.targets, Y)
    assert np.array_equal(dataset.inputs, X)


def test_structured_and_plain_tables(read: Read) -> None:
    structured = np.array([(1.5, 2, "p"), (2.5, 3, "q")], dtype=[("a", "f8"), ("b", "i4"), ("y", "U3")])
    for data, name in ((npz(table=structured), "data.npz"), (npy(structured), "data.npy")):
        dataset = read(data, name)
        assert dataset.feature_names == ("a", "b")
        assert dataset.target_names == ("p", "q")
        assert read(data, name, target="a", text="drop").targets.tolist() == [[1.5], [2.5]]
    assert read(npy(X), "data.npy").inputs.tolist() == X[:, :1].tolist()


def test_gaps_are_told_by_row(refused: Refused) -> None:
    holes = X.copy()
    holes[3, 1] = np.nan
    problem = refused(npz(X=holes, y=Y), "data.npz")
    assert problem.title == "data.npz was not loaded: row 4 has no value under “x2”."
    assert problem.excerpt is not None
    assert problem.excerpt.rows[problem.excerpt.bad_row or 0][0] == "4"


class Bomb:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> Any:
        return (pytest.fail, ("unpickled",))


def test_pickled_objects_are_never_opened(refused: Refused) -> None:
    bomb = np.array([Bomb(), 1], dtype=object)
    inside = refused(npz(X=X[:2], y=bomb), "data.npz")
    assert inside.title == "data.npz was not loaded: its array “y” holds pickled objects."
    assert "never" in inside.body
    assert "pickled objects" in refused(npy(bomb, allow_pickle=True), "data.npy").title


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"X": X, "y": Y[:5]}, "6 inputs and 5 targets"),
        ({"X": X, "y": np.zeros((6, 2, 2))}, "targets have 3 dimensions"),
        ({"X": X, "z": Y}, "it has no X and y"),
        ({"X": X[:0], "y": Y[:0]}, "the array “X” is empty"),
        ({"X": np.float64(3), "y": Y}, "the array “X” is empty"),
        ({"X": X.astype(complex), "y": Y}, "holds complex128 values"),
        ({"X": X, "y": Y.astype("M8[s]")}, "holds datetime64"),
        ({"only": np.zeros(5)}, "the array “only” is no table"),
        ({"only": np.zeros((5, 1))}, "it has one column"),
        ({"only": np.zeros((0, 3))}, "it has no rows"),
        ({}, "it is empty"),
    ],
)
def test_arrays_that_do_not_fit(refused: Refused, arrays: dict[str, Any], words: str) -> None:
    assert words in refused(npz(**arrays), "data.npz").title


def test_damage(refused: Refused) -> None:
    whole = npz(True, X=np.random.default_rng(0).normal(size=(50, 4)), y=np.arange(50) % 2)
    for cut in (10, len(whole) // 2, len(whole) - 3):
        assert refused(whole[:cut], "data.npz").title.startswith("data.npz was not loaded: it is")
    middle = bytearray(whole)
    middle[len(whole) // 3] ^= 0xFF
    assert "damaged" in refused(bytes(middle), "data.npz").title
    assert "damaged" in refused(npy(X)[:-8], "data.npy").title


def test_an_archive_that_would_fill_the_memory(refused: Refused) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("X.npy", npy(X))
    data = bytearray(buffer.getvalue())
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = (0xFFFF_FFF0).to_bytes(4, "little")
    assert "unpacked it has 4.3 GB" in refused(bytes(data), "data.npz").title


def test_the_bytes_decide_not_the_name(read: Read) -> None:
    dataset = read(npz(X=X, y=Y), "data.csv")
    assert "the file is NPZ, whatever its name says" in dataset.notes
