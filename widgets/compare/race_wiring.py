"""The race page's wiring: the experiment being edited, the queue that trains, the store that remembers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from lab.comparing.race_form import margin_field, race_fields, race_size
from lab.comparing.race_reading import StoredRaces
from lab.comparing.race_view import RaceView, measure_choices, same_race
from lab.comparing.race_words import protocol_words
from lab.metric_catalogue import metric_of
from lab.problems import Problem, ProblemError
from lab.queue.job import OVER, Job
from lab.racing.race import RaceWork
from lab.racing.results import RaceResult
from lab.racing.terms import RaceTerms, race_terms
from lab.session import Session
from lab.statistics.measures import lowered, measure_of
from lab.store.store import Store
from widgets.compare.queue_desk import QueueDesk
from widgets.compare.queue_words import job_words
from widgets.compare.race_page import RacePage
from widgets.compare.race_settings import RaceSettings
from widgets.compare.race_strip import RaceStrip
from widgets.session_words import estimate_seconds, spoken_duration
from widgets.theme import Theme


class RaceWiring(QObject):
    """Joins a session, a queue and a store to a `RacePage` and its strip.

    Parameters
    ----------
    session
        What is raced is the experiment being edited, with its part `race`.
    desk
        Trains it.
    store
        Holds what was trained.
    theme
        Colours.
    host
        The window that the settings float over.
    """

    refused = Signal(object)
    """A `Problem` that a person should read."""
    noted = Signal(str)

    def __init__(self, session: Session, desk: QueueDesk, store: Store, theme: Theme, host: QWidget) -> None:
        self.page = RacePage(theme)
        super().__init__(self.page)
        self.strip = RaceStrip(theme)
        self.tools: QWidget | None = self.strip
        self.settings = RaceSettings(host, theme)
        self._session, self._desk, self._races = session, desk, StoredRaces(store)
        self._chosen = ""
        self._job: Job | None = None
        self._told: Job | None = None
        self._problem: Problem | None = None
        self._terms: RaceTerms | None = None
        self._refusal: Problem | None = None

        page, strip = self.page, self.strip
        page.race_pressed.connect(lambda: self._press("race"))
        page.remedy_chosen.connect(lambda changes: self._edit(changes))
        page.grid_extended.connect(self._extend)
        page.copied.connect(self.noted)
        page.written.connect(self.noted)
        page.refused.connect(self.refused)
        strip.pressed.connect(self._press)
        strip.stop_pressed.connect(self._stop)
        strip.settings_pressed.connect(self._open_settings)
        strip.race_chosen.connect(self._choose)
        strip.measure_chosen.connect(lambda key: self._edit({"race.measure": key, "race.margin": None}))
        strip.margin_edited.connect(lambda value: self._edit({"race.margin": value}))
        self.settings.edited.connect(self._set)
        desk.changed.connect(self._follow_queue)

    # --- showing ----------------------------------------------------------------------------------
    def follow(self) -> None:
        """Show what changed in experiment, queue and store."""
        self._follow_config()
        view = self._current_view()
        if view is not None:
            self.page.show_race(view)
        elif self._refusal is not None:
            self.page.show_problem(self._refusal)
        else:
            self.page.show_plan(self._plan())
        self._show_state(view)

    def _follow_queue(self) -> None:
        """Show how far the race is; what it found is read once a second."""
        job = self._job
        if job is not None and job.state == "finished" and job is not self._told:
            self._told = job
            self.noted.emit(f"The race “{job.work.name}” finished in {spoken_duration(job.seconds)}")
        if not self.page.isVisible():
            return
        if self.page.view is None or self._running is None:
            self.follow()
        else:
            self._show_state(self.page.view)

    def _follow_config(self) -> None:
        """Show the protocol, or why the experiment cannot be raced."""
        config = self._session.config
        try:
            self._terms = terms = race_terms(config)
        except ProblemError as error:
            self._terms, self._refusal = None, error.problem
            self.strip.show_protocol(error.problem.title, error.problem.body)
            return
        self._refusal = None
        measure = measure_of(terms.measure, terms.target)
        self.strip.show_protocol(protocol_words(config, lowered(metric_of(terms.tuning_metric).label)))
        self.strip.show_measures(measure_choices(config, terms), terms.measure, margin_field(config, measure))
        self.settings.show_fields(race_fields(config, terms))

    def _current_view(self) -> RaceView | None:
        """Return the race that is shown, judged as asked; ``None`` where none can be read."""
        try:
            names = self._races.names()
            group = self._group([identity for identity, _ in names])
            self.strip.show_races(names, group)
            view = self._races.view(group, self._session.config.race) if group else None
        except ProblemError as error:
            if error.problem != self._problem:
                self._problem = error.problem
                self.refused.emit(error.problem)
            return None
        self._problem = None
        return view

    def _group(self, known: Sequence[str]) -> str:
        """Return the race to show: the one chosen, that of the job, or the newest."""
        if self._chosen:
            return self._chosen if self._chosen in known else next(iter(known), "")
        if self._job is not None and (self._job.group or self._job.state not in OVER):
            return self._job.group if self._job.group in known else ""
        return next(iter(known), "")

    def _show_state(self, view: RaceView | None) -> None:
        """Show button and progress."""
        job = self._running
        self.page.heat.set_can_extend(job is None and self._refusal is None)
        if job is not None:
            paused = self._desk.paused
            self.strip.show_act("resume" if paused else "pause", running=True)
            self.page.show_progress(job.progress, job_words(job, self._desk.jobs, paused=paused))
            self.page.question.button.setEnabled(False)
            return
        act, words, can = ("race", "", True) if view is None else self._offer(view.result)
        self.strip.show_act(act, enabled=can and self._refusal is None)
        self.page.show_progress(None, words)

    def _offer(self, result: RaceResult) -> tuple[str, str, bool]:
        """Return what the button does beside a race that is not under way here, why, and if it can."""
        if self._refusal is not None:
            return "race", f"The experiment as it is now cannot be raced. {self._refusal}", False
        same = same_race(result, self._session.config)
        if result.state in ("tuning", "final"):
            words = "Another window or the command line trains this race."
            return ("again", words, False) if same else ("race", words, True)
        job = self._desk.job_of(result.id)
        failed = "" if job is None else " ".join(str(found) for found in job.problems.values())
        if result.state == "finished":
            changed = "" if same else "The experiment was changed since: Race trains it as it is now."
            return ("again" if same else "race"), failed or changed, True
        if same:
            return "go_on", failed or "Go on trains what is missing.", True
        return "race", failed or "The experiment was changed since.", True

    @property
    def _running(self) -> Job | None:
        """The race's job while it is not over."""
        job = self._job
        if job is not None and self._chosen and job.group != self._chosen:
            job = self._desk.job_of(self._chosen)
        return job if job is not None and job.state not in OVER else None

    def _plan(self) -> tuple[str, ...]:
        """Say what a race would train and for about how long."""
        if self._terms is None:
            return ()
        config = self._session.config
        size = race_size(config, self._terms)
        lines = [size.tuning_words, size.final_words]
        seconds = estimate_seconds(self._session)
        if seconds is not None:
            whole = seconds * size.runs / (len(config.losses) * config.seeds.count)
            lines.append(f"About {spoken_duration(whole)} on this machine, beside whatever else you do.")
        return tuple(lines)

    # --- acts -------------------------------------------------------------------------------------
    def _press(self, act: str) -> None:
        if act == "pause":
            self._desk.pause()
        elif act == "resume":
            self._desk.resume()
        elif act == "go_on" and self.page.view is not None:
            self._begin(RaceWork(self.page.view.result.config), self.page.view.result.id)
        else:
            self._begin(RaceWork(self._session.config))

    def _begin(self, work: RaceWork, group: str = "") -> None:
        self._chosen = ""
        self._job = self._desk.add(work, group)
        if self._desk.paused:
            self._desk.resume()
        self.follow()

    def _stop(self) -> None:
        if self._running is not None:
            self._desk.cancel(self._running.identity)
            self.follow()

    def _extend(self, rates: tuple[float, ...]) -> None:
        if self.page.view is not None:
            result = self.page.view.result
            self._begin(RaceWork(result.config, rates), result.id)

    def _choose(self, group: str) -> None:
        self._chosen = group
        self.follow()

    def _open_settings(self) -> None:
        self._follow_config()
        self.settings.open_below(self.strip.settings, right=True)

    def _set(self, path: str, value: object) -> None:
        problem = self._session.edit({path: value})
        self.settings.show_problem(path, "" if problem is None else str(problem))
        self.follow()

    def _edit(self, changes: Mapping[str, Any]) -> None:
        problem = self._session.edit(changes)
        if problem is not None:
            self.refused.emit(problem)
        self.follow()

    # --- what the workspace asks ------------------------------------------------------------------
    def undo(self) -> None:
        """Take back the last change of the experiment."""
        self._session.undo()
        self.follow()

    def redo(self) -> None:
        """Do it again."""
        self._session.redo()
        self.follow()

    def export_menu(self) -> QMenu | None:
        """Return what can be written of the race."""
        return self.page.export_menu()

    def copy_figure(self) -> None:
        """Copy the plot that is looked at."""
        self.page.copy_figure()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        for part in (self.page, self.strip, self.settings):
            part.set_theme(theme)

    def saved(self) -> dict[str, Any]:
        """Return what is worth remembering."""
        return {"race": self._chosen, **self.page.saved()}

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take that over again; what does not fit is left out."""
        self._chosen = str(stored.get("race", ""))
        self.page.restore(stored)
