"""Whatever a file holds, it loads or is refused with a sentence."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compute.datasets import DATASETS, load_dataset
from compute.datasets.prepare import prepare
from compute.problems import Problem, ProblemError

CHOICES = {
    p.name: [value for value, _ in p.choices] for p in DATASETS["file"].parameters if p.kind == "choice"
}
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.sampled_from(values) for name, values in CHOICES.items()},
        "target": st.sampled_from(["", "a", "y", "b,y", "no such"]),
        "ignore": st.sampled_from(["", "a", "x1"]),
    },
)
CELL = st.one_of(
    st.floats(width=32).map(str),
    st.integers(-3, 3).map(str),
    st.sampled_from(
        ["", "NA", "inf", "1e999", "1,5", "1.234,5", "red", "é", "日本", '"', '"q"', '"a,b"', "−2", " 3 "]
    ),
    st.text(max_size=6),
)
LINES = st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=8)
SETTINGS = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def outcome(data: bytes, options: dict[str, Any]) -> Problem | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        path.write_bytes(data)
        try:
            load_dataset("file", {"path": str(path), **options})
        except ProblemError as error:
            return error.problem
        return None


def load(data: bytes, options: dict[str, Any], name: str = "data.csv") -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            dataset = load_dataset("file", {"path": str(path), **options})
        except ProblemError as error:
            problem = error.problem
            assert len(problem.title) <= 80, problem.title
            assert problem.title.endswith("."), problem.title
            assert "\n" not in problem.title + problem.body
            assert problem.where.startswith("data.")
            return
    assert dataset.samples >= 1
    assert dataset.features >= 1
    assert np.isfinite(dataset.inputs).all()
    assert len(dataset.feature_names) == dataset.features
    if dataset.task == "classification":
        assert np.array_equal(np.unique(dataset.targets), np.arange(dataset.outputs))
        assert dataset.outputs >= 2
    else:
        assert dataset.targets.shape == (dataset.samples, dataset.outputs)
        assert np.isfinite(dataset.targets).all()
    try:
        ready = prepare(dataset, seeds=(0,))
    except ProblemError:
        return
    assert np.isfinite(ready.train.inputs).all()


@SETTINGS
@given(st.binary(max_size=400), OPTIONS)
def test_any_bytes(data: bytes, options: dict[str, Any]) -> None:
    load(data, options)


@SETTINGS
@given(
    st.text(alphabet=',;|\t" \n\r019.-eaéü日', max_size=120),
    OPTIONS,
    st.sampled_from(["utf-8", "gb18030", "utf-16"]),
)
def test_any_text_of_a_table(text: str, options: dict[str, Any], encoding: str) -> None:
    load(text.encode(encoding), options)


@SETTINGS
@given(LINES, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]), OPTIONS)
def test_any_lines_of_values(lines: list[list[str]], sign: str, end: str, options: dict[str, Any]) -> None:
    text = "a,b,y".replace(",", sign) + end + end.join(sign.join(line) for line in lines)
    load(text.encode("utf-8", "surrogatepass"), options)


@SETTINGS
@given(st.data())
def test_any_damage_to_arrays(data: st.DataObject) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, X=np.arange(6.0).reshape(3, 2), y=np.array([0, 1, 1]))
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    load(bytes(content), {}, "data.npz")


# Every example is first read in a process of its own, so few are tried.
@settings(SETTINGS, max_examples=12)
@given(st.data())
def test_any_damage_to_parquet(data: st.DataObject) -> None:
    import polars

    buffer = io.BytesIO()
    polars.DataFrame({"a": [1.5, 2.5, 3.5], "y": ["p", "q", "q"]}).write_parquet(buffer)
    content = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    load(bytes(content), {}, "data.parquet")


def test_lengths_that_make_the_reader_ask_for_all_memory() -> None:
    """Two kinds of damage, found by trying many, on which polars 2.1 aborts the whole process."""
    import polars

    buffer = io.BytesIO()
    polars.DataFrame({"a": [1.5, 2.5, 3.5], "y": ["p", "q", "q"]}).write_parquet(buffer)
    for changes in ([(12, 3), (282, 12)], [(746, 14), (294, 147), (12, 69), (285, 30)]):
        content = bytearray(buffer.getvalue())
        for place, value in changes:
            content[place] = value
        load(bytes(content), {}, "data.parquet")


@SETTINGS
@given(LINES, st.sampled_from(",;\t|"), OPTIONS)
def test_every_remedy_gets_past_the_problem(
    lines: list[list[str]], sign: str, options: dict[str, Any]
) -> None:
    text = "a,b,y".replace(",", sign) + "\n" + "\n".join(sign.join(line) for line in lines)
    data = text.encode("utf-8", "replace")
    problem = outcome(data, options)
    if problem is None:
        return
    for remedy in problem.remedies:
        changed = {key.removeprefix("data."): value for key, value in remedy.changes.items()}
        after = outcome(data, {**options, **changed})
        assert after is None or (after.title, after.where) != (problem.title, problem.where), remedy
