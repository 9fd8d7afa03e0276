"""Answers of instruments: at once, or from a process that is asked and never waited for."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lab.experiment_file import parse_experiment
from lab.instruments.direct import DirectAnswers
from lab.instruments.instrument import Question
from lab.instruments.kinds import INSTRUMENT_KINDS, PLACES
from lab.instruments.looking import MOST_STEPS, instrument_panel, steps_of
from lab.instruments.study import Study
from lab.instruments.study_process import Answer
from lab.outbox import Outbox
from lab.session import Session
from lab.snapshots import Snapshots
from lab.view_options import ViewOptions
from tests.lab.lessons.trained import train

PATIENCE = 240.0
"""Seconds after which it is taken never to come: the process that answers stands back behind all others."""

TOML = """
[data]
name = "moons"
samples = 60
[model]
hidden = [4]
[[losses]]
name = "cross_entropy"
[[losses]]
name = "squared_error"
[optimizer]
name = "sgd"
learning_rate = 0.1
[training]
steps = 40
evaluate_every = 10
[seeds]
count = 2
"""


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PLACES, "toy", ("tests.lab.instruments.toy", "TOY"))
    monkeypatch.setitem(INSTRUMENT_KINDS, "toy", "Toy")


@pytest.fixture(scope="module")
def session() -> Session:
    return train(parse_experiment(TOML, "toy.toml"))


@pytest.fixture
def study() -> Iterator[Study]:
    made = Study()
    yield made
    made.close()


def wait(study: Study, session: Session, options: ViewOptions) -> Any:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        panel = instrument_panel(session, "toy", options, study)
        study.advance()
        if panel.placeholder != "being computed":
            return panel
        time.sleep(0.005)
    raise AssertionError("no answer came")


def norms(session: Session, step: int) -> list[float]:
    snapshots = session.curves.snapshots
    return [float(np.linalg.norm(np.asarray(snapshots.at(run, step), np.float64))) for run in (0, 2)]


def test_the_process_answers_what_is_computed_at_once(session: Session, study: Study) -> None:
    for at in (None, 20, 0):
        options = ViewOptions(at=at)
        direct = instrument_panel(session, "toy", options, DirectAnswers())
        asked = wait(study, session, options)
        bars = asked.facets[0].layers[0]
        if at is not None:  # the slot is the same, so the newer answer may come a moment later
            while not np.allclose(bars.high, direct.facets[0].layers[0].high):
                bars = wait(study, session, options).facets[0].layers[0]
        np.testing.assert_allclose(bars.high, norms(session, 40 if at is None else at))
        np.testing.assert_allclose(direct.facets[0].layers[0].high, bars.high)


def test_an_older_answer_stays_until_the_newer_one_is_there(session: Session, study: Study) -> None:
    late = wait(study, session, ViewOptions(at=40))
    early = instrument_panel(session, "toy", ViewOptions(at=0), study)
    np.testing.assert_array_equal(early.facets[0].layers[0].high, late.facets[0].layers[0].high)


def test_a_question_without_an_answer_says_why(session: Session, study: Study) -> None:
    assert wait(study, session, ViewOptions(choices=(("what", "refuse"),))).placeholder == "it has no answer"
    broken = wait(study, session, ViewOptions(choices=(("what", "break"),)))
    assert broken.placeholder == "this could not be computed (RuntimeError: broken)"
    assert wait(study, session, ViewOptions()).facets  # the process goes on


def test_a_process_that_dies_is_started_again(session: Session, study: Study) -> None:
    dead = wait(study, session, ViewOptions(choices=(("what", "die"),)))
    assert "ended" in dead.placeholder
    assert wait(study, session, ViewOptions()).facets


def test_another_experiment_makes_answers_void(session: Session, study: Study) -> None:
    wait(study, session, ViewOptions())
    other = train(parse_experiment(TOML.replace("steps = 40", "steps = 20"), "other.toml"))
    assert instrument_panel(other, "toy", ViewOptions(), study).placeholder == "being computed"
    np.testing.assert_allclose(wait(study, other, ViewOptions()).facets[0].layers[0].high, norms(other, 20))


def test_what_is_no_longer_asked_is_not_computed(session: Session) -> None:
    now = [0.0]
    study = Study(clock=lambda: now[0])
    instrument_panel(session, "toy", ViewOptions(), study)
    assert study.busy
    now[0] = 5.0
    assert study.advance()  # who can still be seen asks again
    assert not study.busy
    assert study._process is None
    assert not study.advance()
    study.close()


def test_a_plot_that_waited_through_a_long_rest_is_answered(session: Session) -> None:
    """Nothing is redrawn when training is over, but for what `advance` says."""
    now = [0.0]
    study = Study(clock=lambda: now[0])
    options = [ViewOptions(choices=(("n", name),)) for name in ("slow", "other")]

    def redraw() -> list[str]:
        return [instrument_panel(session, "toy", one, study).placeholder for one in options]

    shown = redraw()
    study._rested_from, study._worked = 0.0, 8.0  # what went before took that long
    end = time.monotonic() + PATIENCE
    while any(shown):
        assert time.monotonic() < end, "no answer came"
        now[0] += 0.5
        if study.advance():
            shown = redraw()
        time.sleep(0.005)
    study.close()


def test_it_rests_after_work_and_longer_while_training_takes_every_core(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lab.instruments.study.usable_cores", lambda: 2)
    for crowded, rest in ((False, 1.0), (True, 11.5)):
        now = [100.0]
        study = Study(lambda crowded=crowded: crowded, lambda now=now: now[0])
        while instrument_panel(session, "toy", ViewOptions(), study).placeholder:
            study.advance()
            time.sleep(0.005)
        seconds = next(iter(study._answers.values())).seconds
        assert study.resting_until == pytest.approx(100.0 + rest * seconds)
        study.close()


def test_it_works_again_as_soon_as_training_leaves_a_core_free(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lab.instruments.study.usable_cores", lambda: 2)
    crowded = [True]
    study = Study(lambda: crowded[0], lambda: 100.0)
    study._rested_from, study._worked = 100.0, 0.5
    assert study.resting_until == 105.75
    crowded[0] = False
    assert study.resting_until == 100.5
    crowded[0] = True
    instrument_panel(session, "toy", ViewOptions(), study)  # a plot that shows nothing yet
    assert study.resting_until == 100.5
    study.close()


def test_it_hardly_rests_where_nothing_trains() -> None:
    idle = [False]
    study = Study(clock=lambda: 100.0, idle=lambda: idle[0])
    study._rested_from, study._worked = 100.0, 2.0
    assert study.resting_until == 102.0
    idle[0] = True
    assert study.resting_until == 100.2


def test_plots_that_show_nothing_yet_are_answered_first(session: Session) -> None:
    study = Study()
    ask = ViewOptions(choices=(("what", "norm"), ("n", "first")))
    wait(study, session, ask)
    instrument_panel(session, "toy", replace(ask, at=0), study)  # waits longest, but shows something
    instrument_panel(session, "toy", ViewOptions(choices=(("n", "second"),)), study)
    study._worked = 0.0
    study.advance()
    assert study._under_way is not None
    assert study._under_way.choice("n", "") == "second"
    study.close()


def test_what_takes_long_comes_after_other_plots_that_show_nothing_yet(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PLACES, "long", PLACES["toy"])
    monkeypatch.setattr("lab.instruments.study.LONG", frozenset({"long"}))

    def first_sent(*shown: Question) -> str:
        study = Study()
        study.ask(session, Question("long", (0, 2), (40,)))
        study.ask(session, Question("toy", (0, 2), (40,)))
        for question in shown:
            study._answers[question.slot] = Answer(question, (1.0, 1.0), known=1)
        study.advance()
        study.close()
        assert study._wanted == {}
        return sent[-1]

    sent: list[str] = []
    send_parameters = Study._send_parameters

    def noted(study: Study, outbox: Outbox, question: Question) -> bool:
        sent.append(question.kind)
        return send_parameters(study, outbox, question)

    monkeypatch.setattr(Study, "_send_parameters", noted)
    assert first_sent() == "toy"
    long, toy = (Question(kind, (0, 2), (0,)) for kind in ("long", "toy"))
    assert first_sent(toy) == "long"
    assert (
        first_sent(long, toy) == "long"
    )  # where all show something it need not wait for the others for ever


def test_before_the_first_evaluation_and_without_a_loss_shown_a_sentence_stands_there(
    session: Session,
) -> None:
    fresh = Session(config=parse_experiment(TOML, "toy.toml"), trainer=Silent())
    assert "first evaluation" in instrument_panel(fresh, "toy", ViewOptions()).placeholder
    hidden = ViewOptions(hidden_losses=frozenset({0, 1}))
    assert instrument_panel(session, "toy", hidden).placeholder == "every loss is hidden"


class Silent:
    alive = True

    def start(self) -> None: ...
    def send(self, command: object) -> None: ...
    def poll(self) -> list[Any]:
        return []

    def close(self) -> None: ...


def test_a_history_is_thinned_so_that_what_was_chosen_stays(session: Session) -> None:
    snapshots = Snapshots()
    source = SimpleNamespace(curves=SimpleNamespace(snapshots=snapshots))
    snapshots._steps[0] = []
    before: set[int] = set()
    for count in range(1, 1000):
        snapshots._steps[0].append(10 * (count - 1))
        steps = steps_of(source, ViewOptions(), (0,))  # type: ignore[arg-type]
        assert steps[0] == 0
        assert steps[-1] == 10 * (count - 1)
        assert len(steps) <= MOST_STEPS + 1
        new = set(steps[:-1])
        assert not before or len(new - before) <= 1 or new <= before
        before = new


def test_a_question_is_told_apart_by_its_steps_only() -> None:
    one, two = Question("toy", (0,), (1,)), Question("toy", (0,), (2,))
    assert one.slot == two.slot
    assert one != two
    assert Question("toy", (1,), (1,)).slot != one.slot


def test_other_data_of_the_same_runs_keep_the_answer_until_there_is_a_new_one(
    session: Session, study: Study
) -> None:
    wait(study, session, ViewOptions())
    sent = set(study._sent)
    data = session.run_config.data.model_copy(update={"seed": 5})
    session._run_config = session.run_config.model_copy(update={"data": data})
    try:
        assert instrument_panel(session, "toy", ViewOptions(), study).facets  # stands meanwhile
        assert study.busy
        study._worked = 0.0
        while study.busy:
            study.advance()
            time.sleep(0.002)
        assert study._sent == sent  # parameters were not sent again
        instrument_panel(session, "toy", ViewOptions(), study)
        assert not study.busy
    finally:
        session._run_config = None
        session._run_config = session.config


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="signals")
def test_a_process_that_does_not_read_is_not_waited_for(session: Session, study: Study) -> None:
    wait(study, session, ViewOptions())
    process = study._process
    assert process is not None
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)
    # more than the pipe holds, of runs that it does not know
    source = SimpleNamespace(
        run_config=session.run_config, curves=SimpleNamespace(snapshots=Snapshots()), step=9
    )
    for step in range(8):
        source.curves.snapshots.add(0, step, np.ones(100_000))
    question = Question("toy", (0,), (7,))
    # handed over at once, and nothing more before that is read
    while study._begun[0] is not source.curves:
        assert study.ask(source, question) is None  # type: ignore[arg-type]
        study.advance()
        time.sleep(0.005)
    for _ in range(20):
        study.advance()
    assert study._outbox is not None
    assert study._outbox.busy
    os.kill(process.pid, signal.SIGCONT)
    end = time.monotonic() + PATIENCE
    while study.ask(source, question) is None:  # type: ignore[arg-type]
        study.advance()
        time.sleep(0.005)
        assert time.monotonic() < end
    # nor is one that does not read when the window closes
    os.kill(process.pid, signal.SIGSTOP)
    for step in range(8, 16):
        source.curves.snapshots.add(0, step, np.ones(100_000))
    question = Question("toy", (0,), (15,))
    while not (study._outbox is not None and study._outbox.busy):
        study.ask(source, question)  # type: ignore[arg-type]
        study.advance()
        time.sleep(0.005)
        assert time.monotonic() < end
    study.close()
    assert not process.is_alive()
