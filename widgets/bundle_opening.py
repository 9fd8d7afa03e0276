"""Bundles in the window: the experiment goes into the form at once, its runs into the store beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from lab.problems import Problem, ProblemError
from widgets.export_work import ExportWork
from widgets.message_card import Message

if TYPE_CHECKING:
    from lab.session import Session
    from lab.store.store import Store

KEY = "bundle"
"""Key of the message that says what was opened."""


class BundleOpening(QObject):
    """Opens bundles.

    Parameters
    ----------
    session
        Takes the experiment.
    store
        Takes the runs; without it they stay in the bundle.
    """

    message_wanted = Signal(object)
    refused = Signal(object)
    """Why the runs could not be kept: a `Problem`."""

    def __init__(self, session: Session, store: Store | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._store = session, store
        self._message: Message | None = None
        self._work = ExportWork(self)
        self._work.done.connect(self._kept)
        self._work.failed.connect(self._not_kept)

    def open(self, path: Path) -> Problem | None:
        """Put a bundle's experiment on screen; on a problem nothing has changed."""
        from lab.bundle.opening import open_bundle

        try:
            opened = open_bundle(path)
        except ProblemError as error:
            return error.problem
        self._session.new(opened.config)
        self._message = Message(KEY, f"{path.name[:40]} holds results, too", opened.contents, "info")
        store = self._store
        if store is not None:
            self._work.wait()  # for the runs of a bundle opened just before, one moment at most
            self._work.start(lambda: opened.keep(store))
        return None

    def tell(self) -> None:
        """Say what the bundle opened last holds."""
        if self._message is not None:
            self.message_wanted.emit(self._message)

    def _kept(self, _: object) -> None:
        if self._message is not None:
            body = f"{self._message.body} They are now among the runs in Compare."
            self.message_wanted.emit(replace(self._message, body=body))

    def _not_kept(self, problem: Problem) -> None:
        self.refused.emit(
            replace(problem, title=f"The runs of the bundle were not kept: {problem.title}"[:80])
        )
