"""Put what tiles recorded side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.plan import Chunk, Evaluation


def merge_tiles(
    first_step: int,
    runs: Sequence[NDArray[np.intp]],
    chunks: Sequence[Chunk],
    seconds: Sequence[float],
    confusion: NDArray[np.int64] | None,
) -> Chunk:
    """Join chunks of the same steps of different runs.

    Parameters
    ----------
    first_step
        Updates done before.
    runs
        Runs of each chunk, along R of the whole.
    chunks
        A tile all of whose runs have ended has fewer rows, or none; the rest are NaN.
    seconds
        Training time of each tile so far, for those rows.
    confusion
        (R, K, K) the last counts, which runs that have ended keep.

    Returns
    -------
    Chunk
        Its seconds are those of all tiles together.
    """
    steps = max(chunk.steps for chunk in chunks)
    count = sum(len(some) for some in runs)

    def join(name: str) -> NDArray[np.float32]:
        values = [getattr(chunk, name) for chunk in chunks]
        whole = np.full((steps, count, *values[0].shape[2:]), np.nan, dtype=np.float32)
        for some, part in zip(runs, values, strict=True):
            whole[: len(part), some] = part
        return whole

    time = np.zeros(steps)
    for chunk, end in zip(chunks, seconds, strict=True):
        time[: chunk.steps] += chunk.seconds
        time[chunk.steps :] += end
    return Chunk(
        first_step=first_step,
        objective=join("objective"),
        loss=join("loss"),
        gradient_norm=join("gradient_norm"),
        layer_gradient_norm=join("layer_gradient_norm"),
        parameter_norm=join("parameter_norm"),
        learning_rate=join("learning_rate"),
        seconds=time,
        evaluations=_evaluations(runs, chunks, seconds, confusion),
        ended=tuple(
            sorted(
                (
                    replace(end, run=int(some[end.run]))
                    for some, chunk in zip(runs, chunks, strict=True)
                    for end in chunk.ended
                ),
                key=lambda end: (end.step, end.run),
            )
        ),
    )


def _evaluations(
    runs: Sequence[NDArray[np.intp]],
    chunks: Sequence[Chunk],
    seconds: Sequence[float],
    confusion: NDArray[np.int64] | None,
) -> tuple[Evaluation, ...]:
    """Join evaluations at the same step; a run that has ended is not measured any more."""
    count = sum(len(some) for some in runs)
    found: dict[int, list[tuple[int, Evaluation]]] = {}
    for tile, chunk in enumerate(chunks):
        for evaluation in chunk.evaluations:
            found.setdefault(evaluation.step, []).append((tile, evaluation))
    joined = []
    for step in sorted(found):
        there = dict(found[step])
        metrics: dict[str, NDArray[np.float64]] = {
            key: np.full(count, np.nan) for key in next(iter(there.values())).metrics
        }
        time = sum(there[tile].seconds if tile in there else end for tile, end in enumerate(seconds))
        for tile, evaluation in there.items():
            for key, values in evaluation.metrics.items():
                metrics[key][runs[tile]] = values
            if evaluation.confusion is not None:
                confusion = _with_rows(confusion, count, runs[tile], evaluation.confusion)
        kept, parameters = _kept(runs, there)
        joined.append(Evaluation(step, time, metrics, confusion, kept, parameters))
    return tuple(joined)


def _kept(
    runs: Sequence[NDArray[np.intp]], there: dict[int, Evaluation]
) -> tuple[tuple[int, ...], NDArray[np.floating] | None]:
    """Join the parameters that tiles hand over at one step, in the order of the runs."""
    rows = [int(runs[tile][row]) for tile, evaluation in there.items() for row in evaluation.kept]
    parts = [e.parameters for e in there.values() if e.parameters is not None]
    if not parts:
        return (), None
    order = np.argsort(rows)
    return tuple(rows[place] for place in order), np.concatenate(parts)[order]


def _with_rows(whole: Any, count: int, runs: NDArray[np.intp], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a copy of (R, …) with some rows set; zeros before there is any."""
    result = np.zeros((count, *rows.shape[1:]), dtype=np.int64) if whole is None else whole.copy()
    result[runs] = rows
    return result
