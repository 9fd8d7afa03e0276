"""Train an experiment without a window: the same session, with a progress display instead of plots."""

from __future__ import annotations

import contextlib
import difflib
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from compute.problems import Problem, ProblemError
from lab.bundle.writing import write_bundle
from lab.chart import ChartPanel
from lab.chart_csv import write_chart_csv
from lab.config import ExperimentConfig
from lab.exporting.provenance import figure_command, provenance
from lab.exporting.view_arguments import usual_band
from lab.figure_look import Draw
from lab.instruments.direct import DirectAnswers
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.number_text import bytes_text
from lab.panel_views import PANEL_KINDS, applicable_kinds, default_kinds, make_panel
from lab.pool import TrainerPool
from lab.progress import make_progress
from lab.results import print_summary, result_names, tell_advice, tell_divergence, write_tables
from lab.session import Session, Trainer
from lab.store.keeping import KeepingTrainer
from lab.store.store import Store
from lab.terminal import print_problem, say
from lab.view_options import ViewOptions

DONE, FAILED, INTERRUPTED = 0, 1, 130
POLL_SECONDS = 0.02
STOP_SECONDS = 30.0
FORMATS = ("png", "svg")
BUNDLE = "experiment.losslab"
WHOLE = "plots"
"""File stem of the figure that holds all plots."""


class Interruption:
    """Whether the person asked to stop. The second request is answered by the system, at once."""

    def __init__(self) -> None:
        self.asked = False

    @contextlib.contextmanager
    def listening(self) -> Iterator[Interruption]:
        """Take Ctrl+C and a polite kill as a request to stop for as long as the block lasts."""
        if threading.current_thread() is not threading.main_thread():
            yield self
            return
        previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

        def ask(number: int, frame: object) -> None:
            self.asked = True
            signal.signal(number, signal.SIG_DFL)

        for number in previous:
            signal.signal(number, ask)
        try:
            yield self
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


def run_headless(
    config: ExperimentConfig,
    folder: Path,
    *,
    device: str = "auto",
    force: bool = False,
    draw: Draw | None = None,
    quiet: bool = False,
    source: Path | None = None,
    workers: int | None = None,
    store: Store | None = None,
    bundle: bool = False,
    plots: Sequence[str] = (),
) -> int:
    """Train an experiment and write its results.

    Parameters
    ----------
    config
        The experiment.
    folder
        Where to; made if it does not exist.
    device
        ``"auto"``, ``"cpu"`` or ``"gpu"``.
    force
        Overwrite results that are already in the folder.
    draw
        Writes figures; without it there are none.
    quiet
        Print no progress.
    source
        The experiment's file, whose comments are kept in the copy beside the results.
    workers
        The most processes to train in; by default one for each core.
    store
        Where the experiment is kept, too.
    bundle
        Write a bundle, too.
    plots
        Kinds of plots to draw; by default those that suit the data. Numbers of instruments are written, too.

    Returns
    -------
    int
        0 done, 1 a run diverged or the training broke off, 130 stopped by the person.

    Raises
    ------
    ProblemError
        Bad input or a folder that cannot be written to; nothing is trained then.
    """
    check_plots(plots)
    figures = (*PANEL_KINDS, WHOLE) if draw is not None else ()
    tables = tuple(f"{kind}.csv" for kind in plots if kind in INSTRUMENT_KINDS)
    names = (*result_names(figures, FORMATS), *tables, *((BUNDLE,) if bundle else ()))
    check_folder(folder, names, force)
    pool = TrainerPool(workers)
    trainer: Trainer = pool if store is None else KeepingTrainer(pool, store)
    session = Session(device, config=config, trainer=trainer)
    try:
        with Interruption().listening() as interruption:
            train_to_end(session, quiet, interruption)
            if not session.runs:
                return tell_why_not(session, interruption)
            written = write_tables(session, folder, force=force, original=source)
            if bundle:
                write_bundle(session, folder / BUNDLE, overwrite=force)
                written.append(folder / BUNDLE)
            if draw is not None:
                kept = store is not None and store.problem is None
                identity = session.stored_as if kept else ""
                written += _draw(session, folder, draw, force, identity, wanted_plots(session, plots))
        print_summary(session)
        tell_divergence(session)
        tell_advice(session)
        _tell_end(session, folder, written)
        return _code(session, interruption)
    finally:
        session.close()
        if store is not None and store.problem is not None:
            print_problem(store.problem)
        elif isinstance(trainer, KeepingTrainer) and trainer.experiment_id:
            say(f"Kept in the store as {trainer.experiment_id}.")


def check_folder(folder: Path, names: Sequence[str], force: bool) -> None:
    """Make the folder and see that results can be written to it.

    Raises
    ------
    ProblemError
        Where it is a file, cannot be made or written to, or holds results that would be overwritten.
    """
    where = str(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ProblemError(
            Problem(f"{folder.name} is a file, not a folder", f"Results need a folder: {where}.")
        ) from None
    except OSError as error:
        raise ProblemError(
            Problem("The folder for the results cannot be made", f"{where}: {error.strerror or error}.")
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ProblemError(
            Problem("The folder for the results is read-only", f"{where}. Choose another --out.")
        )
    there = [name for name in names if (folder / name).exists()]
    if there and not force:
        listed = ", ".join(there[:3]) + (f" and {len(there) - 3} more" if len(there) > 3 else "")
        raise ProblemError(
            Problem(
                "The folder already holds results, which were left as they are",
                f"{where} has {listed}. Give --force to overwrite them, or another --out.",
            )
        )


def train_to_end(session: Session, quiet: bool, interruption: Interruption) -> None:
    """Train to the end, or until the person stops it; how it went is in the session's state afterwards."""
    deadline: float | None = None
    told = quiet
    session.start()
    with make_progress(session, quiet) as progress:
        while session.starting or session.state in ("running", "paused"):
            changes = session.advance()
            if session.memory and not told:
                told = True
                say(f"Training will take about {bytes_text(session.memory)} of memory.")
            if interruption.asked and deadline is None:
                session.stop()
                deadline = time.monotonic() + STOP_SECONDS
            if deadline is not None and time.monotonic() > deadline:
                return
            progress.update()
            if not changes:
                time.sleep(POLL_SECONDS)


def tell_why_not(session: Session, interruption: Interruption) -> int:
    """Say why there are no runs. What a setting or a file is to blame for raises."""
    if interruption.asked:
        say("Stopped before the first step; nothing was written.")
        return INTERRUPTED
    problem = session.problem or session.data_problem or Problem("The training could not begin")
    if (session.data_problem is not None and not session.died) or problem.where:
        raise ProblemError(problem)
    print_problem(problem)
    return FAILED


def check_plots(plots: Sequence[str]) -> None:
    """See that plots are known.

    Raises
    ------
    ProblemError
        For one that is not.
    """
    for kind in plots:
        if kind not in PANEL_KINDS:
            near = difflib.get_close_matches(kind, PANEL_KINDS, 1, 0.6)
            meant = f"Did you mean {near[0]}? " if near else ""
            raise ProblemError(
                Problem(f"{kind[:40]} is no plot", f"{meant}There are {', '.join(PANEL_KINDS)}.")
            )


def wanted_plots(session: Session, plots: Sequence[str]) -> tuple[str, ...]:
    """Return the plots to draw: those asked for that apply to the data, else those that suit them."""
    fitting = applicable_kinds(session.summary)
    for kind in plots:
        if kind not in fitting:
            say(f"{PANEL_KINDS[kind]} does not apply to these data and was left out.")
    return tuple(kind for kind in dict.fromkeys(plots) if kind in fitting) or default_kinds(session.summary)


def _draw(
    session: Session, folder: Path, draw: Draw, force: bool, identity: str, kinds: tuple[str, ...]
) -> list[Path]:
    """Write each plot and all of them together; a figure that fails is said and does not cost the rest."""
    options = ViewOptions(band=usual_band(session.run_config.seeds.count))
    answers = DirectAnswers()
    panels = {kind: make_panel(session, kind, options, answers) for kind in kinds}
    written: list[Path] = []
    for kind, panel in panels.items():
        if isinstance(panel, ChartPanel):
            written.append(folder / f"{kind}.csv")
            write_chart_csv(panel, written[-1], overwrite=force)
    figures: list[tuple[str, tuple[str, ...]]] = [(kind, (kind,)) for kind in kinds]
    figures.append((WHOLE, kinds))
    try:
        for stem, group in figures:
            command = figure_command(session, identity, FORMATS, group, options)
            by = provenance(session, command)
            written += draw([panels[kind] for kind in group], folder, stem, FORMATS, force, None, by)
    except ProblemError as error:
        print_problem(error.problem)
    except ImportError as error:
        say(f"The plots could not be drawn: {error}. The curves are written.")
    return written


def _code(session: Session, interruption: Interruption) -> int:
    if interruption.asked:
        return INTERRUPTED
    failed = any(run.status in ("diverged", "interrupted") for run in session.runs)
    return FAILED if failed or session.state != "finished" else DONE


def _tell_end(session: Session, folder: Path, written: Sequence[Path]) -> None:
    interrupted = any(run.status == "interrupted" for run in session.runs)
    if interrupted and session.problem is not None:
        print_problem(session.problem)
    if session.curves.storage_problem is not None:
        print_problem(session.curves.storage_problem)
    if session.summary is not None and session.summary.notes:
        say(f"Data: {'; '.join(session.summary.notes)}.")
    device = session.device
    if device is not None and device.reason:
        say(f"Computed on {device.label} ({device.reason}).")
    print(f"{len(written)} files in {folder.resolve()}", flush=True)
