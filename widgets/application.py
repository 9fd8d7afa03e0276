"""The program with a window: make it, show it, keep it going, end it in order."""

from __future__ import annotations

import contextlib
import gc
import logging
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QLibraryInfo,
    QLocale,
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    QTranslator,
    qInstallMessageHandler,
)
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from widgets.icons import icon
from widgets.plain_imports import plain_imports
from widgets.settings import Settings
from widgets.shell import Shell
from widgets.theme import LIGHT, apply_theme, theme_named

if TYPE_CHECKING:
    from lab.session import Session
    from widgets.main_window import MainWindow
    from widgets.message_card import Message

LOG = logging.getLogger(__name__)
QUIET_QT = ("propagateSizeHints", "QFont::setPixelSize", "qt.qpa.")


def make_application(arguments: list[str] | None = None) -> QApplication:
    """Return the one application object, made with the lab's name and high-DPI policy if there is none."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication(arguments if arguments is not None else sys.argv[:1])
    application.setApplicationName("losslab")
    application.setApplicationDisplayName("")
    application.setDesktopFileName("losslab")
    application.setWindowIcon(icon("logo", LIGHT, 64, "text"))
    return application


class ErrorReport:
    """Turns an unexpected error in a slot into a message, so that the program goes on.

    Parameters
    ----------
    settings
        Where the log is kept.
    say
        Shows a message; ``None`` until there is a window.
    """

    def __init__(self, settings: Settings, say: Callable[[Message], None] | None = None) -> None:
        self._settings = settings
        self.say = say
        self._seen: set[str] = set()
        self._busy = False

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Log the error and show one message for each place where errors come from."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        frames = traceback.extract_tb(trace)
        place = f"{kind.__name__} {frames[-1].filename}:{frames[-1].lineno}" if frames else kind.__name__
        if place in self._seen:
            return
        self._seen.add(place)
        path = self._settings.append_log(text)
        print(text, file=sys.stderr)
        if self.say is None or self._busy:
            return
        self._busy = True
        try:
            from widgets.message_card import Message

            where = f" The details are in {path}." if path is not None else ""
            what = f"{kind.__name__}: {error}".strip().rstrip(".")
            self.say(
                Message(
                    "unexpected",
                    "Something in Loss Lab went wrong; it goes on",
                    f"{what[:300]}. Your experiment and its curves are kept.{where}",
                )
            )
        except Exception:
            LOG.exception("an error could not be shown")
        finally:
            self._busy = False


@contextlib.contextmanager
def reported_errors(report: ErrorReport) -> Iterator[None]:
    """Send unexpected errors to a report while the window lives."""
    before = sys.excepthook
    sys.excepthook = report
    try:
        yield
    finally:
        sys.excepthook = before


def _qt_message(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Keep Qt's chatter out of the terminal; pass on what is serious."""
    if any(word in text for word in QUIET_QT) and kind != QtMsgType.QtFatalMsg:
        return
    level = {QtMsgType.QtWarningMsg: logging.WARNING, QtMsgType.QtCriticalMsg: logging.ERROR}
    logging.getLogger("qt").log(level.get(kind, logging.DEBUG), text)


def translate_qt(application: QApplication) -> None:
    """Have Qt's own words (file dialogs) in English, as the rest of the window."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load("qtbase_en", folder):
        application.installTranslator(translator)


class Opening(QObject):
    """Fills the shell once it has been seen: what the window needs takes longer to load than to show.

    Parameters
    ----------
    shell
        The empty window.
    path, device, settings, report
        As for `run`.

    Attributes
    ----------
    session, window
        What was made, ``None`` until then.
    error
        Why it could not be made, or ``None``; the application has been told to end then.
    """

    def __init__(
        self, shell: Shell, path: Path | None, device: str, settings: Settings, report: ErrorReport
    ) -> None:
        super().__init__(shell)
        self._shell, self._path, self._device = shell, path, device
        self._settings, self._report = settings, report
        self.session: Session | None = None
        self.window: MainWindow | None = None
        self.error: Exception | None = None
        # queued: the shell's picture reaches the screen first
        shell.painted.connect(self.fill, Qt.ConnectionType.QueuedConnection)

    def fill(self) -> None:
        """Load and make everything."""
        # nothing of what is made now can be let go: the collector would look through it in vain
        gc.disable()
        try:
            # before pydantic, whose typing_extensions makes the types that NumPy declares slower to make
            import numpy  # noqa: F401

            from lab.pool import TrainerPool
            from lab.session import Session
            from lab.store.keeping import KeepingTrainer
            from lab.store.store import Store
            from widgets.main_window import MainWindow
            from widgets.taking_in import take_at_start

            store = Store()
            self.session = Session(self._device, trainer=KeepingTrainer(TrainerPool(), store))
            window = MainWindow(self.session, self._settings, parent=self._shell, store=store)
            self.window = window
            self._report.say = window.say
            self._shell.fill(window)
            if self._path is not None:
                take_at_start(window, self._path)
            else:
                window.show_again()
        except Exception as error:
            self.error = error
            QApplication.exit(1)
        finally:
            # it stays until the end, so no collection has to look through it: the first took 50 ms
            gc.freeze()
            gc.enable()

    def end(self) -> None:
        """Let go of everything."""
        gc.unfreeze()
        self._report.say = None
        if self.session is not None:
            self.session.close()
        if self.window is not None:
            self.window.end()


def run(path: Path | None = None, device: str = "auto", settings: Settings | None = None) -> int:
    """Show the window until it is closed.

    Parameters
    ----------
    path
        Experiment to open, or ``None`` for what was on screen last time.
    device
        ``"auto"``, ``"cpu"`` or ``"gpu"``.
    settings
        Where things are remembered; the user's own folder by default.

    Returns
    -------
    int
        The exit status.

    Raises
    ------
    Exception
        Whatever kept the window from being made.
    """
    application = make_application()
    qInstallMessageHandler(_qt_message)
    translate_qt(application)
    settings = settings if settings is not None else Settings()
    report = ErrorReport(settings)
    with reported_errors(report), plain_imports():
        state = settings.load()
        theme = theme_named(state.theme)
        apply_theme(application, theme)
        shell = Shell(theme, state.geometry)
        opening = Opening(shell, path, device, settings, report)
        previous = _quit_on_signal(opening)
        shell.show()
        try:
            status = application.exec()
        finally:
            _restore_signals(previous)
            opening.end()
            shell.deleteLater()
            application.processEvents()
    qInstallMessageHandler(None)
    if opening.error is not None:
        raise opening.error
    return int(status)


def _quit_on_signal(opening: Opening) -> dict[signal.Signals, object]:
    """Close in order on Ctrl+C and on a request to end; the bridge's timer lets Python see the signal."""

    def close(_number: int, _frame: object) -> None:
        if opening.window is None:
            QApplication.quit()
        else:
            opening.window.close_unasked()

    previous: dict[signal.Signals, object] = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ValueError):
            previous[number] = signal.signal(number, close)
    return previous


def _restore_signals(previous: dict[signal.Signals, object]) -> None:
    for number, before in previous.items():
        with contextlib.suppress(ValueError, TypeError):
            signal.signal(number, before)  # type: ignore[arg-type]
