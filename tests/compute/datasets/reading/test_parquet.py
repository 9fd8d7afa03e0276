from __future__ import annotations

import datetime
import io
from collections.abc import Callable

import numpy as np
import polars
import pytest

from compute.datasets.base import Dataset
from compute.datasets.reading import parquet as parquet_reading
from compute.problems import Problem

Read = Callable[..., Dataset]
Refused = Callable[..., Problem]


def parquet(columns: dict[str, list[object]]) -> bytes:
    buffer = io.BytesIO()
    polars.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


def test_numbers_booleans_and_text(read: Read) -> None:
    data = parquet({"a": [1.5, 2.5], "b": [1, 2], "c": [True, False], "y": ["p", "q"]})
    dataset = read(data, "data.parquet")
    assert dataset.inputs.tolist() == [[1.5, 1, 1], [2.5, 2, 0]]
    assert dataset.target_names == ("p", "q")


def test_float32_and_categories(read: Read) -> None:
    frame = polars.DataFrame({"a": [1.5, 2.5], "y": ["q", "p"]}).with_columns(
        polars.col("a").cast(polars.Float32), polars.col("y").cast(polars.Categorical)
    )
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    dataset = read(buffer.getvalue(), "data.parquet")
    assert dataset.inputs.dtype == np.float64
    assert dataset.targets.tolist() == [1, 0]


def test_gaps_and_text_are_handled_as_in_csv(read: Read, refused: Refused) -> None:
    data = parquet(
        {"a": [1.5, None, float("nan"), 4.0], "s": ["u", "v", "u", "v"], "y": [0.5, 1.5, 2.5, 3.5]}
    )
    assert "row 1 has “u” under “s”, not a number" in refused(data, "data.parquet").title
    assert "row 2 has no value under “a”" in refused(data, "data.parquet", text="drop").title
    dataset = read(data, "data.parquet", text="one_hot", missing="drop")
    assert dataset.inputs.tolist() == [[1.5, 1, 0], [4, 0, 1]]


def test_dates_and_lists(read: Read, refused: Refused) -> None:
    day = datetime.date(2024, 1, 1)
    data = parquet({"a": [1.5, 2.5], "when": [day, day], "many": [[1], [2]], "y": [0.5, 1.5]})
    problem = refused(data, "data.parquet")
    assert "neither numbers nor text" in problem.title
    assert problem.remedies[0].label == "Leave out 2 columns"
    dataset = read(data, "data.parquet", text="drop")
    assert dataset.feature_names == ("a",)
    assert any("when, many" in note for note in dataset.notes)


def test_empty_narrow_and_damaged(refused: Refused) -> None:
    assert "no rows" in refused(parquet({"a": [], "y": []}), "data.parquet").title
    assert "1 column" in refused(parquet({"y": [1.0]}), "data.parquet").title
    whole = parquet({"a": [1.5, 2.5], "y": [0.5, 1.5]})
    for cut in (4, 20, len(whole) // 2, len(whole) - 1):
        assert "damaged" in refused(whole[:cut], "data.parquet").title


def test_damage_that_aborts_the_reader_ends_a_trial_process_and_not_this_one(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_reading, "_TRIAL", "import os; os.abort()")
    problem = refused(parquet({"a": [1.5, 2.5], "y": [0.5, 1.5]}), "data.parquet")
    assert problem.title == "data.parquet was not loaded: it is damaged."
    assert "ended that process" in problem.body
