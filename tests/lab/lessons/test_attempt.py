"""A learner's way through a lesson: the answer comes first, claims as their runs end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from compute.problems import ProblemError
from lab.lesson_paths import LESSON
from lab.lessons.attempt import Attempt
from lab.lessons.claim import Claim
from lab.lessons.finding import Finding, filled
from lab.lessons.lesson import Lesson
from lab.lessons.lesson_config import part_titles
from lab.lessons.reading import TEXT, read_lesson
from lab.pool import TrainerPool

TINY_LESSON = """
number = 3
title = "Tiny"
question = "Which of two is lower?"
finding = "First {1}, then {2}."
formula = 'x^2'
references = ["A book, 1999."]
[prediction]
ask = "Which is lower?"
answers = ["The first", "The second"]
right = 2
because = "It trains longer."
[[runs]]
name = "short"
title = "Ten steps"
experiment = "tiny.toml"
[[runs]]
name = "long"
title = "Forty steps"
experiment = "tiny.toml"
change = { "training.epochs" = 40 }
[[claims]]
say = "The short run ends at {measured}"
measure = 'mean(last("short/ce", "loss"))'
low = 0
[[claims]]
say = "The long run ends at {measured}"
measure = 'mean(last("long/ce", "loss"))'
high = 0
[[presets]]
label = "Far too fast"
change = { "optimizer.learning_rate" = 5.0 }
shows = "It jumps about."
bad = true
"""
TINY = """
[data]
name = "moons"
samples = 40
[[losses]]
name = "cross_entropy"
label = "ce"
[training]
epochs = 10
[seeds]
count = 2
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Lesson:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / LESSON).write_text(TINY_LESSON, encoding="utf-8")
    (folder / TEXT).write_text("Look at **both**.", encoding="utf-8")
    (folder / "tiny.toml").write_text(TINY, encoding="utf-8")
    return read_lesson(folder)


@pytest.fixture
def attempt(tiny: Lesson) -> Iterator[Attempt]:
    made = Attempt(tiny, "cpu", lambda: TrainerPool(1))
    yield made
    made.close()


def go_on(attempt: Attempt, until: str = "") -> None:
    """Advance until nothing trains, or a run of that name does."""
    deadline = time.monotonic() + 120
    while attempt.busy and (not until or attempt.active_part != until):
        assert time.monotonic() < deadline
        attempt.advance()
        time.sleep(0.005)


def test_an_answer_comes_before_the_run(attempt: Attempt) -> None:
    with pytest.raises(ProblemError, match="answer first"):
        attempt.start()
    with pytest.raises(ProblemError, match="answer first"):
        attempt.try_preset(0)
    with pytest.raises(ValueError, match="no answer 3"):
        attempt.predict(3)
    assert not attempt.busy
    attempt.skip()
    assert attempt.committed
    attempt.predict(2)
    assert attempt.right
    assert not attempt.skipped


def test_claims_come_when_their_runs_are_through_and_say_what_was_measured(attempt: Attempt) -> None:
    attempt.predict(1)
    attempt.start()
    attempt.predict(2)
    assert attempt.answer == 1  # it cannot be changed when the run has begun
    go_on(attempt, until="long")
    first, second = attempt.findings
    assert first is not None
    assert second is None
    go_on(attempt)
    assert attempt.state == "finished"
    assert attempt.progress == 1
    for name, finding in zip(("short", "long"), attempt.findings, strict=True):
        source = attempt.sessions[name]
        lasts = [source.curves.series("loss", state.info.index)[1][-1] for state in source.runs]
        assert finding is not None
        assert finding.measured == pytest.approx(np.mean(lasts))
    assert [finding.holds for finding in attempt.findings if finding] == [True, False]


def test_a_preset_trains_beside_and_leaves_the_findings(attempt: Attempt) -> None:
    attempt.skip()
    attempt.try_preset(0)
    go_on(attempt)
    assert attempt.trial_session is not None
    assert attempt.trial_session.state == "finished"
    assert attempt.trial_session.run_config.optimizer.learning_rate == 5
    assert attempt.state == "waiting"
    assert attempt.findings == (None, None)


def test_what_is_stopped_can_be_run_again(attempt: Attempt) -> None:
    attempt.skip()
    attempt.start()
    attempt.stop()
    assert (attempt.state, attempt.busy) == ("stopped", False)
    assert not attempt.advance()
    attempt.start()
    go_on(attempt)
    assert attempt.state == "finished"


def test_numbers_are_filled_in_and_what_is_unknown_is_a_dash() -> None:
    claim = Claim(say="a", measure='mean(last("ce", "loss"))', low=0)
    found = (Finding(claim, 12.0, True), None, Finding(claim, float("nan"), False, "not recorded"))
    assert filled("{1}, {2}, {3}, {4}, {x}", found) == "12, –, –, –, {x}"


def test_runs_of_the_same_title_are_told_apart(tiny: Lesson) -> None:
    assert part_titles(tiny.config) == {"short": "Ten steps", "long": "Forty steps"}
    runs = tuple(run.model_copy(update={"title": "Same"}) for run in tiny.config.runs)
    assert part_titles(tiny.config.model_copy(update={"runs": runs})) == {
        "short": "Same",
        "long": "Same (long)",
    }
