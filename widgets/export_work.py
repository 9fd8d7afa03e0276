"""Writing that goes on beside the window, one thing at a time."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from lab.problems import Problem, ProblemError

LOG = logging.getLogger(__name__)


class ExportWork(QObject):
    """Carries out one act at a time in a thread and says how it went.

    The thread is waited for when the program ends, so that what was begun is written.
    """

    done = Signal(object)
    """What the act returned."""
    failed = Signal(object)
    """Why it did not succeed: a `Problem`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: threading.Thread | None = None
        self._working = False

    @property
    def busy(self) -> bool:
        """Whether something is being written."""
        return self._working

    def start(self, act: Callable[[], object]) -> None:
        """Begin an act that touches no widget.

        Raises
        ------
        RuntimeError
            While another is at work.
        """
        if self.busy:
            raise RuntimeError("something is being written already")
        self._working = True
        self._thread = threading.Thread(target=self._carry_out, args=(act,), name="export")
        self._thread.start()

    def wait(self) -> None:
        """Wait until nothing is being written."""
        if self._thread is not None:
            self._thread.join()

    def _carry_out(self, act: Callable[[], object]) -> None:
        try:
            signal, result = self.done, act()
        except ProblemError as error:
            signal, result = self.failed, error.problem
        except OSError as error:
            signal, result = self.failed, Problem(f"Nothing was written: {error.strerror or error}.")
        except Exception as error:
            LOG.exception("export")
            words = f"{type(error).__name__}: {error}"
            signal, result = self.failed, Problem("The export failed", f"The log has more: {words}.")
        self._working = False  # before that is heard, or the next act could be refused
        with contextlib.suppress(RuntimeError):  # the window is gone
            signal.emit(result)
