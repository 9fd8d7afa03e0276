"""A trainer whose experiments are all kept in the store, as they happen."""

from __future__ import annotations

import threading
import time

from compute.problems import Problem
from lab.config import ExperimentConfig
from lab.interventions import DataChanges, loss_rate_sentence, only_data, rate_sentence, settings_sentence
from lab.loss_labels import loss_labels
from lab.messages import (
    Change,
    Changed,
    Command,
    Died,
    Discard,
    Ended,
    Event,
    Failed,
    Lost,
    Paused,
    Recorded,
    Resumed,
    SetLearningRate,
    Start,
    Started,
)
from lab.session_state import Trainer
from lab.store.keeper_thread import KeeperThread
from lab.store.kept_messages import Begun, Intervened, Over, WentOn
from lab.store.records import new_id
from lab.store.rows import Role
from lab.store.store import Store

PATIENCE = 2.0
"""Seconds for which the news of an end are held back until the end is in the store."""
CLOSE_PATIENCE = 10.0


class KeepingTrainer:
    """Passes commands and events on and writes every experiment that is trained to the store.

    Keeping happens in a thread; `poll` and `send` never wait for a disk. The news that an experiment has
    ended is passed on only when the store has it, or after two seconds: who hears of it, finds it there.

    Parameters
    ----------
    inner
        The trainer.
    store
        Where experiments are kept.
    group, role
        The sweep or race that they belong to, and their part in it.

    Attributes
    ----------
    experiment_id
        Identity of the latest experiment; empty before the first.
    """

    def __init__(self, inner: Trainer, store: Store, group: str | None = None, role: Role = "") -> None:
        self._inner = inner
        self._keeper = KeeperThread(store.folder, group, role, store.tell)
        self.experiment_id = ""
        self._start: Start | None = None
        self._listening = False
        self._step = 0
        self._labels: tuple[str, ...] = ()
        self._rate = 0.0
        self._config: ExperimentConfig | None = None
        self._changes: dict[int, ExperimentConfig] = {}
        self._data_changes = DataChanges()
        self._held: list[Event] = []
        self._written: threading.Event | None = None
        self._deadline = 0.0

    @property
    def inner(self) -> Trainer:
        """The trainer that it wraps."""
        return self._inner

    @property
    def alive(self) -> bool:
        """Whether the trainer runs."""
        return self._inner.alive

    @property
    def problem(self) -> Problem | None:
        """Why the latest experiment could not be kept, or ``None``: the first such problem with it."""
        return self._keeper.problem

    def start(self) -> None:
        """Start the trainer if it does not run."""
        self._inner.start()

    def send(self, command: Command) -> None:
        """Pass a command on; never blocks."""
        if isinstance(command, Start):
            self._leave()
            self._start = command
        elif isinstance(command, Discard):
            self._leave()
        elif isinstance(command, SetLearningRate) and self._listening:
            self._note_rate(command)
        elif isinstance(command, Change) and self._listening:
            self._changes[command.request] = command.config
        self._inner.send(command)

    def _leave(self) -> None:
        """Note that the latest experiment cannot go on."""
        if self._listening:
            self._listening = False
            self._keeper.put(Over())

    def _note_rate(self, command: SetLearningRate) -> None:
        if command.loss is None:
            sentence = rate_sentence(self._rate, command.value, self._step)
            self._rate = command.value
        else:
            sentence = loss_rate_sentence(self._labels[command.loss], command.value, self._step)
        self._data_changes.interrupt()
        self._keeper.put(Intervened(sentence))

    def _note_change(self, event: Changed) -> None:
        config = self._changes.pop(event.request, None)
        if config is None or self._config is None:
            return
        self._changes = {request: c for request, c in self._changes.items() if request > event.request}
        before, self._config = self._config, config
        data = config.data.model_copy(update={"preprocessing": event.preprocessing})
        self._keeper.put(WentOn(event.step, config.model_copy(update={"data": data}), event.summary))
        self._labels = loss_labels(config)
        if only_data(before, config):
            self._keeper.put(Intervened(*self._data_changes.note(event.step)))
        else:
            self._data_changes.interrupt()
            self._keeper.put(Intervened(settings_sentence(before, config, event.step)))

    def poll(self) -> list[Event]:
        """Return what has arrived; never blocks."""
        for event in self._inner.poll():
            self._note(event)
            self._held.append(event)
        if self._written is not None:
            if not self._written.is_set() and time.monotonic() < self._deadline:
                return []
            self._written = None
        events, self._held = self._held, []
        return events

    def _note(self, event: Event) -> None:
        if isinstance(event, Started):
            if self._start is not None and event.request == self._start.request:
                self._begin(self._start, event)
        elif not self._listening:
            return
        elif isinstance(event, Recorded):
            chunk = event.chunk
            self._step = max(self._step, chunk.first_step + chunk.steps)
            self._keeper.put(event)
        elif isinstance(event, Changed):
            self._note_change(event)
        elif isinstance(event, Ended | Died) or (isinstance(event, Failed) and event.request == -1):
            self._keeper.put(event)
            self._written, self._deadline = self._keeper.mark(), time.monotonic() + PATIENCE
        elif isinstance(event, Paused | Resumed | Lost):
            self._keeper.put(event)

    def _begin(self, start: Start, event: Started) -> None:
        self._start, self._listening, self._step = None, True, 0
        self.experiment_id = new_id()
        self._config, self._changes, self._data_changes = start.config, {}, DataChanges()
        self._labels, self._rate = loss_labels(start.config), start.config.optimizer.learning_rate
        self._keeper.put(Begun(self.experiment_id, start.config, event))

    def close(self) -> None:
        """End the trainer and write what is left."""
        self._inner.close()
        self._listening = False
        self._keeper.close(CLOSE_PATIENCE)
