"""The process that answers questions to instruments, so that nothing else waits for them."""

from __future__ import annotations

import contextlib
import importlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from lab.config import ExperimentConfig
    from lab.instruments.book import Book, Earlier
    from lab.instruments.instrument import Question

BACK = 15
"""How far it steps back behind training and window where all want the same core."""


@dataclass(frozen=True)
class Begin:
    """Look at another experiment, by what it was trained before included; what was known is forgotten."""

    config: ExperimentConfig
    earlier: Earlier = ()


@dataclass(frozen=True)
class GoOn:
    """Look at the same runs with other settings, such as other data; their parameters stay known.

    ``earlier`` is by what they were trained before, as far as it was not said.
    """

    config: ExperimentConfig
    earlier: Earlier = ()


@dataclass(frozen=True)
class Keep:
    """Parameters (P,) of a run, by step."""

    run: int
    kept: dict[int, NDArray[np.floating[Any]]]


@dataclass(frozen=True)
class Ask:
    """A question, and where its instrument is: module and name in it."""

    question: Question
    module: str
    name: str


@dataclass(frozen=True)
class Enough:
    """Leave the question under way with what there is; whatever else is sent meanwhile means the same."""


@dataclass(frozen=True)
class Answer:
    """What came of a question.

    Attributes
    ----------
    question
        It.
    numbers, words
        The answer, or ``words`` on why there is none.
    seconds
        Of processor time, so far.
    known
        Of how many steps of the question it is the answer.
    more
        Whether another one to the same question follows.
    """

    question: Question
    numbers: Any = None
    words: str = ""
    seconds: float = 0.0
    known: int = 0
    more: bool = False

    @property
    def whole(self) -> bool:
        """Whether there is no more to know."""
        return bool(self.words) or self.known >= len(self.question.steps)


def enter(connection: Connection) -> None:
    """Answer until the other end of the pipe is closed; the target of a process that was started."""
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(BACK)
    from lab.instruments.book import Book

    book: Book | None = None
    while True:
        try:
            message = connection.recv()
        except (EOFError, OSError):
            return
        if isinstance(message, Begin):
            book = Book(message.config, earlier=message.earlier)
        elif book is not None and isinstance(message, GoOn):
            book.go_on(message.config, message.earlier)
        elif book is not None and isinstance(message, Keep):
            book.add(message.run, message.kept)
        elif book is not None and isinstance(message, Ask):
            try:
                for answer in answered(message, book, connection.poll):
                    connection.send(answer)
            except (BrokenPipeError, OSError):
                return


def answered(ask: Ask, book: Book, enough: Callable[[], bool]) -> Iterator[Answer]:
    """Compute answers to a question, each of more steps, until ``enough``; what goes wrong becomes words."""
    from lab.instruments.book import book_for
    from lab.instruments.filling import filled
    from lab.instruments.instrument import InstrumentError
    from lab.problems import ProblemError

    question, began = ask.question, time.process_time()
    try:
        with np.errstate(all="ignore"):
            asked = getattr(importlib.import_module(ask.module), ask.name)
            then = book_for(question, book)
            for known, numbers in filled(question, lambda part: asked.answer(part, then)):
                more = known < len(question.steps) and not enough()
                yield Answer(question, numbers, "", time.process_time() - began, known, more)
                if not more:
                    return
    except InstrumentError as error:
        words = str(error)
    except ProblemError as error:
        words = error.problem.title
    except Exception as error:
        words = f"this could not be computed ({type(error).__name__}: {error})"
    yield Answer(question, None, words, time.process_time() - began)
