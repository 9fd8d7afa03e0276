"""The program with a window: make it, show it, keep it going, end it in order."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QLibraryInfo,
    QLocale,
    QMessageLogContext,
    Qt,
    QtMsgType,
    QTranslator,
    qInstallMessageHandler,
)
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from lab.session import Session
from widgets.icons import icon
from widgets.main_window import MainWindow
from widgets.message_card import Message
from widgets.settings import Settings
from widgets.theme import LIGHT, apply_theme, theme_named

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
    """
    application = make_application()
    qInstallMessageHandler(_qt_message)
    translate_qt(application)
    settings = settings if settings is not None else Settings()
    report = ErrorReport(settings)
    with reported_errors(report):
        apply_theme(application, theme_named(settings.load().theme))
        session = Session(device)
        window = MainWindow(session, settings)
        report.say = window.say
        previous = _quit_on_signal(window)
        window.show()
        if path is not None:
            window.files.open_at_start(path)
        try:
            status = application.exec()
        finally:
            _restore_signals(previous)
            report.say = None
            session.close()
            window.end()
            application.processEvents()
    qInstallMessageHandler(None)
    return int(status)


def _quit_on_signal(window: MainWindow) -> dict[signal.Signals, object]:
    """Close in order on Ctrl+C and on a request to end; the bridge's timer lets Python see the signal."""
    previous: dict[signal.Signals, object] = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ValueError):
            previous[number] = signal.signal(number, lambda _number, _frame: window.close_unasked())
    return previous


def _restore_signals(previous: dict[signal.Signals, object]) -> None:
    for number, before in previous.items():
        with contextlib.suppress(ValueError, TypeError):
            signal.signal(number, before)  # type: ignore[arg-type]
