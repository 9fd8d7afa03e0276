"""Lessons as files: folder and zip, and what is wrong in them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from compute.problems import ProblemError
from lab.experiment_data import prepare_data
from lab.lesson_paths import LESSON
from lab.lessons.reading import TEXT, built_in, load_lesson, pack_lesson, read_lesson
from lab.panel_views import applicable_kinds
from lab.preview import summarize

LESSON_TOML = """
number = 1
title = "Mine"
question = "Does it read?"
[[runs]]
experiment = "small.toml"
[[claims]]
say = "The loss ends at {measured}"
measure = 'median(last("ce", "loss"))'
high = 1
"""
SMALL = """
[data]
name = "moons"
[[losses]]
name = "cross_entropy"
label = "ce"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    made.mkdir()
    (made / LESSON).write_text(LESSON_TOML, encoding="utf-8")
    (made / TEXT).write_text("Read *this*.", encoding="utf-8")
    (made / "small.toml").write_text(SMALL, encoding="utf-8")
    return made


def test_the_built_in_lessons_are_in_order_and_their_findings_name_claims() -> None:
    keys = built_in()
    lessons = [load_lesson(key) for key in keys]
    numbers = [lesson.config.number for lesson in lessons]
    assert numbers == sorted(set(numbers))
    for lesson in lessons:
        assert len(lesson.text) > 200
        places = [f"{{{number + 1}}}" for number in range(len(lesson.config.claims))]
        named = [place for place in places if place in lesson.config.finding]
        assert named, lesson.key
        assert lesson.config.finding.count("{") == sum(lesson.config.finding.count(p) for p in named)
        assert lesson.config.prediction is not None
        assert lesson.config.presets
        assert load_lesson(str(lesson.config.number)).key == lesson.key


def test_a_lesson_of_ones_own_is_a_folder_its_file_or_a_zip(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine.losslesson"
    pack_lesson(folder, target)
    for path in (folder, folder / LESSON, target):
        lesson = load_lesson(str(path))
        assert (lesson.key, lesson.config.title, lesson.text) == ("mine", "Mine", "Read *this*.")
        assert lesson.experiments[""].data.name == "moons"
    with pytest.raises(ProblemError, match="exists already"):
        pack_lesson(folder, target)


def test_the_plots_of_the_built_in_lessons_suit_their_data() -> None:
    shown = set()
    for key in built_in():
        lesson = load_lesson(key)
        shown.update(lesson.config.plots)
        for experiment in lesson.experiments.values():
            summary = summarize(prepare_data(experiment))
            assert set(lesson.config.plots) <= set(applicable_kinds(summary)), key
    assert {"saturation", "influence", "landscape", "calibration", "residuals", "factors"} <= shown


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("question", "qestion"), "Did you mean question"),
        (('"ce"', '"cf"'), "no loss cf"),
        (("last", "lasst"), "Did you mean last"),
        (("high = 1", ""), "low or high"),
        (("high = 1", "high = 1\nlow = 2"), "at most high"),
        (("small.toml", "../small.toml"), "cannot be"),
        (("small.toml", "other.toml"), "no file other.toml"),
        (("number = 1", "number = 1\nformat = 9"), "format 9"),
        (("number = 1", 'number = 1\nplots = ["metric", "saturatoin"]'), "Did you mean saturation"),
        (("number = 1", 'number = 1\nplots = ["advice"]'), "kinds of plots"),
        (("number = 1", "number = "), "not valid TOML"),
        (("[[claims]]", '[[runs]]\nexperiment = "small.toml"\n[[claims]]'), "names of other runs and views"),
        (
            ("[[claims]]", '[[presets]]\nlabel = "x"\nchange = {"data.samples" = -1}\n[[claims]]'),
            "data.samples",
        ),
        (
            (
                "[[claims]]",
                '[prediction]\nask = "?"\nanswers = ["a", "b"]\nright = 3\n[[claims]]',
            ),
            "from 1 to 2",
        ),
        (
            (
                "[[claims]]",
                '[prediction]\nask = "?"\nanswers = ["a", "b"]\nright = 0\n[[claims]]',
            ),
            "from 1 to 2",
        ),
        (("small.toml", "../small.toml"), "a file in the lesson's folder"),
        (("number = 1", "number = 1\nminuets = 3"), "Did you mean minutes"),
        (("number = 1", 'number = 1\nminutes = "five"'), "a whole number from 1 to 240"),
        (("number = 1", "number = 1\nreferences = [1]"), "a list of texts"),
        (("number = 1", 'number = 1\nfinding = "It is {2}."'), "a number for each claim"),
        (("high = 1", "value = 1\nwithin = -1"), "a number of at least 0"),
        (("[[claims]]", "[[claim]]"), "claims is missing"),
        (("last", "("), "cannot be read"),
        (("number = 1", 'number = 1\nplots = ["objective"]\nlog_axes = { metric = "x" }'), "plot of curves"),
        (("number = 1", 'number = 1\nmetric = "acuracy"'), "Did you mean accuracy"),
        (("number = 1", 'number = 1\nshown = "far"'), "the name of a run or a view"),
        (
            ("number = 1", 'number = 1\nplots = ["roc"]\nmembers = ["roc"]'),
            "members cannot be .*plot of curves",
        ),
        (("number = 1", 'number = 1\nplots = ["roc"]\nlog_axes = { roc = "x" }'), "plot of curves"),
        (("number = 1", 'number = 1\nplots = ["metric"]\nlog_axes = { metric = "z" }'), "axes: x, y, xy"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, change: tuple[str, str], words: str) -> None:
    (folder / LESSON).write_text(LESSON_TOML.replace(*change), encoding="utf-8")
    with pytest.raises(ProblemError, match=words):
        read_lesson(folder)


def test_a_wrong_experiment_names_its_run(folder: Path) -> None:
    (folder / "small.toml").write_text(SMALL.replace("moons", "moon"), encoding="utf-8")
    with pytest.raises(ProblemError, match=r"In small\.toml\."):
        read_lesson(folder)


def test_missing_and_foreign_files_are_named(folder: Path, tmp_path: Path) -> None:
    (folder / TEXT).unlink()
    with pytest.raises(ProblemError, match=r"no file text\.md"):
        read_lesson(folder)
    with pytest.raises(ProblemError, match=r"There is no lesson slow_lerner.*Did you mean slow_learner"):
        load_lesson("slow_lerner")
    other = tmp_path / "picture.png"
    other.write_bytes(b"\x89PNG")
    with pytest.raises(ProblemError, match=r"picture\.png is not a lesson"):
        load_lesson(str(other))
    empty = tmp_path / "empty.losslesson"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(ProblemError, match=r"no lesson\.toml"):
        load_lesson(str(empty))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ("[[claims]]", 'change = { "training.epoch" = 5 }\n[[claims]]'),
            r"what small\.toml changes.*line 7\)",
        ),
        (('"ce"', '"cf"'), r"no loss cf.*\(lesson\.toml, line 9\)"),
        (
            ("number = 1", 'number = 1\nlocked = ["model.hiden"]'),
            r"model\.hidden\?.*\(lesson\.toml, line 3\)",
        ),
        (
            ("[[claims]]", '[[presets]]\nlabel = "x"\nrun = "far"\nchange = {}\n[[claims]]'),
            r"presets\.0\.run cannot be .*\(lesson\.toml, line 9\)",
        ),
        (
            ("[[claims]]", '[[presets]]\nlabel = "x"\nchange = {"data.samples" = -1}\n[[claims]]'),
            r"the preset “x” changes.*\(lesson\.toml, line 9\)",
        ),
        (
            ("[[runs]]", "formula = 'a = \\fraq{1}{2}'\n[[runs]]"),
            r"no command \\fraq.*\(lesson\.toml, line 5\)",
        ),
        (("[[runs]]", 'formula = "a = \\frac{1}{2}"\n[[runs]]'), r"single quotes.*\(lesson\.toml, line 5\)"),
        (("high = 1", ""), r"claims\.0\.measure .*give it value, low or high\. \(lesson\.toml, line 9\)"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(folder: Path, change: tuple[str, str], words: str) -> None:
    (folder / LESSON).write_text(LESSON_TOML.replace(*change), encoding="utf-8")
    with pytest.raises(ProblemError, match=words):
        read_lesson(folder, checked=True)
