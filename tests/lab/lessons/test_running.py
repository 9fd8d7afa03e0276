"""Lessons that run: claims that hold, fail and cannot be measured."""

from __future__ import annotations

from pathlib import Path

import pytest

import lab.cli
from lab.lesson_paths import LESSON
from lab.lessons.reading import built_in, load_lesson
from lab.lessons.running import run_lesson
from tests.lab.lessons.test_reading import LESSON_TOML, folder

__all__ = ["folder"]


def test_the_command_line_prints_each_claim_with_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert lab.cli.main(["lesson", "run", "slow_learner", "--device", "cpu"]) == 0
    out = capsys.readouterr().out
    assert "below one half after 232 updates" in out
    assert out.count("pass") == 9
    assert "FAIL" not in out


def test_a_claim_that_fails_and_one_that_cannot_be_measured_end_with_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = LESSON_TOML.replace("high = 1", "low = 1000")
    text += '[[claims]]\nsay = "R"\nmeasure = \'median(last("ce", "validation_r2"))\'\nlow = 0\n'
    (folder / LESSON).write_text(text, encoding="utf-8")
    assert lab.cli.main(["lesson", "check", str(folder), "slow_learner", "--device", "cpu"]) == 1
    out = capsys.readouterr().out
    assert "FAIL  The loss ends at 0." in out
    assert "expected at least" in out
    assert "not measured: validation_r2 was not recorded" in out
    assert "1 of 2 lessons hold" in out


def test_bad_input_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert lab.cli.main(["lesson", "run", "nothing_like_it"]) == 2
    assert "There is no lesson" in capsys.readouterr().err
    assert lab.cli.main(["lesson", "check"]) == 2
    assert "name a lesson" in capsys.readouterr().err


def test_lessons_are_listed_and_packed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lab.cli.main(["lesson", "list"]) == 0
    listed = capsys.readouterr().out
    assert all(key in listed for key in built_in())
    target = tmp_path / "out.losslesson"
    assert lab.cli.main(["lesson", "pack", str(folder), "--out", str(target)]) == 0
    assert target.exists()
    assert lab.cli.main(["lesson", "pack", str(folder), "--out", str(target)]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("key", built_in())
def test_every_lesson_holds(key: str) -> None:
    attempt = run_lesson(load_lesson(key), "cpu")
    assert None not in attempt.findings
    failed = [finding for finding in attempt.findings if finding is not None and not finding.holds]
    assert not failed, [(finding.sentence, finding.measured, finding.bounds) for finding in failed]
