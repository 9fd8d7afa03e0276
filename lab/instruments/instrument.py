"""What an instrument is: a question to parameters kept, an answer computed beside the window, a plot of it.

An instrument is a module in `lab.instruments` with an object of `Instrument`'s shape, entered in
`lab.instruments.kinds`. The way of a picture: `Instrument.question` says, from what the window knows, which
runs and steps are wanted; `Instrument.answer` computes plain numbers from a `Book` of runs and parameters, in
another process (`lab.instruments.study`) or at once (`lab.instruments.direct`); `Instrument.panel` draws
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from lab.chart import ChartPanel
    from lab.instruments.book import Book
    from lab.view_options import PanelSource, ViewOptions


@dataclass(frozen=True)
class Question:
    """What is asked of the parameters that were kept.

    Attributes
    ----------
    kind
        The instrument.
    runs
        Experiment indices of the runs, in the order of the losses shown. With none nothing is asked, and the
        answer is ``()``: what is drawn was recorded.
    steps
        Steps of snapshots: the one looked at, or all of a history, ascending. A run may have none at a step;
        `Book.parameters` then gives those before it.
    choices
        (key, value) pairs that the answer depends on.
    sample
        The sample that was picked, as its row in the data set.
    history
        Whether the instrument can answer for any of the steps, the last among them, as well as for all: the
        first answers are then of few steps.
    """

    kind: str
    runs: tuple[int, ...]
    steps: tuple[int, ...]
    choices: tuple[tuple[str, str], ...] = ()
    sample: int | None = None
    history: bool = False

    @property
    def slot(self) -> tuple[object, ...]:
        """What a newer question takes the place of: the same but for the steps."""
        return (self.kind, self.runs, self.choices, self.sample)

    def choice(self, key: str, usual: str) -> str:
        """Return a choice, by default ``usual``."""
        return dict(self.choices).get(key, usual)


class Instrument(Protocol):
    """One instrument."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Return what is to be computed, or one sentence on why nothing can be shown."""

    def answer(self, question: Question, book: Book) -> Any:
        """Compute plain numbers that can be sent to another process.

        Raises
        ------
        InstrumentError
            With one sentence, where the question has no answer.
        """

    def panel(self, source: PanelSource, options: ViewOptions, answer: Any) -> ChartPanel:
        """Draw an answer; while there is none, it is ``None`` and the plot says what will be here.

        The panel's choices are there in either case.
        """


class InstrumentError(Exception):
    """A question that has no answer, in one sentence."""


class Answers(Protocol):
    """Where answers come from."""

    def ask(self, source: PanelSource, question: Question) -> Any:
        """Return the newest answer to the question, else an older one of its slot, else ``None``.

        An answer to some of the steps of a history is a `lab.instruments.filling.Partial`.

        Raises
        ------
        InstrumentError
            Where the question has no answer.
        """
