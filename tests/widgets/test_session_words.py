from __future__ import annotations

import pytest

from lab.problems import Problem
from tests.widgets.fake_session import FakeSession
from widgets import session_words as words


def trained(steps: int) -> FakeSession:
    session = FakeSession(pace=steps)
    session.advance()
    session.start()
    session.advance()
    return session


@pytest.mark.parametrize(
    ("number", "noun", "expected"),
    [
        (1, "loss", "one loss"),
        (2, "loss", "two losses"),
        (3, "seed", "three seeds"),
        (12, "seed", "12 seeds"),
    ],
)
def test_counts_in_words(number: int, noun: str, expected: str) -> None:
    assert words.count_of(number, noun) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.2, "1 second"), (8.4, "8 seconds"), (89, "89 seconds"), (150, "2 minutes"), (9000, "2 hours")],
)
def test_durations_in_words(seconds: float, expected: str) -> None:
    assert words.spoken_duration(seconds) == expected


def test_a_run_is_told_as_it_stood_at_a_step() -> None:
    session = FakeSession(pace=400)
    session.diverging = {1: 150}
    session.advance()
    session.start()
    session.advance()
    session.pause()
    assert words.run_groups(session, "objective")[0].rows[1].status == "diverged"  # type: ignore[arg-type]
    then = words.run_groups(session, "objective", 100)[0].rows[1]  # type: ignore[arg-type]
    assert then.status == "running" and then.note == ""
    assert then.value == words.format_metric("objective", session.curves.value_at("objective", 1, 100))
    assert words.run_groups(session, "objective", 150)[0].rows[1].note == "step 150"  # type: ignore[arg-type]
    reached = session.curves.reached("validation_accuracy", 0, 0.95, rising=True)
    assert reached is not None
    for at, expected in ((reached - 1, "not yet"), (reached, f"step {reached}"), (None, f"step {reached}")):
        facts = words.run_facts(session, 0, at)  # type: ignore[arg-type]
        assert facts is not None
        assert dict(facts.facts)["95\u202f% reached"] == expected
        assert dict(facts.facts).get("looked at") == (None if at is None else f"step {at}")
        assert dict(facts.facts)["learning rate"] == "0.1"
    assert words.status_of(session, 100).progress == "step 400 of 1\u2009600 · looking at step 100"  # type: ignore[arg-type]


def test_the_status_says_every_state() -> None:
    session = FakeSession(pace=100)
    session.planned_steps = 0
    assert words.status_of(session).words == "Ready"  # type: ignore[arg-type]
    session.planned_steps = 1600
    session.advance()
    assert words.status_of(session).words == "Ready · 6 runs × 1\u2009600 steps"  # type: ignore[arg-type]
    session.memory = 1_200_000_000
    assert words.status_of(session).words.endswith(" steps · about 1.20 GB")  # type: ignore[arg-type]
    session.start()
    session.advance()
    running = words.status_of(session)  # type: ignore[arg-type]
    assert (running.words, running.share) == ("Running", 100 / 1600)
    assert running.speed == "2\u2009940 steps/s · 6 runs"
    for state, expected in (
        ("paused", "Paused at step 100"), ("stopped", "Stopped at step 100"),
        ("interrupted", "Interrupted at step 100, curves kept"), ("finished", "Finished in under 0.1 s"),
    ):  # fmt: skip
        session.state = state
        assert words.status_of(session).words == expected  # type: ignore[arg-type]
    for elapsed, expected in ((8.2, "Finished in 8 s"), (125.0, "Finished in 2 min 5 s"), (None, "Finished")):
        session.elapsed, session.seconds = elapsed, 5.0
        assert words.status_of(session).words == expected  # type: ignore[arg-type]
    session.complain(Problem("table.csv is empty"), data=True)
    assert words.status_of(session).words == "table.csv is empty"  # type: ignore[arg-type]
    assert words.status_of(session).level == "error"  # type: ignore[arg-type]


def test_groups_carry_mean_count_and_ends() -> None:
    session = FakeSession(pace=100)
    session.advance()
    session.diverging = {3: 10, 4: 10, 5: 10, 0: 50}
    session.start()
    session.advance()
    session.set_visible([1], False)
    first, second = words.run_groups(session, "validation_accuracy")  # type: ignore[arg-type]
    assert (first.count, first.status) == ("2 of 3", "running")
    assert first.value == first.rows[2].value
    assert (first.rows[0].status, first.rows[0].note) == ("diverged", "step 50")
    assert (second.value, second.status) == ("diverged", "diverged")
    assert [row.name for row in second.rows] == ["seed 0", "seed 1", "seed 2"]


def test_facts_say_when_the_target_was_reached() -> None:
    facts = dict(words.run_facts(trained(1600), 0).facts)  # type: ignore[arg-type, union-attr]
    assert facts["95\u202f% reached"].startswith("step ")
    assert facts["learning rate"] == "0.1"
    early = dict(words.run_facts(trained(20), 5).facts)  # type: ignore[arg-type, union-attr]
    assert early["95\u202f% reached"] == "not yet"
    assert words.run_facts(trained(20), 99) is None  # type: ignore[arg-type]


def test_the_best_metric_fits_the_task() -> None:
    session = trained(20)
    assert words.best_metric(session) == "validation_accuracy"  # type: ignore[arg-type]
    assert words.best_metric(session, "train_nll") == "train_nll"  # type: ignore[arg-type]
    assert words.best_metric(session, "validation_r2") == "validation_accuracy"  # type: ignore[arg-type]
    assert words.format_metric("validation_accuracy", float("nan")) == "–"


def test_the_question_tells_size_and_time() -> None:
    session = FakeSession()
    session.advance()
    question, text = words.question_of(session)  # type: ignore[arg-type]
    assert question == "Does cross-entropy learn faster than squared error?"
    assert text.startswith("This experiment is ready: two losses, three seeds each, on 1\u2009797 hand")
    assert "on this machine" in text


@pytest.mark.parametrize("asked", [False, True])
def test_metrics_of_the_test_part_are_offered_where_it_is_measured(asked: bool) -> None:
    session = FakeSession()
    session.edit({"training.evaluate_test": asked})
    session.advance()
    session.start()
    session.advance()
    keys = [key for key, _label in words.metric_choices(session)]
    assert ("test_accuracy" in keys) == asked
    assert "validation_ece" in keys
