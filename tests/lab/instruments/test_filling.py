"""Histories show what there is: coarse steps first, saying how many."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lab.chart import ChartLine, ChartPanel
from lab.experiment_file import parse_experiment
from lab.instruments.direct import DirectAnswers
from lab.instruments.filling import PIECE, Partial, coarse_first, filled
from lab.instruments.instrument import Question
from lab.instruments.kinds import INSTRUMENT_KINDS, PLACES
from lab.instruments.looking import COMPUTED, instrument_panel
from lab.instruments.shown import ShownAnswers
from lab.instruments.study import Study
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.instruments.test_study import TOML
from tests.lab.lessons.trained import train

PATIENCE = 240.0
"""Seconds after which it is taken never to come: the process that answers stands back behind all others."""

STEPS = 21
"""Evaluations of `session`, so many steps has a history."""
WORDS = re.compile(r"^(\d+) of (\d+) steps so far; each takes a while$")


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, place in (("slow", "slow_toy"), ("toy", "toy")):
        module, name = f"tests.lab.instruments.{place}", place.upper()
        monkeypatch.setitem(PLACES, kind, (module, name))
        monkeypatch.setitem(INSTRUMENT_KINDS, kind, kind)


@pytest.fixture(scope="module")
def session() -> Session:
    often = TOML.replace("evaluate_every = 10", "evaluate_every = 2")
    return train(parse_experiment(often.replace("squared_error", "brier"), "slow.toml"))


@pytest.fixture
def study() -> Iterator[Study]:
    made = Study()
    yield made
    made.close()


def advance(study: Study) -> bool:
    """Wait until plots are due."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if study.advance():
            return True
        time.sleep(0.002)
    raise AssertionError("nothing came")


def shown_until_whole(session: Session, study: Study, options: ViewOptions) -> list[ChartPanel]:
    """Return every panel that is drawn until the answer is whole."""
    drawn = []
    panel = instrument_panel(session, "slow", options, study)
    assert panel.placeholder == COMPUTED
    while panel.placeholder == COMPUTED or "so far" in panel.foot:
        advance(study)
        panel = instrument_panel(session, "slow", options, study)
        if not panel.placeholder:
            drawn.append(panel)
    return drawn


def lines_of(panel: ChartPanel) -> list[ChartLine]:
    return [layer for layer in panel.facets[0].layers if isinstance(layer, ChartLine)]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 17, 64, 65, 100])
def test_coarse_steps_come_first_and_none_is_left_out(count: int) -> None:
    steps = [7 * number for number in range(count)]
    order = coarse_first(steps)
    assert sorted(order) == steps
    assert order[:2] == tuple(dict.fromkeys([steps[-1], steps[0]] if count else []))
    for known in range(2, count + 1):  # gaps are at most about twice as wide as they must be
        widest = max(after - before for before, after in pairwise(sorted(order[:known])))
        assert widest <= 7 * (2 * (count - 1) / (known - 1) + 1)


def test_pieces_take_about_the_same_time_and_hold_more_and_more_steps() -> None:
    now, known_steps = [0.0], set[int]()

    def answer(question: Question) -> tuple[int, ...]:
        now[0] += 0.04 * len(set(question.steps) - known_steps)
        known_steps.update(question.steps)
        return question.steps

    steps = tuple(range(0, 650, 10))
    asked = Question("slow", (0,), steps, history=True)
    times, before = [], 0.0
    counts = []
    for known, numbers in filled(asked, answer, lambda: now[0]):
        assert len(numbers) == known
        assert numbers == tuple(sorted(numbers))
        assert numbers[-1] == 640
        times.append(now[0] - before)
        before = now[0]
        counts.append(known)
    assert counts == sorted(set(counts))
    assert counts[-1] == 65
    assert all(PIECE <= seconds < 2 * PIECE for seconds in times[:-1])
    assert now[0] == pytest.approx(0.04 * 65)  # nothing was computed twice

    counts = [known for known, _ in filled(asked, answer, lambda: now[0])]
    assert counts == [65]  # what is known is not shown in pieces again


def test_what_is_no_history_is_answered_at_once() -> None:
    asked = Question("toy", (0,), (0, 10, 20))
    assert [*filled(asked, lambda part: part.steps)] == [(3, (0, 10, 20))]
    none = Question("slow", (), (), history=True)
    assert [*filled(none, lambda part: part.steps)] == [(0, ())]


def test_a_history_fills_in_and_ends_as_what_is_computed_at_once(session: Session, study: Study) -> None:
    drawn = shown_until_whole(session, study, ViewOptions())
    direct = instrument_panel(session, "slow", ViewOptions(), DirectAnswers())
    assert len(drawn) > 3
    counts = []
    for panel in drawn[:-1]:
        words = WORDS.match(panel.foot)
        assert words is not None
        assert int(words[2]) == STEPS
        counts.append(int(words[1]))
        for part, whole in zip(lines_of(panel), lines_of(direct), strict=True):
            assert len(part.x) == counts[-1]
            assert part.x[-1] == 40
            places = np.searchsorted(whole.x, part.x)
            np.testing.assert_array_equal(whole.x[places], part.x)
            np.testing.assert_array_equal(whole.y[places], part.y)
    assert counts == sorted(set(counts))
    assert counts[0] < STEPS // 2
    assert drawn[-1].foot == direct.foot == "each takes a while"
    for part, whole in zip(lines_of(drawn[-1]), lines_of(direct), strict=True):
        np.testing.assert_array_equal(part.x, whole.x)
        np.testing.assert_array_equal(part.y, whole.y)
    assert not study.busy


def test_a_plot_that_shows_nothing_need_not_wait_until_another_is_whole(
    session: Session, study: Study
) -> None:
    panel = instrument_panel(session, "slow", ViewOptions(), study)
    while panel.placeholder == COMPUTED:
        advance(study)
        panel = instrument_panel(session, "slow", ViewOptions(), study)
    other = instrument_panel(session, "toy", ViewOptions(), study)
    while other.placeholder == COMPUTED:
        advance(study)
        other = instrument_panel(session, "toy", ViewOptions(), study)
        panel = instrument_panel(session, "slow", ViewOptions(), study)
    assert "so far" in panel.foot
    while "so far" in panel.foot:  # the first one goes on by itself
        advance(study)
        panel = instrument_panel(session, "slow", ViewOptions(), study)
    assert len(lines_of(panel)[0].x) == STEPS


def test_a_history_that_is_extended_stays_whole_while_it_is_computed_anew(
    session: Session, study: Study
) -> None:
    shown_until_whole(session, study, ViewOptions(at=36))
    panel = instrument_panel(session, "slow", ViewOptions(), study)
    while lines_of(panel)[0].x[-1] != 40:
        assert len(lines_of(panel)[0].x) == STEPS - 2
        advance(study)
        panel = instrument_panel(session, "slow", ViewOptions(), study)
    assert len(lines_of(panel)[0].x) == STEPS


def test_an_older_answer_of_few_steps_says_how_few_they_are(session: Session, study: Study) -> None:
    shown_until_whole(session, study, ViewOptions(at=4))
    panel = instrument_panel(session, "slow", ViewOptions(at=6), study)
    assert "so far" not in panel.foot  # a step or two behind is what training always is
    panel = instrument_panel(session, "slow", ViewOptions(), study)
    words = WORDS.match(panel.foot)
    assert words is not None
    assert (int(words[1]), int(words[2])) == (len(lines_of(panel)[0].x), STEPS)
    while "so far" in panel.foot:
        advance(study)
        panel = instrument_panel(session, "slow", ViewOptions(), study)
    assert len(lines_of(panel)[0].x) == STEPS


def test_other_runs_end_what_is_under_way(session: Session, study: Study) -> None:
    panel = instrument_panel(session, "slow", ViewOptions(), study)
    while panel.placeholder == COMPUTED:
        advance(study)
        panel = instrument_panel(session, "slow", ViewOptions(), study)
    other = train(parse_experiment(TOML.replace("steps = 40", "steps = 20"), "other.toml"))
    began = time.monotonic()
    assert instrument_panel(other, "toy", ViewOptions(), study).placeholder == COMPUTED
    while instrument_panel(other, "toy", ViewOptions(), study).placeholder == COMPUTED:
        study.advance()
        assert time.monotonic() < began + 30
        time.sleep(0.002)
    assert not any(answer.question.kind == "slow" for answer in study._answers.values())


def test_what_goes_wrong_in_a_later_piece_is_said(session: Session, study: Study) -> None:
    options = ViewOptions(choices=(("what", "tire"),))
    panel = instrument_panel(session, "slow", options, study)
    end = time.monotonic() + PATIENCE
    while panel.placeholder in ("", COMPUTED):
        assert time.monotonic() < end
        study.advance()
        panel = instrument_panel(session, "slow", options, study)
        time.sleep(0.002)
    assert panel.placeholder == "it is tired"


def test_figures_have_the_whole_history(session: Session) -> None:
    class Begun:
        def ask(self, source: object, question: Question) -> Partial:
            few = replace(question, steps=question.steps[-1:])
            return Partial(DirectAnswers().ask(session, few), 1, len(question.steps))

    live = instrument_panel(session, "slow", ViewOptions(), Begun())
    assert live.foot == f"1 of {STEPS} steps so far; each takes a while"
    figure = instrument_panel(session, "slow", ViewOptions(), ShownAnswers(Begun()))
    assert figure.foot == "each takes a while"
    assert len(lines_of(figure)[0].x) == STEPS


@pytest.mark.parametrize("kind", ["saturation", "factors", "noise_scale", "geometry", "update_ratio"])
def test_every_history_can_be_drawn_of_few_steps(session: Session, kind: str) -> None:
    class Begun:
        known = 1

        def ask(self, source: object, question: Question) -> Partial:
            assert question.history
            few = replace(question, steps=tuple(sorted(coarse_first(question.steps)[: self.known])))
            return Partial(DirectAnswers().ask(session, few), self.known, len(question.steps))

    whole = instrument_panel(session, kind, ViewOptions(), DirectAnswers())
    for Begun.known in (1, 2, 3, 7):
        panel = instrument_panel(session, kind, ViewOptions(), Begun())
        assert panel.foot.startswith(f"{Begun.known} of {STEPS} steps so far; ")
        assert len(panel.facets) == len(whole.facets)
        assert panel.subtitle == whole.subtitle
        assert [facet.x for facet in panel.facets] == [facet.x for facet in whole.facets]
