"""Filters: words, expressions, and what is said of those that cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.comparing.table_filter import Expression, Words, read_filter
from lab.comparing.table_tokens import LONGEST, FilterError
from lab.comparing.table_values import RunColumns
from tests.lab.comparing.stored_rows import experiment, run

ROWS = (
    run(0, loss=0, seed=1, rate=0.1, accuracy=0.95, starred=True, tags=("baseline", "paper")),
    run(1, loss=1, seed=2, rate=0.01, accuracy=0.85, note="Too slow"),
    run(2, loss=2, seed=3, rate=1.0, accuracy=float("nan"), status="diverged", end_step=214),
    run(3, experiment(1), loss=0, seed=1, fields={"model.hidden": "64", "loss.delta": 0.5}, name="Deep one"),
)
COLUMNS = RunColumns(ROWS)


def shown(text: str) -> list[int]:
    found = read_filter(text, COLUMNS.keys)
    assert found is not None
    return [place for place, holds in enumerate(found.holds(COLUMNS)) if holds]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ('loss.name == "brier"', [1]),
        ("loss == 'cross-ENTROPY'", [0, 3]),
        ("seed >= 2", [1, 2]),
        ("2 <= seed", [1, 2]),
        ("seed = 1", [0, 3]),
        ("last.validation_accuracy >= 0.9", [0, 3]),
        ("last.validation_accuracy ≥ 90%", [0, 3]),
        ("not last.validation_accuracy >= 0.9", [1, 2]),
        ("last.validation_accuracy == none", [2]),
        ("last.validation_accuracy != none", [0, 1, 3]),
        ("loss.delta != 0.7", [0, 1, 2, 3]),
        ("loss.delta == 0.5", [3]),
        ("training.clip > 3", []),
        ("training.clip != 3", [0, 1, 2, 3]),
        ("starred", [0]),
        ("not starred and seed == 1", [3]),
        ("starred == true", [0]),
        ("starred or status == 'diverged'", [0, 2]),
        ("seed == 1 and (starred or name == 'deep one')", [0, 3]),
        ("starred or seed == 2 and optimizer.learning_rate < 0.1", [0, 1]),
        ("0.01 < optimizer.learning_rate <= 0.1", [0, 3]),
        ("seed in (1, 3)", [0, 2, 3]),
        ("seed not in [1, 3,]", [1]),
        ("tags contains 'base'", [0]),
        ("'paper' in tags", [0]),
        ("note not contains 'slow'", [0, 2, 3]),
        ("model.hidden == '32 · 32'", [0, 1, 2]),
        ("model.hidden == 64", [3]),
        ("model.hidden >= 64", [3]),
        ("best.validation_accuracy > last.validation_accuracy", [0, 1, 3]),
        ("loss == loss.name", [2]),
        ("loss != loss.name", [0, 1, 3]),
        ('created > "1999-12-31"', [0, 1, 2, 3]),
        ('created < "1999-12-31 12:00"', []),
        ("NOT starred AND Seed == 1", [3]),
        ("note != none and seed > 0", [1]),
    ],
)
def test_expressions_let_through_what_they_say(text, places) -> None:
    assert isinstance(read_filter(text, COLUMNS.keys), Expression)
    assert shown(text) == places


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("cross-entropy", [0, 3]), ("ENTROPY digits", [0, 3]), ("too slow", [1]), ("paper", [0]),
        ("deep", [3]), ("64", [3]), ("nothing at all", []), ("diverged", [2]), ("brier digits 0", [1]),
        ("contains", []), ("in the end", []),
    ],
)  # fmt: skip
def test_words_are_looked_for_in_everything_that_is_known(text, places) -> None:
    assert isinstance(read_filter(text, COLUMNS.keys), Words)
    assert shown(text) == places


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_is_no_filter(text) -> None:
    assert read_filter(text, COLUMNS.keys) is None


@pytest.mark.parametrize(
    ("text", "start", "said"),
    [
        ("val_accuracy > 0.9", 0, "last.validation_accuracy"),
        ("seed == 1 and acuracy >= 2", 14, "no column “acuracy”"),
        ("accuracy > 0.9", 0, "Did you mean last.validation_accuracy?"),
        ("learning_rate > 0.9", 0, "Did you mean optimizer.learning_rate?"),
        ("zzzz > 0.9", 0, "chooser of columns"),
        ("seed == ", 8, "missing at the end"),
        ("seed == 1 and", 13, "missing at the end"),
        ("seed == == 1", 8, "missing before “==”"),
        ("(seed == 1", 10, "It opens at character 1"),
        ("seed == 1)", 9, "never opened"),
        ("seed == 1 starred", 10, "“and” or “or”"),
        ("seed == 1 2", 10, "does not continue"),
        ("loss == 'mae", 8, "not closed"),
        ("seed == 1 && starred", 10, "means nothing"),
        ("seed == 1x", 8, "no number"),
        ("seed in (1, 2", 13, "list is not closed"),
        ("1 == 2", 2, "two values"),
        ("1 in (1, 2)", 5, "list of values"),
        ("not 'x' and seed == 1", 4, "compared with nothing"),
        ("seed in (seed, 1)", 8, "list of values"),
        ("'a' contains 'b'", 4, "searched for a text"),
        ("seed == 1 \x07", 10, "means nothing"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text, start, said) -> None:
    with pytest.raises(FilterError) as caught:
        read_filter(text, COLUMNS.keys)
    problem = caught.value.problem
    assert caught.value.start == start
    assert problem.title.startswith(f"Character {start + 1}: ") and len(problem.title) <= 80
    assert said in str(problem)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed == 'one'", "holds numbers, not text"),
        ("starred == 'yes'", "true or false"),
        ("seed contains '1'", "holds no text"),
        ("loss < none", "neither small nor large"),
        ("loss < status", "can only be equal"),
        ("created > 'yesterday'", "no date"),
    ],
)
def test_values_that_do_not_fit_a_column_are_refused(text, said) -> None:
    found = read_filter(text, COLUMNS.keys)
    assert found is not None
    with pytest.raises(FilterError, match=said):
        found.holds(COLUMNS)


def test_deep_and_long_filters_are_refused_before_they_cost_anything() -> None:
    with pytest.raises(FilterError, match="too many brackets"):
        read_filter("(" * 500 + "seed == 1" + ")" * 500, COLUMNS.keys)
    with pytest.raises(FilterError, match="at most"):
        read_filter("seed == 1 or " * LONGEST, COLUMNS.keys)


def test_columns_of_text_and_other_values_are_compared_as_they_are_shown() -> None:
    headers = (True, False, "auto", -2, 0.5, None)
    rows = [run(0, experiment(n), fields={"data.header": header}) for n, header in enumerate(headers)]
    columns = RunColumns(rows)
    for text, places in (
        ("data.header == true", [0]), ("data.header == false", [1]), ("data.header == 'AUTO'", [2]),
        ("data.header == -2", [3]), ("data.header == 0.5", [4]), ("data.header == none", [5]),
        ("data.header contains '-'", [3]),
    ):  # fmt: skip
        found = read_filter(text, columns.keys)
        assert found is not None and found.holds(columns).nonzero()[0].tolist() == places, text


_PIECES = st.sampled_from(
    ["seed", "loss", "starred", "last.loss", "==", "<", "!=", "(", ")", "[", ",", "and", "or", "not", "in",
     "contains", "none", "true", "'a'", '"', "1", "-2e9", "50%", "é", ".", "/", "\n", "&", "created"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=12).map(" ".join) | st.text(max_size=40))
def test_whatever_is_typed_is_a_filter_or_a_problem_in_words(text) -> None:
    refused = None
    try:
        found = read_filter(text, COLUMNS.keys)
        held = None if found is None else found.holds(COLUMNS)
        assert held is None or held.shape == (len(ROWS),)
    except FilterError as error:
        refused = error
    assert refused is None or refused.problem.title.startswith(f"Character {refused.start + 1}: ")


@pytest.mark.parametrize("text", ["seed == 1", "loss contains 'x'", "starred", "nothing", "seed in (1, 2)"])
def test_filters_of_no_runs_let_nothing_through(text) -> None:
    empty = RunColumns(())
    found = read_filter(text, (*empty.keys, "seed"))
    assert found is not None and found.holds(empty).tolist() == []
