"""A figure shows the answer that is on screen, and computes one where there is none yet."""

from __future__ import annotations

from typing import Any

import pytest

from lab.experiment_file import parse_experiment
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.kinds import PLACES
from lab.instruments.shown import ShownAnswers
from lab.view_options import PanelSource, ViewOptions
from tests.lab.instruments.toy import TOY
from tests.lab.lessons.trained import train

CONFIG = """
[data]
name = "moons"
[[losses]]
name = "cross_entropy"
[training]
steps = 20
"""


class OnScreen:
    """What a study would answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[Question] = []

    def ask(self, source: PanelSource, question: Question) -> Any:
        self.asked.append(question)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_what_is_on_screen_goes_before_what_would_be_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PLACES, "toy", ("tests.lab.instruments.toy", "TOY"))
    session = train(parse_experiment(CONFIG))
    question = TOY.question(session, ViewOptions())
    assert isinstance(question, Question)
    assert ShownAnswers(OnScreen((4.0,))).ask(session, question) == (4.0,)
    screen = OnScreen(None)
    shown = ShownAnswers(screen)
    (norm,) = shown.ask(session, question)
    assert norm > 0 and screen.asked == [question]
    with pytest.raises(InstrumentError, match="no answer"):
        ShownAnswers(OnScreen(InstrumentError("it has no answer"))).ask(session, question)
