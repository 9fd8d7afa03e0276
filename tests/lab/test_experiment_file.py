from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from compute.datasets import DATASETS
from compute.declaration import Declaration, Parameter
from compute.losses import LOSSES
from compute.models import ACTIVATIONS, INITIALIZERS
from compute.optimizers import OPTIMIZERS, SCHEDULES
from compute.problems import Problem, ProblemError
from lab.config import ExperimentConfig
from lab.experiment_file import (
    apply_changes,
    default_experiment,
    default_text,
    dump_experiment,
    parse_experiment,
    read_experiment,
    write_experiment,
)


def refusal(text: str, source: str = "my.toml") -> Problem:
    with pytest.raises(ProblemError) as caught:
        parse_experiment(text, source)
    problem = caught.value.problem
    assert len(problem.title) <= 80
    return problem


# --- round trip -----------------------------------------------------------------------------------
def values_of(parameter: Parameter) -> st.SearchStrategy[Any]:
    if parameter.kind == "choice":
        return st.sampled_from([value for value, _ in parameter.choices])
    if parameter.kind == "bool":
        return st.booleans()
    if parameter.kind in ("text", "path"):
        return st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
    finite = st.floats(-1e6, 1e6, allow_nan=False)
    if parameter.kind == "matrix":
        return st.lists(st.lists(finite, min_size=2, max_size=2), max_size=4)
    low = parameter.low if parameter.low is not None else -1e6
    high = parameter.high if parameter.high is not None else 1e6
    if parameter.kind == "numbers":
        return st.lists(st.floats(low, high), max_size=20)
    if parameter.kind == "integers":
        return st.lists(st.integers(int(low), int(high)), max_size=20)
    if parameter.kind == "int":
        return st.integers(int(low), int(high))
    return st.floats(low, high, exclude_min=parameter.low_open, exclude_max=parameter.high_open)


def selections(
    registry: dict[str, Any], **fixed: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    def one(card: Declaration) -> st.SearchStrategy[dict[str, Any]]:
        own = {parameter.name: values_of(parameter) for parameter in card.parameters}
        return st.fixed_dictionaries({"name": st.just(card.name)}, optional={**own, **fixed})

    return st.sampled_from(list(registry.values())).flatmap(one)


positive = st.floats(1e-12, 1e6)
text = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
experiments = st.fixed_dictionaries(
    {
        "name": text.filter(bool),
        "data": selections(
            DATASETS,
            seed=st.integers(0, 2**32 - 1),
            split=st.sampled_from([{"train": 0.5, "validation": 0.25, "test": 0.25, "by_run": True}, {}]),
            label_noise=st.fixed_dictionaries({"share": st.floats(0, 1), "kind": st.just("pair_flip")}),
            outliers=st.fixed_dictionaries({"shift": st.floats(-1e3, 1e3)}),
            preprocessing=st.sampled_from([{"inputs": "unit"}, {"targets": "none"}]),
        ),
        "model": st.fixed_dictionaries(
            {},
            optional={
                "name": st.sampled_from(["linear", "mlp"]),
                "hidden": st.lists(st.integers(1, 4096), max_size=16),
                "activation": st.sampled_from(list(ACTIVATIONS)),
                "initializer": selections(INITIALIZERS),
            },
        ),
        "losses": st.lists(
            selections(LOSSES, scale=positive, learning_rate=positive, series=st.integers(0, 64), label=text),
            min_size=1,
            max_size=5,
        ),
        "optimizer": selections(
            OPTIMIZERS,
            learning_rate=positive,
            schedule=selections(SCHEDULES, warmup=st.integers(0, 1000)),
        ),
        "training": st.fixed_dictionaries(
            {},
            optional={
                "epochs": st.integers(1, 10**7),
                "steps": st.integers(1, 10**9),
                "batch_size": st.integers(1, 10**7),
                "full_batch": st.booleans(),
                "evaluate_test": st.booleans(),
                "precision": st.sampled_from(["float32", "float64"]),
                "l1": st.floats(0, 1e6),
                "clip": positive,
                "show_target": st.floats(-1e9, 1e9),
                "target": st.fixed_dictionaries({"metric": st.just("train_nll"), "value": st.floats(-9, 9)}),
                "plateau": st.fixed_dictionaries({"patience": st.integers(1, 10**6)}),
            },
        ),
        "seeds": st.fixed_dictionaries({"first": st.integers(0, 2**31), "count": st.integers(1, 4096)}),
    }
)


@settings(max_examples=60, deadline=None)
@given(experiments)
def test_what_is_written_reads_back_equal(table: dict[str, Any]) -> None:
    config = ExperimentConfig.model_validate(table)
    written = dump_experiment(config)
    assert parse_experiment(written) == config
    assert dump_experiment(config, written) == written


@settings(max_examples=40, deadline=None)
@given(experiments)
def test_updating_any_text_reads_back_equal(table: dict[str, Any]) -> None:
    config = ExperimentConfig.model_validate(table)
    assert parse_experiment(dump_experiment(config, default_text())) == config
    assert (
        parse_experiment(dump_experiment(default_experiment(), dump_experiment(config)))
        == default_experiment()
    )


def test_the_default_experiment_is_a_race_on_digits() -> None:
    config = default_experiment()
    assert config.data.name == "digits"
    assert [loss.name for loss in config.losses] == ["cross_entropy", "brier"]
    assert config.seeds.count == 3
    assert config.model.hidden == (32, 32)


# --- comments -------------------------------------------------------------------------------------
MINE = """\
# my experiment
name = "Mine"  # a name

[optimizer]
# tried 0.3 before
learning_rate = 0.1   # works
name = "sgd"

[data]
name = "moons"
noise = 0.3 # a lot

[[losses]]
name = "cross_entropy"  # first
[[losses]]
name = "brier"  # second
series = 4

[training]
epochs = 5
"""


def test_comments_order_and_what_was_left_out_stay() -> None:
    config = parse_experiment(MINE)
    assert dump_experiment(config, MINE) == MINE
    changed = apply_changes(config, {"optimizer.learning_rate": 0.3, "data.noise": 0.1})
    text = dump_experiment(changed, MINE)
    for comment in (
        "# my experiment",
        "# a name",
        "# tried 0.3 before",
        "# works",
        "# a lot",
        "# first",
        "# second",
    ):
        assert comment in text
    assert text.index("[optimizer]") < text.index("[data]") < text.index("[training]")
    assert "validation" not in text
    assert parse_experiment(text) == changed


def test_a_comment_stays_with_its_loss_when_another_is_removed() -> None:
    config = apply_changes(parse_experiment(MINE), {"losses.-": 0, "losses.+": {"name": "huber", "delta": 2}})
    text = dump_experiment(config, MINE)
    assert "# second" in text
    assert "# first" not in text
    assert parse_experiment(text) == config
    assert [loss.series for loss in config.losses] == [4, 1]


def test_keys_that_no_longer_apply_go() -> None:
    config = apply_changes(parse_experiment(MINE), {"data.name": "digits", "training.steps": 100})
    text = dump_experiment(config, MINE)
    assert "noise" not in text.replace("label_noise", "")
    assert "epochs" not in text
    assert "steps = 100" in text


def test_inline_tables_and_dotted_keys_are_updated_too() -> None:
    text = (
        'optimizer.name = "sgd"\ndata = { name = "moons" }\n'
        'losses = [{ name = "brier" }, { name = "huber" }]\n'
    )
    config = apply_changes(parse_experiment(text), {"optimizer.learning_rate": 2.0, "losses.1.delta": 3.0})
    assert parse_experiment(dump_experiment(config, text)) == config
    fewer = apply_changes(config, {"losses.0": None})
    assert parse_experiment(dump_experiment(fewer, text)) == fewer


# --- refusals -------------------------------------------------------------------------------------
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


# --- files ----------------------------------------------------------------------------------------
def file_refusal(path: Path) -> Problem:
    with pytest.raises(ProblemError) as caught:
        read_experiment(path)
    assert len(caught.value.problem.title) <= 80
    return caught.value.problem


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.toml"
    path.write_bytes(content)
    assert file_refusal(path).title == "empty.toml is empty"


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert "There is no file gone.toml" in file_refusal(tmp_path / "gone.toml").title
    assert "is a folder" in file_refusal(tmp_path).title


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.toml"
    path.write_text(default_text(), encoding="utf-8")
    path.chmod(0)
    assert "may not be read" in file_refusal(path).title


def test_a_refused_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.toml"
    path.write_text(default_text(), encoding="utf-8")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "may not be read" in file_refusal(path).title


def test_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + default_text().replace("\n", "\r\n").encode())
    assert read_experiment(path) == default_experiment()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le-with-bom", "latin-1", "gbk"])
def test_other_encodings_are_refused_with_a_way_out(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "encoded.toml"
    text = "\n\n# " + ("übung" if encoding != "gbk" else "实验") + "\n" + MINE
    raw = b"\xff\xfe" + text.encode("utf-16-le") if "bom" in encoding else text.encode(encoding)
    path.write_bytes(raw)
    problem = file_refusal(path)
    assert "UTF-8" in problem.title
    assert "Save" in problem.body
    if encoding in ("latin-1", "gbk"):
        assert "line 3" in problem.title


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "image.toml"
    path.write_bytes(bytes(range(256)) * 4)
    assert file_refusal(path).title


def test_writing_keeps_comments_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    changed = apply_changes(read_experiment(path), {"training.epochs": 6})
    write_experiment(changed, path)
    assert "# tried 0.3 before" in path.read_text(encoding="utf-8")
    assert read_experiment(path) == changed
    assert os.listdir(tmp_path) == ["mine.toml"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProblemError) as caught:
        write_experiment(default_experiment(), path)
    assert "The disk is full" in caught.value.problem.body
    assert path.read_text(encoding="utf-8") == MINE
    assert os.listdir(tmp_path) == ["mine.toml"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        write_experiment(default_experiment(), tmp_path / "file" / "x.toml")
    assert "could not be written" in caught.value.problem.title


def test_a_table_beside_the_experiment_is_found_and_stays_relative(tmp_path: Path) -> None:
    folder = tmp_path / "somewhere"
    folder.mkdir()
    (folder / "table.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    path = folder / "mine.toml"
    text = '[data]\nname = "file"\npath = "table.csv"\n\n[[losses]]\nname = "huber"\n'
    path.write_text(text, encoding="utf-8")
    config = read_experiment(path)
    assert Path(config.data.parameters["path"]) == folder / "table.csv"
    write_experiment(config, path)
    assert path.read_text(encoding="utf-8") == text
    elsewhere = tmp_path / "other.toml"
    write_experiment(config, elsewhere)
    assert read_experiment(elsewhere) == config


def test_measuring_the_test_part_is_written_only_where_it_is_asked_for() -> None:
    assert "evaluate_test" not in dump_experiment(default_experiment())
    asked = apply_changes(default_experiment(), {"training.evaluate_test": True})
    assert "evaluate_test = true" in dump_experiment(asked)


def test_the_default_text_is_canonical_toml() -> None:
    assert tomlkit.dumps(tomlkit.parse(default_text())) == default_text()


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
