"""How the runs of an experiment are divided over trainer processes."""

from __future__ import annotations

import os

from lab.messages import Share

STEP_COST = 4e-5
"""Seconds that a step costs before the first run: calls into Python and NumPy."""

RUN_COST = 1.5e-6
WORK_COST = 6e-11
"""Seconds a run adds to a step: so many, and so many for each parameter and sample of its batch.

Rough: the three numbers only decide whether dividing is worth it, never what is computed.
"""

WARM_NUMBERS = 4_000_000
"""Data of at most so many numbers are kept ready in every process that will train, not only in the first."""

MIXED_COST = 1.12
"""Where runs do not pair up in a process, each draws its own batches, which costs that much more."""


def usable_cores() -> int:
    """Return the number of processor cores that this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def worthwhile_processes(parameters: int, batch: int, runs: int) -> int:
    """Return over how many processes runs are worth dividing.

    A step has a cost of its own, which every process pays. A process is worth having while its share adds
    at least half of that again: with less, most of what dividing saves is lost in it.

    Parameters
    ----------
    parameters, batch
        Parameters of the largest model, and samples in a batch.
    runs
        Number of runs.

    Examples
    --------
    Three small nets (2-8-8-2, batch 32) stay together; 32 of them, or three of 64-64-10, are divided.

    >>> worthwhile_processes(114, 32, 3), worthwhile_processes(114, 32, 32), worthwhile_processes(4810, 64, 3)
    (1, 2, 2)
    """
    work = runs * (RUN_COST + WORK_COST * parameters * batch)
    return max(1, min(runs, int(work / (STEP_COST / 2))))


def runs_of(losses: int, seeds: int, share: Share) -> tuple[int, ...]:
    """Return the experiment indices of the runs that a share holds.

    Run ``loss · seeds + seed`` has that loss and seed. Whole seeds are dealt out, so that the runs of all
    losses that see the same batches stay together, unless the shares would then differ by more than it
    costs to part them; with one seed the losses are dealt out.

    Parameters
    ----------
    losses, seeds
        How many there are.
    share
        Which share.

    Raises
    ------
    ValueError
        If there are more parts than runs, or no such part.

    Examples
    --------
    >>> [runs_of(2, 4, Share(part, 2)) for part in range(2)]
    [(0, 1, 4, 5), (2, 3, 6, 7)]
    >>> [runs_of(3, 1, Share(part, 2)) for part in range(2)]
    [(0,), (1, 2)]
    """
    part, parts = share.part, share.parts
    if not 0 <= part < parts <= losses * seeds:
        raise ValueError(f"there is no part {part} of {parts} of {losses * seeds} runs")
    largest_by_seed = -(-seeds // parts) * losses
    largest_by_run = -(-losses * seeds // parts)
    # seed by seed, and within a seed by loss: neighbours see the same batches
    ordered = [loss * seeds + seed for seed in range(seeds) for loss in range(losses)]
    unit = losses if seeds >= parts and largest_by_seed <= MIXED_COST * largest_by_run else 1
    count = len(ordered) // unit
    first, last = part * count // parts * unit, (part + 1) * count // parts * unit
    return tuple(sorted(ordered[first:last]))
