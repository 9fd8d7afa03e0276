"""Which process keeps an experiment, and whether it still lives."""

from __future__ import annotations

import contextlib
import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SILENCE_SECONDS = 90.0
"""A process that cannot be asked about is taken for gone when it has said nothing for so long."""


@dataclass(frozen=True, slots=True)
class Owner:
    """A process, told apart from a later one of the same number.

    Attributes
    ----------
    host
        Where its number means something: the machine and, on Linux, its space of process numbers.
    pid
        Its number.
    start
        When it started, in words that no other process of that number has; empty where that is not known.
    """

    host: str
    pid: int
    start: str


def this_process() -> Owner:
    """Return the process that asks."""
    pid = os.getpid()
    return Owner(_host(), pid, _start_of(pid) or "")


def lives(owner: Owner, heartbeat: float, now: float) -> bool:
    """Whether a process still runs.

    Parameters
    ----------
    owner
        The process.
    heartbeat, now
        When it last said that it lives, and what the time is, in seconds since 1970. They decide for a
        process on another machine, and where the system cannot be asked.
    """
    if owner.host == _host():
        if platform.system() == "Linux":
            return _start_of(owner.pid) == owner.start
        if os.name == "posix" and not _exists(owner.pid):
            return False
    return now - heartbeat < SILENCE_SECONDS


@cache
def _host() -> str:
    name = platform.node()
    with contextlib.suppress(OSError):
        return f"{name} {os.readlink('/proc/self/ns/pid')}"
    return name


def _start_of(pid: int) -> str | None:
    """Return boot and clock tick in which a process started, ``None`` where none runs; Linux only."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # the name in brackets may hold anything; state and the rest follow its last bracket
    words = text[text.rfind(")") + 1 :].split()
    return None if words[0] in "ZX" else f"{_boot()} {words[19]}"


@cache
def _boot() -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
