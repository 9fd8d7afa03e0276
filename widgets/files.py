"""Files of experiments: open, save, recent ones, unsaved changes, what is dropped on the window, autosave."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from lab.bundle.ending import is_bundle
from lab.experiment_file import dump_experiment, parse_experiment
from lab.problems import Problem, ProblemError
from widgets.message_card import Choice, Message
from widgets.settings import Settings, WindowState, with_recent

if TYPE_CHECKING:
    from lab.config import ExperimentConfig
    from lab.session import Session

LOG = logging.getLogger(__name__)
EXPERIMENT_FILTER = "Experiments (*.toml *.losslab);;All files (*)"
DATA_FILTER = "Tables (*.csv *.tsv *.txt *.parquet *.npz);;All files (*)"
DATA_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".parquet", ".pq", ".npz"})
UNSAVED = "unsaved"
"""Key of the message that asks what becomes of unsaved changes."""


def dropped_path(mime: QMimeData) -> Path | None:
    """Return the one local file of a drag, or ``None``."""
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    return paths[0] if len(paths) == 1 else None


def stem_of(name: str) -> str:
    """Return a file name without ending for an experiment's name.

    >>> stem_of("Digits race: 2"), stem_of("…")
    ('digits-race-2', 'experiment')
    """
    words = "".join(c if c.isalnum() else " " for c in name.lower()).split()
    return "-".join(words)[:80] or "experiment"


def not_opened(name: str, problem: Problem) -> Problem:
    """Say of which file a problem is; its place and ways out are those of a file that is not on screen."""
    title = problem.title
    if name not in title:
        title = f"{name} was not opened: {title}"
    return replace(problem, title=title, body=problem.body.replace(f" ({name})", ""), where="", remedies=())


class Files(QObject):
    """What the window does with files.

    Parameters
    ----------
    session
        The session whose experiment is read and written.
    settings
        Where recent files and the autosaved experiment are kept.
    window
        Parent of file dialogs.
    """

    state_changed = Signal()
    """Recent files, path or edited mark changed."""
    message_wanted = Signal(object)
    message_done = Signal(str)
    """The message with this key is no longer needed."""
    refused = Signal(object)
    """A `Problem` with a file."""
    bundle_opened = Signal(object)
    """Path of the bundle whose experiment was opened."""
    opened = Signal()
    """Another experiment is on screen."""

    def __init__(self, session: Session, settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window
        self._then: Callable[[], None] | None = None
        self._saved_config: ExperimentConfig | None = None
        self.recent: tuple[str, ...] = ()

    # --- opening and saving -----------------------------------------------------------------------
    def new(self) -> None:
        """Begin with the built-in experiment, after asking for unsaved changes."""
        self.guarded("Save the changes before starting a new experiment?", self._new)

    def _new(self) -> None:
        self._session.new()
        self.opened.emit()
        self.state_changed.emit()

    def choose(self) -> None:
        """Let a person choose an experiment."""
        self._dialog("Open experiment", EXPERIMENT_FILTER, self._start_folder(), self.open)

    def open(self, path: Path | str) -> None:
        """Open an experiment, after asking for unsaved changes."""
        path = Path(path)
        self.guarded(f"Save the changes before opening {path.name}?", lambda: self._open(path))

    def open_at_start(self, path: Path) -> None:
        """Open the file the program was started with; what was on screen last time is in the autosave."""
        if path.suffix.lower() in DATA_SUFFIXES:
            self.load_data(path.absolute())
        else:
            self.open(path.absolute())

    def _open(self, path: Path) -> None:
        problem = self._session.open(path)
        if problem is not None:
            self.refused.emit(not_opened(path.name, problem))
            return
        self._remember(path)
        self.opened.emit()
        if is_bundle(path):
            self.bundle_opened.emit(path)

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save to the experiment's file, or ask for one."""
        if self._session.path is None:
            self.save_as(then)
        else:
            self._save(self._session.path, then)

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a file and save to it."""
        start = self._start_folder() / f"{stem_of(self._session.config.name)}.toml"
        dialog = QFileDialog(self._window, "Save experiment", str(start))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(EXPERIMENT_FILTER)
        dialog.setDefaultSuffix("toml")
        self._run_dialog(dialog, lambda path: self._save(path, then))

    def _save(self, path: Path, then: Callable[[], None] | None = None) -> None:
        problem = self._session.save(path)
        if problem is not None:
            self.refused.emit(problem)
            return
        self._remember(path)
        if then is not None:
            then()

    def choose_data(self) -> None:
        """Let a person choose a table of their own."""
        self._dialog("Load data", DATA_FILTER, self._start_folder(), self.load_data)

    def load_data(self, path: Path | str) -> None:
        """Make a table the experiment's data set."""
        problem = self._session.edit({"data.name": "file", "data.path": str(path)})
        if problem is not None:
            self.refused.emit(problem)

    def drop(self, path: Path) -> None:
        """Open a dropped experiment; take a dropped table as data."""
        suffix = path.suffix.lower()
        if suffix in (".toml", ".losslab"):
            self.open(path)
        elif suffix in DATA_SUFFIXES or path.is_dir():
            self.load_data(path)
        else:
            self.refused.emit(
                Problem(
                    f"{path.name[:40]} is neither an experiment nor a table",
                    "Drop a .toml experiment, a .losslab bundle, or data as "
                    ".csv, .tsv, .txt, .parquet or .npz.",
                )
            )

    # --- unsaved changes --------------------------------------------------------------------------
    def guarded(self, question: str, act: Callable[[], None]) -> None:
        """Do something that replaces the experiment; ask first where changes would be lost."""
        if not self._session.edited:
            self.withdraw()
            act()
            return
        self._then = act
        where = self._session.path.name if self._session.path is not None else "not saved to a file yet"
        self.message_wanted.emit(
            Message(
                UNSAVED,
                question,
                f"“{self._session.config.name}” ({where}) has changes that are not in a file.",
                "warn",
                (
                    Choice("Save", "save", primary=True),
                    Choice("Discard changes", "discard"),
                    Choice("Cancel", "cancel", flat=True),
                ),
            )
        )

    def answer(self, choice: str) -> None:
        """Take the answer to the question of unsaved changes."""
        act, self._then = self._then, None
        self.message_done.emit(UNSAVED)
        if act is None or choice == "cancel":
            return
        if choice == "save":
            self.save(act)
        elif choice == "discard":
            act()

    def withdraw(self) -> None:
        """Take a question back that nobody has to answer any more: nothing would be lost."""
        if self.asking and not self._session.edited:
            self.answer("cancel")

    @property
    def asking(self) -> bool:
        """Whether an answer is awaited."""
        return self._then is not None

    # --- what is kept between two starts ----------------------------------------------------------
    def autosave(self, state: WindowState) -> WindowState:
        """Write the experiment to the settings folder if it changed; return the state with its file."""
        config = self._session.config
        if config is not self._saved_config:
            self._saved_config = config
            try:
                self._settings.write(self._settings.experiment_path, dump_experiment(config))
            except (ProblemError, ValueError, TypeError):
                LOG.exception("the experiment could not be autosaved")
        path, limits = self._session.path, self._session.limits
        return replace(
            state,
            recent=self.recent,
            experiment_path=str(path) if path is not None else "",
            experiment_edited=self._session.edited,
            limits={} if limits is None else asdict(limits),
        )

    def restore(self, state: WindowState) -> None:
        """Bring back the experiment that was on screen; failure is logged and leaves the built-in one.

        What a lesson had settled in it is settled again. Where the lesson has changed, that is said.
        """
        self.recent = state.recent
        text = self._settings.read(self._settings.experiment_path)
        config: ExperimentConfig | None = None
        if text is not None:
            try:
                config = parse_experiment(text, str(self._settings.experiment_path))
            except ProblemError as error:
                LOG.warning("the autosaved experiment could not be restored: %s", error)
        if state.experiment_path and Path(state.experiment_path).is_file():
            problem = self._session.open(state.experiment_path)
            if problem is None:
                if not state.experiment_edited:
                    config = self._session.config
                if config is not None:
                    self._take_over(config, state)
                return
            LOG.warning("%s could not be reopened: %s", state.experiment_path, problem)
        if config is None:
            return
        if not state.experiment_edited and config != self._session.config:
            self._session.new(config)
        self._take_over(config, state)

    def _take_over(self, config: ExperimentConfig, state: WindowState) -> None:
        """Edit the experiment into the one that was on screen, with what a lesson had settled in it."""
        limits = None
        if state.limits:
            # lessons are read where there was one, so that the window need not wait for them
            from lab.lessons.settled import restored_limits

            try:
                limits = restored_limits(state.limits)
            except ProblemError as error:
                self.refused.emit(error.problem)
        if limits is not None:
            self._session.adopt(config, limits)
        elif config != self._session.config:
            self._session.edit(section_changes(self._session.config, config))

    # --- inside -----------------------------------------------------------------------------------
    def _remember(self, path: Path) -> None:
        self.recent = with_recent(WindowState(recent=self.recent), path.absolute()).recent
        self.state_changed.emit()

    def _start_folder(self) -> Path:
        if self._session.path is not None:
            return self._session.path.parent
        recent = [Path(text).parent for text in self.recent]
        return next((folder for folder in recent if folder.is_dir()), Path.home())

    def _dialog(self, title: str, names: str, folder: Path, take: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self._window, title, str(folder))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(names)
        self._run_dialog(dialog, take)

    @staticmethod
    def _run_dialog(dialog: QFileDialog, take: Callable[[Path], None]) -> None:
        dialog.fileSelected.connect(lambda name: take(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def section_changes(before: ExperimentConfig, after: ExperimentConfig) -> dict[str, object]:
    """Return the changes that make one experiment of another, a whole section at a time."""
    old, new = before.model_dump(), after.model_dump()
    return {key: new[key] for key in new if old[key] != new[key]}
