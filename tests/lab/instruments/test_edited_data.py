"""Runs whose points were edited while they trained: every step is looked at on the data it was trained on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.experiment_file import parse_experiment
from lab.hand_points import as_points, delete_points, move_point
from lab.instruments.book import Book, book_for
from lab.instruments.direct import DirectAnswers
from lab.instruments.frozen import Floats, FrozenRun, freeze
from lab.instruments.histories import history
from lab.instruments.influence import influence
from lab.instruments.instrument import Question
from lab.instruments.kinds import FOLLOWING, PLACES
from lab.instruments.looking import COMPUTED, instrument_panel
from lab.instruments.noise_scale import noise
from lab.instruments.registry import instrument
from lab.instruments.study import Study
from lab.pool import TrainerPool
from lab.session import Session
from lab.snapshots import Snapshots
from lab.view_options import ViewOptions

TOML = """
[data]
name = "moons"
samples = 80
[model]
hidden = [5]
[[losses]]
name = "cross_entropy"
[[losses]]
name = "brier"
[optimizer]
name = "sgd"
learning_rate = 0.1
[training]
steps = 60
evaluate_every = 10
precision = "float64"
"""
FIRST, SECOND = 25, 45
"""Updates after which points are edited: one is moved far away, then some are deleted."""


def until(session: Session, done: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not done():
        session.advance()
        assert time.monotonic() < end, (session.state, session.problem)
        time.sleep(0.002)


@pytest.fixture(scope="module")
def edited() -> tuple[Session, list[ExperimentConfig]]:
    """Return a finished session, and by what it was trained one after the other."""
    session = Session("cpu", config=parse_experiment(TOML, "edited.toml"), trainer=TrainerPool(1))
    configs = []
    try:
        session.start(pause_after=FIRST)
        until(session, lambda: session.state == "paused" and session.step == FIRST)
        configs.append(session.run_config)
        assert session.edit(as_points(session.config)) is None
        assert session.edit(move_point(session.config, 0, (9.0, -9.0)), continues=True) is None
        until(session, lambda: (9.0, -9.0) in session.run_config.data.parameters.get("inputs", ()))
        configs.append(session.run_config)
        for _ in range(SECOND - FIRST):
            step = session.step
            session.step_once()
            until(session, lambda step=step: session.state == "paused" and session.step == step + 1)  # type: ignore[misc]
        assert session.edit(delete_points(session.config, range(3, 13))) is None
        until(session, lambda: session.run_config.data.parameters["parts"][0] == 46)
        configs.append(session.run_config)
        session.resume()
        until(session, lambda: session.state == "finished")
    finally:
        session.close()
    return session, configs


def then(configs: list[ExperimentConfig], step: int) -> FrozenRun:
    """Return the first run as it was trained after so many updates."""
    return freeze(configs[(step >= FIRST) + (step >= SECOND)], (0,))[0]


def at(session: Session, run: int, step: int) -> Floats:
    return np.asarray(session.curves.snapshots.at(run, step), dtype=np.float64)


def test_what_the_runs_were_trained_by_is_kept_with_their_parameters(
    edited: tuple[Session, list[ExperimentConfig]],
) -> None:
    session, configs = edited
    assert session.curves.snapshots.earlier == ((FIRST, configs[0]), (SECOND, configs[1]))
    assert [len(then(configs, step).part("train")[0]) for step in (0, 30, 50)] == [56, 56, 46]


def test_a_history_measures_every_step_on_the_data_of_its_time(
    edited: tuple[Session, list[ExperimentConfig]],
) -> None:
    session, configs = edited
    question = instrument("noise_scale").question(session, ViewOptions())
    assert isinstance(question, Question)
    found = DirectAnswers().ask(session, question)[0]
    assert found.steps.tolist() == [0, 10, 20, 30, 40, 50, 60]
    for step, scale in zip(found.steps.tolist(), found.scales, strict=True):
        run = then(configs, step)
        inputs, targets = run.part("train")
        assert scale == pytest.approx(noise(run, inputs, targets, at(session, 0, step), len(inputs)).scale)
        now = freeze(configs[-1], (0,))[0]
        others = noise(now, *now.part("train"), at(session, 0, step), 46).scale
        assert bool(scale == pytest.approx(others)) is (step >= SECOND)


@pytest.mark.parametrize("step", [20, 40, 60])
def test_a_plot_of_one_step_is_of_the_data_of_its_time(
    edited: tuple[Session, list[ExperimentConfig]], step: int
) -> None:
    session, configs = edited
    question = instrument("calibration").question(session, ViewOptions(at=step))
    assert isinstance(question, Question)
    answers = DirectAnswers()
    answers.ask(session, question)
    assert answers._book is not None
    book = book_for(question, answers._book)
    np.testing.assert_array_equal(book.run(0).part("train")[0], then(configs, step).part("train")[0])
    np.testing.assert_array_equal(
        book.samples(0, "validation").rows, then(configs, step).samples("validation").rows
    )


def test_single_samples_are_followed_as_they_are_now(
    edited: tuple[Session, list[ExperimentConfig]],
) -> None:
    """Points that were deleted number the others anew, so that a row is a sample of the present data."""
    session, configs = edited
    now = freeze(configs[-1], (0,))[0]
    question = instrument("influence").question(session, ViewOptions(at=20))
    assert isinstance(question, Question)
    answers = DirectAnswers()
    answers.ask(session, question)
    assert answers._book is not None
    samples = book_for(question, answers._book).samples(0, "train")
    np.testing.assert_array_equal(samples.inputs, now.samples("train").inputs)
    shares = np.zeros(len(samples.rows))
    for index in question.runs:
        run = freeze(configs[-1], (index,))[index]
        shares += influence(run, *run.part("train"), at(session, index, 20)).share
    panel = instrument_panel(session, "factors", ViewOptions(at=20), answers)
    assert panel.subtitle.startswith(f"row {samples.rows[int(np.argmax(shares))]},")
    assert set(PLACES) > FOLLOWING


def test_the_process_answers_the_same_and_earlier_steps_are_not_computed_again(
    edited: tuple[Session, list[ExperimentConfig]],
) -> None:
    session, configs = edited
    study = Study()
    try:
        for config, earlier in ((configs[1], 1), (configs[2], 2)):
            source = as_of(session, config, earlier)
            check_answers(source, study)
    finally:
        study.close()


def check_answers(source: Any, study: Study) -> None:
    """Hold what the process answers against what is computed at once."""
    direct = instrument_panel(source, "noise_scale", ViewOptions(), DirectAnswers())
    panel = instrument_panel(source, "noise_scale", ViewOptions(), study)
    end = time.monotonic() + 120
    while study.busy or panel.placeholder == COMPUTED:
        assert time.monotonic() < end
        study._worked = 0.0  # no rest
        study.advance()
        panel = instrument_panel(source, "noise_scale", ViewOptions(), study)
        time.sleep(0.002)
    for asked, whole in zip(panel.facets[0].layers, direct.facets[0].layers, strict=True):
        np.testing.assert_array_equal(asked.y, whole.y)  # type: ignore[union-attr]


def as_of(session: Session, config: ExperimentConfig, earlier: int) -> Any:
    """Return the session with some of what is kept of earlier settings, as it was before later ones."""
    snapshots = session.curves.snapshots
    kept = snapshots.earlier
    names = ("runs", "curves", "summary", "field", "confusion", "step", "planned_steps", "steps_per_epoch")
    source = SimpleNamespace(run_config=config, **{name: getattr(session, name) for name in names})
    view = SimpleNamespace(
        earlier=kept[:earlier], steps=snapshots.steps, at=snapshots.at, runs=snapshots.runs,
        runs_by=snapshots.runs_by,
    )  # fmt: skip
    curves = session.curves.__dict__.setdefault("as_of", SimpleNamespace(
        ends=session.curves.ends, track=session.curves.track, infos=session.curves.infos,
    ))  # fmt: skip
    curves.snapshots = view
    source.curves = curves
    return source


def test_going_on_with_other_data_keeps_what_was_computed_before() -> None:
    first = parse_experiment(TOML, "x.toml")
    second = apply_changes(apply_changes(first, as_points(first)), {"losses.0.scale": 2.0})
    book = Book(first)
    parameters = freeze(first, (0,))[0].initial
    book.add(0, dict.fromkeys((0, 10, 20), parameters))
    asked: list[tuple[str, float]] = []

    def made(values: Floats, used: Book) -> str:
        run = used.run(0)
        asked.append((used.config.data.name, run.scale))
        return used.config.data.name

    assert history(book, 0, (0, 10, 20), ("k",), made).values == ("moons",) * 3
    assert len(asked) == 3
    book.go_on(second, ((15, first),))
    assert history(book, 0, (0, 10, 20), ("k",), made).values == ("moons", "moons", "points")
    assert asked[3:] == [("points", 2.0)]
    assert history(book.at(0), 0, (0, 10, 20), ("k",), made).values == ("moons", "moons", "points")
    assert book.as_now().at(0).config.data.name == "points"
    assert len(asked) == 4


def test_settings_without_a_snapshot_are_not_kept() -> None:
    snapshots = Snapshots()
    configs = [SimpleNamespace(number=number) for number in range(6)]
    snapshots.close_settings(0, configs[0])  # type: ignore[arg-type]  # before anything was kept
    snapshots.add(0, 0, np.zeros(1))
    snapshots.close_settings(3, configs[1])  # type: ignore[arg-type]
    snapshots.close_settings(7, configs[2])  # type: ignore[arg-type]  # while a point is dragged
    snapshots.close_settings(10, configs[3])  # type: ignore[arg-type]
    snapshots.add(0, 10, np.zeros(1))
    snapshots.close_settings(10, configs[4])  # type: ignore[arg-type]
    assert snapshots.earlier == ((3, configs[1]),)
    snapshots.close_settings(12, configs[5])  # type: ignore[arg-type]
    assert snapshots.earlier == ((3, configs[1]), (12, configs[5]))


def test_of_very_many_settings_every_other_one_is_kept() -> None:
    snapshots = Snapshots()
    for step in range(1000):
        snapshots.add(0, step, np.zeros(1))
        snapshots.close_settings(step + 1, SimpleNamespace(number=step))  # type: ignore[arg-type]
    assert 128 <= len(snapshots.earlier) <= 256
    steps = [step for step, _ in snapshots.earlier]
    assert steps == sorted(set(steps))
    assert steps[-1] == 1000
    assert all(config.number == step - 1 for step, config in snapshots.earlier)  # type: ignore[attr-defined]


def test_a_process_whose_settings_were_thinned_begins_anew(
    edited: tuple[Session, list[ExperimentConfig]],
) -> None:
    session, configs = edited
    study = Study()
    try:
        for drop in (False, True):
            source = as_of(session, configs[-1], 2)
            if drop:
                source.curves.snapshots.earlier = source.curves.snapshots.earlier[1:]
                study._stale.update(study._answers)
            check_answers(source, study)
    finally:
        study.close()


def test_a_branch_of_a_branch_is_looked_at_with_what_held_in_each_part() -> None:
    text = TOML.replace('"brier"', '"squared_error"').replace('"cross_entropy"', '"brier"', 1) + (
        '[branch]\nstep = 40\nbefore = { "losses.0.name" = "cross_entropy" }\n'
        '[branch.earlier]\nstep = 20\nbefore = { "losses.0.name" = "focal" }\n'
    )
    book = Book(parse_experiment(text, "twice.toml"))
    for start in (0, 20, 40):
        part = book.at(start)
        names = [part.at(step).config.losses[0].name for step in (0, 19, 20, 39, 40, 60)]
        assert names == ["focal", "focal", "cross_entropy", "cross_entropy", "brier", "brier"]


def test_questions_without_steps_are_answered_from_the_present() -> None:
    book = Book(parse_experiment(TOML, "x.toml"))
    assert book_for(Question("noise_scale", (0,), ()), book) is book
    assert book_for(replace(Question("influence", (0,), ()), steps=(3,)), book) is book
