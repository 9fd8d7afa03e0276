"""Starting and stopping again and again does not eat memory, here or in the trainer."""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path

import pytest

from lab.config_changes import apply_changes
from lab.session import Session
from tests.lab.recorded_runs import tiny_config

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def resident(pid: int) -> float:
    """Private memory in MiB."""
    total = 0
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(("Private_Clean", "Private_Dirty")):
            total += int(line.split()[1])
    return total / 1024


def cycle(session: Session, number: int) -> None:
    session.start()
    deadline = time.monotonic() + 120
    while session.state != "running" or session.step < 20:
        session.advance()
        assert time.monotonic() < deadline, (number, session.state, session.problem)
        time.sleep(0.001)
    session.stop()
    while session.state != "stopped":
        session.advance()
        assert time.monotonic() < deadline, (number, session.state, session.problem)
        time.sleep(0.001)


@pytest.mark.parametrize("cycles", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_memory_is_flat(cycles: int) -> None:
    import os

    config = apply_changes(tiny_config(), {"training.steps": 100_000})
    session = Session("cpu", config=config)
    try:
        for number in range(8):  # buffers, caches and lazy imports settle
            cycle(session, number)
        gc.collect()
        child = session._trainer.pids[0]  # type: ignore[attr-defined]
        before = resident(os.getpid()), resident(child)
        for number in range(cycles):
            cycle(session, number)
        gc.collect()
        after = resident(os.getpid()), resident(child)
    finally:
        session.close()
    assert after[0] - before[0] < 12, f"the lab grew from {before[0]:.0f} to {after[0]:.0f} MiB"
    assert after[1] - before[1] < 12, f"the trainer grew from {before[1]:.0f} to {after[1]:.0f} MiB"
