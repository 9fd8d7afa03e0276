"""What is wrong with an experiment is said with its place and what would be right."""

from __future__ import annotations

import pytest

from compute.problems import Problem, ProblemError
from lab.experiment_file import (
    default_text,
    parse_experiment,
)


def refusal(text: str, source: str = "my.toml") -> Problem:
    with pytest.raises(ProblemError) as caught:
        parse_experiment(text, source)
    problem = caught.value.problem
    assert len(problem.title) <= 80
    return problem


# --- refusals ---------------------------------------------------------------------------------------
RATE = "optimizer.learning_rate"


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        ("learning_rate = 0.1", "learning_rate = 0", RATE, ["cannot be 0", "above 0"]),
        ("learning_rate = 0.1", "learning_rate = -0.1", RATE, ["cannot be -0.1", "above 0"]),
        ("learning_rate = 0.1", "learning_rate = nan", RATE, ["cannot be nan"]),
        ("learning_rate = 0.1", "learning_rate = inf", RATE, ["cannot be inf"]),
        ("learning_rate = 0.1", "learning_rate = 1e308", RATE, ["at most 1000000"]),
        ("learning_rate = 0.1", 'learning_rate = "fast"', RATE, ['"fast"', "a number"]),
        ("learning_rate = 0.1", "learnin_rate = 0.1", "optimizer.learnin_rate", ["mean learning_rate?"]),
        ("epochs = 40", "epocs = 40", "training.epocs", ["Did you mean epochs?"]),
        ("epochs = 40", "epochs = 4.5", "training.epochs", ["a whole number from 1"]),
        ("epochs = 40", "epochs = 1979-05-27", "training.epochs", ["cannot be 1979-05-27"]),
        ("train = 0.7", "train = 0.8", "data.split", ["adds up to 1.1, not 1", "train 0.8"]),
        ('"digits" ', '"digit" ', "data.name", ["Did you mean digits?", "moons"]),
        ("[32, 32]", "[32, 0]", "model.hidden.1", ["whole numbers from 1 to 4096"]),
        ("[32, 32]", "32", "model.hidden", ["cannot be 32"]),
        ('"tanh"', '"tanhh"', "model.activation", ["Did you mean tanh?"]),
        ('"brier" ', '"brie" ', "losses.1.name", ["Did you mean brier?"]),
        ("series = 2", "delta = 2", "losses.1.delta", ["not a known key of brier", "label"]),
        ("series = 1", "label_smoothing = 1.0", "losses.0.label_smoothing", ["below 1"]),
        ("[seeds]", "[sedes]", "sedes", ["Did you mean seeds?"]),
        ('"standardize"', '"standardise"', "data.preprocessing.inputs", ["mean standardize?"]),
        ("show_target = 0.95", 'target = { metric = "acuracy" }', "training.target.metric", ["train_nll"]),
        ("format = 1", 'format = "one"', "format", ["It must be 1"]),
        ('name = "Digits race"', 'name = ""', "name", ["not empty"]),
        ("count = 3", "count = 0", "seeds.count", ["from 1 to 4096"]),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_path_value_and_what_is_allowed(
    old: str, new: str, path: str, words: list[str]
) -> None:
    text = default_text().replace(old, new)
    assert text != default_text()
    problem = refusal(text)
    assert problem.where == path
    line = next(
        i for i, row in enumerate(text.splitlines(), 1) if new.split(" = ")[0].strip() in row or new in row
    )
    said = f"{problem.title} {problem.body}"
    for word in words:
        assert word in said
    assert "my.toml, line" in said
    assert path in said
    if path not in ("data.split", "name"):
        assert f"line {line}" in said


def test_a_missing_table_says_what_is_needed() -> None:
    problem = refusal("name = 'x'\n")
    assert problem.where == "data"
    assert "losses is missing" in problem.body
    assert "name is missing" in refusal("[data]\n[[losses]]\nname='brier'").title


def test_several_mistakes_are_all_said() -> None:
    text = default_text().replace("epochs = 40", "epochs = 0").replace("count = 3", "count = 0")
    problem = refusal(text)
    assert "training.epochs" in problem.title
    assert "seeds.count cannot be 0" in problem.body


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = [1,\n2\n\n[x]\n", 4), ("a = 1\nb = \n", 2), ("a = 1\na = 2\n", 2), ('x = "open\n', 1)],
)
def test_a_syntax_error_names_its_line(text: str, line: int) -> None:
    problem = refusal(text)
    assert "not valid TOML" in problem.title
    assert f"line {line}" in problem.title


def test_an_unclosed_text_at_the_end() -> None:
    assert "line 2" in refusal('a = 1\nb = """never closed').title


def test_a_newer_format_says_so() -> None:
    problem = refusal(default_text().replace("format = 1", "format = 2"))
    assert "format 2" in problem.title
    assert "newer version" in problem.body


def test_values_in_titles_are_shortened() -> None:
    problem = refusal(default_text().replace("learning_rate = 0.1", f'learning_rate = "{"x" * 500}"'))
    assert "…" in problem.title


# --- files ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 5000, "a = " + "[" * 3000 + "]" * 3000, "a = 1" + "0" * 5000, "\x00", '"a\\nb" = 1',
     "losses = 3", "losses = [1, 2]", "data = []", "[data]\nname = 3", "[data]\nname = []",
     "[[data]]\nname = 'moons'"],
    ids=range(11),
)  # fmt: skip
def test_odd_texts_are_refused_in_words(text: str) -> None:
    problem = refusal(text)
    assert "\n" not in problem.title


def test_a_wrong_value_inside_a_list_is_said_once() -> None:
    with pytest.raises(ProblemError) as caught:
        parse_experiment('[data]\nname = "moons"\n[[losses]]\nname = "huber"\ndelta = -2\n', "a.toml")
    assert "losses.0.delta" in caught.value.problem.title
    assert "Also" not in caught.value.problem.body
