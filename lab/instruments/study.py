"""Answers from a process of its own: asked by plots, one question after the other, never waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

from lab.config import ExperimentConfig
from lab.instruments.filling import Partial
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.kinds import LONG, PLACES
from lab.instruments.study_process import Answer, Ask, Begin, Enough, GoOn, Keep, enter
from lab.outbox import Outbox
from lab.shares import usable_cores
from lab.trainer import child_environment, trainer_context
from lab.view_options import PanelSource

if TYPE_CHECKING:
    from lab.instruments.book import Earlier

FRESH = 1.0
"""Seconds for which a question counts as asked: a plot that can be seen asks again sooner."""
REST, IDLE_REST = 1.0, 0.1
"""Rest after an answer, in lengths of its work; where nothing trains, only the window wants room."""
SHARE = 0.04
"""Share of the machine that answers may take while training takes every core."""
LONGEST_REST = 20.0
MOST_ANSWERS = 64
MOST_BYTES = 4 * 2**20
"""Parameters sent at a time: packing them takes a moment of the window's, too."""

Slot = tuple[object, ...]


def crowded_rest(cores: int) -> float:
    """Return the rest, in lengths of the work before, that keeps answers to their share of the machine.

    Examples
    --------
    >>> [round(crowded_rest(cores), 2) for cores in (1, 2, 4, 16)]
    [24.0, 11.5, 5.25, 1.0]
    """
    return max(REST, 1 / (SHARE * cores) - 1)


class Study:
    """Asks a process for what plots want to know, and keeps its answers.

    `ask` returns at once with what is known; `advance`, called by the window's timer, carries questions there
    and answers back. The process is started when something is asked for the first time and ends with the
    window.

    Parameters
    ----------
    crowded
        Says whether training takes every core just now.
    clock
        Seconds.
    idle
        Says whether nothing trains just now.
    """

    def __init__(
        self,
        crowded: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
        idle: Callable[[], bool] = lambda: False,
    ) -> None:
        self._crowded, self._clock, self._idle = crowded, clock, idle
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._outbox: Outbox | None = None
        self._source: PanelSource | None = None
        self._curves: object = None
        self._config: ExperimentConfig | None = None
        self._sent: set[tuple[int, int]] = set()
        self._wanted: dict[Slot, tuple[Question, float]] = {}
        self._answers: dict[Slot, Answer] = {}
        self._stale: set[Slot] = set()  # answers of the same runs before their settings were changed
        self._under_way: Question | None = None
        self._left = False  # whether what is under way was told to be enough
        self._rested_from, self._worked = float("-inf"), 0.0
        self._failure = ""
        self._begun: tuple[object, ExperimentConfig | None] = (None, None)  # what the process looks at
        self._told: Earlier = ()  # the settings that held earlier, as it knows them
        self._asked_of: object = None

    # --- asked by plots -----------------------------------------------------------------------------
    def ask(self, source: PanelSource, question: Question) -> Any:
        """Return the newest answer to the question or an older one of its slot, or ``None``.

        While there is none to all steps of a history, or an older one of less than half of them, it is a
        `Partial`.

        Raises
        ------
        InstrumentError
            Where the question has no answer, or the process cannot be started.
        """
        self._follow(source)
        if self._failure:
            raise InstrumentError(self._failure)
        slot = question.slot
        answer = self._answers.get(slot)
        if answer is None or answer.question != question or not answer.whole or slot in self._stale:
            self._wanted[slot] = question, self._clock()
        if answer is not None and answer.words:
            raise InstrumentError(answer.words)
        if answer is None:
            return None
        known, asked = answer.known, len(answer.question.steps)
        if answer.whole and question.history and 2 * known < len(question.steps):
            asked = len(question.steps)  # training has gone on: what is drawn says too little not to say so
        return answer.numbers if known >= asked else Partial(answer.numbers, known, asked)

    def _follow(self, source: PanelSource) -> None:
        """Look at a source: other runs make what is known void, other settings of the same runs stale."""
        config = source.run_config
        if self._curves is source.curves and (self._config is config or self._config == config):
            return
        if self._curves is source.curves:
            self._stale.update(self._answers)
        else:
            self._sent.clear()
            self._wanted.clear()
            self._answers.clear()
            self._stale.clear()
        self._source, self._curves, self._config = source, source.curves, config

    # --- driven by the timer ------------------------------------------------------------------------
    @property
    def busy(self) -> bool:
        """Whether there is anything to do."""
        return self._under_way is not None or bool(self._wanted)

    @property
    def resting_until(self) -> float:
        """When the next question may go out, by the clock.

        Sooner where training leaves a core free, and for a plot that shows nothing yet or not all.
        """
        empty = any(slot not in self._answers or not self._answers[slot].whole for slot in self._wanted)
        rest = IDLE_REST if self._idle() else REST
        if self._crowded() and not empty:
            rest = crowded_rest(usable_cores())
        return self._rested_from + min(LONGEST_REST, rest * self._worked)

    def advance(self) -> bool:
        """Do what is due; return whether plots are due: there is another answer, or they must ask again."""
        changed = self._take()
        if self._outbox is not None and self._outbox.busy:
            return changed  # the process has not read yet what it was sent
        if self._under_way is None and self._wanted and self._clock() >= self.resting_until:
            changed |= self._forget_old()
            self._send_next()
        elif self._under_way is not None and not self._left and self._is_enough(self._under_way):
            self._leave_question()
        return changed

    def _is_enough(self, question: Question) -> bool:
        """Whether the rest of what is under way is to wait: others show nothing, or runs are others."""
        if self._asked_of is not self._curves:
            return True
        return question.slot in self._answers and any(slot not in self._answers for slot in self._wanted)

    def _leave_question(self) -> None:
        self._left = True
        assert self._outbox is not None
        self._outbox.put(Enough())

    def _forget_old(self) -> bool:
        """Forget what was asked too long ago; return whether there was such.

        It may be a plot that is gone, or one that waited while this rested: who can be seen asks again.
        """
        now = self._clock()
        old = [slot for slot, (_, at) in self._wanted.items() if now - at > FRESH]
        for slot in old:
            del self._wanted[slot]
        return bool(old)

    def _take(self) -> bool:
        connection = self._connection
        if connection is None or self._under_way is None:
            return False
        try:
            if not connection.poll():
                return False
            answer = connection.recv()
        except (EOFError, OSError):
            self._fall("what computes this ended; it is started again when the view changes")
            return True
        asked = self._under_way
        if not answer.more:
            self._under_way = None
            self._rested_from, self._worked = self._clock(), answer.seconds
        if self._asked_of is not self._curves:  # of runs that are no longer looked at
            return False
        standing = self._answers.get(asked.slot)
        if not answer.whole and standing is not None and not standing.words and standing.known > answer.known:
            return False  # what is drawn says more
        if self._begun[1] is self._config:
            self._stale.discard(asked.slot)
        self._answers.pop(asked.slot, None)
        while len(self._answers) >= MOST_ANSWERS:
            self._answers.pop(next(iter(self._answers)))
        self._answers[asked.slot] = answer
        if answer.whole and self._wanted.get(asked.slot, (None,))[0] == asked:
            del self._wanted[asked.slot]
        return True

    def _send_next(self) -> None:
        """Send parameters that are new and, once they are all there, a question.

        Plots that show nothing yet go first, of these last what takes long; then who has waited longest.
        """
        if not self._wanted or self._source is None or not self._start():
            return
        outbox = self._outbox
        assert outbox is not None
        waiting = [slot for slot in self._wanted if slot not in self._answers]
        waiting.sort(key=lambda slot: self._wanted[slot][0].kind in LONG)
        question, _ = self._wanted[waiting[0] if waiting else next(iter(self._wanted))]
        earlier = self._source.curves.snapshots.earlier
        known = len(self._told)
        if self._begun[0] is not self._curves or earlier[:known] != self._told:
            outbox.put(Begin(self._source.run_config, earlier))
            self._sent.clear()
        elif self._begun[1] is not self._config:
            outbox.put(GoOn(self._source.run_config, earlier[known:]))
        self._begun, self._told = (self._curves, self._config), earlier
        if self._send_parameters(outbox, question):
            outbox.put(Ask(question, *PLACES[question.kind]))
            self._under_way, self._left, self._asked_of = question, False, self._curves
            # asked again, it goes to the end of the queue
            self._wanted[question.slot] = self._wanted.pop(question.slot)

    def _send_parameters(self, outbox: Outbox, question: Question) -> bool:
        """Send some of the parameters that a question needs; return whether all are there."""
        assert self._source is not None
        snapshots, room = self._source.curves.snapshots, MOST_BYTES
        for run in question.runs:
            missing: dict[int, Any] = {}
            for step in snapshots.steps(run).tolist():
                if (run, step) in self._sent:
                    continue
                values = snapshots.at(run, step)
                assert values is not None
                missing[step] = values
                self._sent.add((run, step))
                room -= values.nbytes
                if room <= 0:
                    break
            if missing:
                outbox.put(Keep(run, missing))
            if room <= 0:
                return False
        return True

    # --- the process ----------------------------------------------------------------------------------
    def _start(self) -> bool:
        """Have the process; return whether there is one."""
        if self._process is not None and self._process.is_alive():
            return True
        if self._process is not None:
            self._leave()
        context = trainer_context()
        ours, theirs = context.Pipe()
        process: BaseProcess = context.Process(  # type: ignore[attr-defined]
            target=enter, args=(theirs,), name="losslab-study", daemon=True
        )
        try:
            with child_environment():
                process.start()
        except (OSError, EOFError) as error:
            ours.close()
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self._failure = f"the process that computes this could not be started: {reason}"
            return False
        finally:
            theirs.close()
        self._process, self._connection, self._outbox = process, ours, Outbox(ours, most=0)
        self._begun, self._asked_of = (None, None), None
        return True

    def _fall(self, words: str) -> None:
        """Note that the process is gone: the question under way has no answer, the next starts it again."""
        asked, self._under_way = self._under_way, None
        if asked is not None:
            self._wanted.pop(asked.slot, None)
            self._answers[asked.slot] = Answer(asked, None, words)
        self._leave()

    def _leave(self) -> None:
        connection, process, outbox = self._connection, self._process, self._outbox
        self._connection = self._process = self._outbox = None
        self._begun = (None, None)
        if outbox is not None and process is not None and not outbox.end(0.05):
            process.kill()  # it does not read what is being written, which ends that
            outbox.end(1.0)
        if connection is not None:
            connection.close()
        if process is not None:
            process.join(0.2)
            if process.is_alive():
                process.kill()
                process.join(1.0)

    def close(self) -> None:
        """End the process."""
        self._wanted.clear()
        self._under_way = None
        self._leave()
