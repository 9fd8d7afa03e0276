"""What a sweep needs in memory, what there is, and what is said where the one is more than the other."""

from __future__ import annotations

import sys
from pathlib import Path

from compute.datasets.prepare import PreparedData
from compute.memory import training_bytes
from compute.problems import Problem, Remedy
from lab.config import ExperimentConfig
from lab.number_text import bytes_text
from lab.shares import WARM_NUMBERS
from lab.sweep import Sweep

PROCESS_BYTES = 4 * 10**6
"""What a process takes when it begins to train, whatever it trains: code used for the first time."""

SPARE = 0.05
"""Share of the available memory that is left alone, for the window and the curves."""


def sweep_bytes(sweep: Sweep, seeds: int, processes: int) -> int:
    """Return about how many bytes training a sweep takes in all processes, beside what they hold before.

    Parameters
    ----------
    sweep
        The sweep laid out for one seed.
    seeds
        How many seeds there are to be.
    processes
        Over how many processes the runs are divided.
    """
    here = -(-seeds // processes)
    total = 0
    for indices, plan in sweep.plans:
        runs = len(indices) * seeds
        parts = min(processes, runs)
        total += parts * training_bytes(plan, -(-runs // parts), here)
    data = sweep.plans[0][1].data
    if data.dataset.inputs.size > WARM_NUMBERS:
        total += (processes - 1) * _data_bytes(data)  # the first process has them already
    return total + processes * PROCESS_BYTES


def _data_bytes(prepared: PreparedData) -> int:
    """Return the size of loaded data: as they came, and as they are trained on."""
    parts = (prepared.train, prepared.validation, prepared.test)
    arrays = [prepared.dataset.inputs, prepared.dataset.targets]
    arrays += [array for part in parts for array in (part.inputs, part.targets, part.rows)]
    return sum(array.nbytes for array in arrays)


def available_bytes(root: Path = Path("/")) -> int | None:
    """Return how much memory programs can still take, or ``None`` where that is not known.

    On Linux that is what the system calls available, or what is left of the limit of the control group
    that this process is in (a container's, for instance), if that is less.

    Parameters
    ----------
    root
        Where ``/proc`` and ``/sys`` are; for tests.
    """
    if sys.platform != "linux":
        return None
    found = [_system_bytes(root), *_group_bytes(root)]
    known = [number for number in found if number is not None]
    return max(0, min(known)) if known else None


def _system_bytes(root: Path) -> int | None:
    for line in _read(root / "proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _group_bytes(root: Path) -> list[int | None]:
    """Return what the control groups leave: version 2's (one tree), and version 1's memory tree."""
    found: list[int | None] = []
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            base, limit, used = root / "sys/fs/cgroup", "memory.max", "memory.current"
        elif "memory" in controllers.split(","):
            base = root / "sys/fs/cgroup/memory"
            limit, used = "memory.limit_in_bytes", "memory.usage_in_bytes"
        else:
            continue
        # in a container the group is often mounted as the root; a limit of any group above holds, too
        group = base / path.strip("/")
        while True:
            found.append(_left(group, limit, used))
            if group == base:
                break
            group = group.parent
    return found


def _left(group: Path, limit: str, used: str) -> int | None:
    """Return the limit of a group less what it uses; file pages that it can drop do not count as used."""
    most, now = _read(group / limit).strip(), _read(group / used).strip()
    if not most.isdigit() or not now.isdigit():
        return None
    statistics = dict(line.split() for line in _read(group / "memory.stat").splitlines() if " " in line)
    droppable = int(statistics.get("total_inactive_file", statistics.get("inactive_file", 0)))
    return int(most) - int(now) + droppable


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""


def memory_refusal(
    config: ExperimentConfig, sweep: Sweep, processes: int, available: int | None
) -> Problem | None:
    """Say that a sweep needs more memory than there is, and what would fit; ``None`` where it fits.

    Parameters
    ----------
    config
        The experiment.
    sweep
        It, laid out for one seed.
    processes
        Over how many processes it is to be divided.
    available
        What there is; see `available_bytes`.
    """
    if available is None:
        return None
    seeds, most = config.seeds.count, int(available * (1 - SPARE))
    need = sweep_bytes(sweep, seeds, processes)
    if need <= most:
        return None
    remedies = []
    fitting = _seeds_that_fit(sweep, seeds, processes, most)
    if fitting:
        noun = "seed" if fitting == 1 else "seeds"
        remedies.append(Remedy(f"Use {fitting} {noun}", {"seeds.count": fitting}))
    if config.training.precision == "float64":
        remedies.append(Remedy("Train in single precision", {"training.precision": "float32"}))
    return Problem(
        f"These {len(config.losses) * seeds} runs need more memory than there is",
        f"They need about {bytes_text(need)}; {bytes_text(available)} can be had. Fewer seeds, smaller "
        "hidden layers or fewer samples need less.",
        "seeds.count",
        tuple(remedies),
    )


def _seeds_that_fit(sweep: Sweep, seeds: int, processes: int, most: int) -> int:
    """Return the largest number of seeds below ``seeds`` that fits, 0 where one does not."""
    low, high = 0, seeds
    while high - low > 1:
        middle = (low + high) // 2
        runs = sum(len(indices) for indices, _ in sweep.plans) * middle
        if sweep_bytes(sweep, middle, min(processes, runs)) <= most:
            low = middle
        else:
            high = middle
    return low
