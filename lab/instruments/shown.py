"""Answers as they are on screen, so that a figure shows what the window shows."""

from __future__ import annotations

from typing import Any

from lab.instruments.filling import Partial
from lab.instruments.instrument import Answers, Question
from lab.view_options import PanelSource


class ShownAnswers:
    """Takes the answer that a plot on screen has; what it lacks is computed at once.

    Parameters
    ----------
    study
        Where the plots on screen have theirs from.
    """

    def __init__(self, study: Answers) -> None:
        self._study = study
        self._direct: Answers | None = None

    def ask(self, source: PanelSource, question: Question) -> Any:
        """Return the answer."""
        answer = self._study.ask(source, question)
        if answer is not None and not isinstance(answer, Partial):
            return answer
        if self._direct is None:
            from lab.instruments.direct import DirectAnswers  # loaded when a figure wants it

            self._direct = DirectAnswers()
        return self._direct.ask(source, question)
