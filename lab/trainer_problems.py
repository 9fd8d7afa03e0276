"""What is said when a trainer process breaks, runs out of memory or is gone."""

from __future__ import annotations

import datetime
import signal
from pathlib import Path

import platformdirs

from compute.problems import Problem


def memory_problem(what: str) -> Problem:
    """Say that memory ran out."""
    return Problem(
        f"There is not enough memory to {what}",
        "Everything that ran before is kept. Fewer seeds, smaller hidden layers or fewer samples need less.",
    )


def death_problem(exit_code: int | None, step: int | None = None) -> Problem:
    """Say how the process ended and what was kept.

    Examples
    --------
    >>> death_problem(-9, 920).title
    'The trainer process was killed (SIGKILL) at step 920; every curve is kept'
    """
    at = "" if step is None else f" at step {step}"
    how, cause = _how_it_ended(exit_code)
    return Problem(
        f"The trainer process {how}{at}; every curve is kept",
        f"{cause} The next run starts a new process.",
    )


def cannot_start_problem(reason: str) -> Problem:
    """Say that the system did not let a trainer process be started."""
    return Problem(
        "The trainer process could not be started",
        f"The system says: {reason}. Closing other programs may help; the next run tries again.",
    )


def lost_problem(exit_code: int | None, step: int) -> Problem:
    """Say how one of several processes ended.

    Examples
    --------
    >>> lost_problem(-9, 920).title
    'A trainer process was killed (SIGKILL) at step 920; its runs end there'
    """
    how, cause = _how_it_ended(exit_code)
    return Problem(f"A trainer process {how} at step {step}; its runs end there", cause)


def _how_it_ended(exit_code: int | None) -> tuple[str, str]:
    """Return what happened to a process, as the rest of a sentence, and its probable cause."""
    if exit_code is None:
        return "ended", "Something in it broke before it could say what."
    if exit_code >= 0:
        return f"ended (exit code {exit_code})", "Something in it broke before it could say what."
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    if name in ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE"):
        return f"crashed ({name})", "Probably a fault in a numerical library or a driver."
    memory = ", probably the system for want of memory" if name == "SIGKILL" else ""
    return f"was killed ({name})", f"Something outside the lab ended it{memory}."


def unexpected(error: BaseException, text: str) -> Problem:
    """Say that something broke, with the place of the log."""
    path = _log(text)
    where = f" The details are in {path}." if path is not None else ""
    reason = str(error).splitlines()[0][:200] if str(error) else "no reason given"
    return Problem(
        "Something broke in the trainer; what was recorded before is kept",
        f"{type(error).__name__}: {reason}.{where} This is probably a fault of the program.",
    )


def _log(text: str) -> Path | None:
    """Append to the log file; a log that cannot be written is no reason to stop."""
    try:
        folder = platformdirs.user_log_path("losslab", appauthor=False)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "trainer.log"
        stamp = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{stamp}\n{text}\n")
    except OSError:
        return None
    return path
