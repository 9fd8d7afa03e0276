"""The queue as a list: each job with its progress, what it waits for, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lab.queue.job import OVER, Job
from widgets.compare.queue_words import STATES, job_words
from widgets.controls import IconButton, hairline
from widgets.controls_labels import ElidedLabel
from widgets.session_words import spoken_duration
from widgets.theme import Theme

PARTS = 1000
KINDS = {"race": "Race", "sweep": "Sweep"}


class JobRow(QWidget):
    """One job."""

    moved = Signal(int)
    """By how many places, up is negative."""
    ended = Signal()
    """To be cancelled, or, when it is over, taken out of the list."""
    shown = Signal()
    """Its runs are to be looked at."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("clear")
        self.name = ElidedLabel("", self, kind="title")
        self.state = ElidedLabel("", self, kind="subtitle")
        self.words = ElidedLabel("", self, kind="subtitle")
        self.bar = QProgressBar()
        self.bar.setRange(0, PARTS)
        self.bar.setTextVisible(False)
        self.show_button = QPushButton("Show runs", self)
        self.show_button.setProperty("k", "ghost")
        self.show_button.clicked.connect(self.shown)
        self.up = IconButton("up", "Train it earlier", self)
        self.down = IconButton("down", "Train it later", self)
        self.end = IconButton("close", "", self)
        self.up.clicked.connect(lambda: self.moved.emit(-1))
        self.down.clicked.connect(lambda: self.moved.emit(1))
        self.end.clicked.connect(self.ended)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.name, 1)
        head.addWidget(self.state)
        for button in (self.show_button, self.up, self.down, self.end):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 6)
        column.setSpacing(3)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.words)
        self.set_theme(theme)

    def show_job(self, job: Job, jobs: Sequence[Job], *, paused: bool) -> None:
        """Show how a job stands, silently."""
        waiting = [other for other in jobs if other.state == "waiting"]
        over = job.state in OVER
        self.name.setText(f"{KINDS[job.work.kind]} · {job.work.name}")
        self.state.setText(STATES[job.state])
        self.words.setText(job_words(job, jobs, paused=paused))
        self.bar.setValue(round(PARTS * job.progress))
        self.bar.setVisible(not over)
        self.bar.setAccessibleName(f"Progress of {job.work.name}")
        self.up.setVisible(job in waiting)
        self.down.setVisible(job in waiting)
        self.up.setEnabled(job in waiting[1:])
        self.down.setEnabled(job in waiting[:-1])
        self.show_button.setVisible(bool(job.group))
        self.end.set_tip("Take it out of the list" if over else "Cancel it; what was trained is kept")

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        for button in (self.up, self.down, self.end):
            button.set_theme(theme)


class QueuePanel(QFrame):
    """Shows the jobs in their order."""

    pause_pressed = Signal()
    resume_pressed = Signal()
    moved = Signal(int, int)
    """Number of a job, and by how many places."""
    cancelled = Signal(int)
    removed = Signal(int)
    runs_wanted = Signal(str)
    """Identity of the group in the store."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._theme = theme
        self._paused = False
        self._rows: dict[int, JobRow] = {}
        self._over: dict[int, bool] = {}
        self._groups: dict[int, str] = {}
        self.title = ElidedLabel("Queue", self, kind="title")
        self.words = ElidedLabel("", self, kind="subtitle")
        self.pause = QPushButton("Pause all", self)
        self.pause.clicked.connect(self._press)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.words, 1)
        head.addWidget(self.pause)
        inside = QWidget()
        inside.setObjectName("clear")
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 8, 0)
        self._list.setSpacing(0)
        self._list.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(hairline())
        column.addWidget(scroll, 1)

    def show_jobs(
        self, jobs: Sequence[Job], *, paused: bool = False, share: float = 0.0, eta: float | None = None
    ) -> None:
        """Show these jobs, silently; ``share`` and ``eta`` are of all together."""
        self._paused = paused
        known = {job.identity for job in jobs}
        for identity in [identity for identity in self._rows if identity not in known]:
            row = self._rows.pop(identity)
            self._list.removeWidget(row)
            row.deleteLater()
        for place, job in enumerate(jobs):
            row = self._rows.get(job.identity) or self._new_row(job.identity)
            if self._list.indexOf(row) != place:
                self._list.insertWidget(place, row)
            self._over[job.identity], self._groups[job.identity] = job.state in OVER, job.group
            row.show_job(job, jobs, paused=paused)
        busy = any(job.state not in OVER for job in jobs)
        self.pause.setVisible(busy)
        self.pause.setText("Resume" if paused else "Pause all")
        self.words.setText(_total_words(jobs, busy, paused, share, eta))

    @property
    def rows(self) -> tuple[JobRow, ...]:
        """The rows from top to bottom."""
        return tuple(sorted(self._rows.values(), key=self._list.indexOf))

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        self._theme = theme
        for row in self._rows.values():
            row.set_theme(theme)

    def _new_row(self, identity: int) -> JobRow:
        row = JobRow(self._theme)
        row.moved.connect(lambda places: self.moved.emit(identity, places))
        row.ended.connect(lambda: (self.removed if self._over[identity] else self.cancelled).emit(identity))
        row.shown.connect(lambda: self.runs_wanted.emit(self._groups[identity]))
        self._rows[identity] = row
        return row

    def _press(self) -> None:
        (self.resume_pressed if self._paused else self.pause_pressed).emit()


def _total_words(jobs: Sequence[Job], busy: bool, paused: bool, share: float, eta: float | None) -> str:
    """Say how far all jobs are together."""
    if not jobs:
        return "Nothing waits. Sweeps and races are trained here one after another."
    if not busy:
        return "All done"
    parts = [f"{100 * share:.0f}\u202f% of all"]
    if paused:
        parts.insert(0, "Paused")
    elif eta is not None:
        parts.append(f"about {spoken_duration(eta)} left")
    return " · ".join(parts)
