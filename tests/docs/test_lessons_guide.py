"""The guide to lessons: its example is a lesson that can be read, and it names every key and measure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.lesson_paths import LESSON
from lab.lessons.claim import Claim
from lab.lessons.lesson_config import LessonConfig, LessonRun, LessonView, Prediction, Preset
from lab.lessons.measures import CORRELATION, NUMBERS, SHAPED, check_measure
from lab.lessons.reading import TEXT, read_lesson
from lab.lessons.run_values import OF_RUNS
from lab.lessons.seed_values import CURVES
from lab.lessons.view_values import OF_VIEWS

GUIDE = (Path(__file__).parents[2] / "docs/guide/lessons.md").read_text(encoding="utf-8")
MOONS = '[data]\nname = "moons"\n[[losses]]\nname = "cross_entropy"\nlabel = "ce"\n'


def test_the_example_is_a_lesson(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert example is not None
    (tmp_path / LESSON).write_text(example[1], encoding="utf-8")
    (tmp_path / TEXT).write_text("Read.", encoding="utf-8")
    (tmp_path / "moons.toml").write_text(MOONS, encoding="utf-8")
    lesson = read_lesson(tmp_path)
    assert [config.training.epochs for config in lesson.experiments.values()] == [10, 100]


@pytest.mark.parametrize("part", [LessonConfig, Prediction, LessonRun, LessonView, Claim, Preset])
def test_every_key_is_told(part: type[LessonConfig]) -> None:
    _, _, keys = GUIDE.partition("### Every key")
    table, _, _ = keys.partition("### Measures")
    told = set(re.findall(r"`\[*(\w+)\]*", table))
    assert set(part.model_fields) - {"prediction", "runs", "views", "claims", "presets"} <= told


def test_every_measure_is_told_and_the_examples_can_be_read() -> None:
    _, _, measures = GUIDE.partition("### Measures")
    told = set(re.findall(r"`(\w+)", measures))
    assert {*CURVES, *OF_RUNS, *OF_VIEWS, *NUMBERS, *SHAPED, CORRELATION} <= told
    for function in OF_VIEWS.values():
        for _, words in function.arguments:
            assert set(words or ()) <= told
    block = re.search(r"```\n(.*?)```", measures, re.DOTALL)
    assert block is not None
    examples = block[1].strip().splitlines()
    assert len(examples) == 2
    for example in examples:
        check_measure(example)
