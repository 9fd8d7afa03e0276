"""Why runs diverged, in words: where it began, the likely cause, and what to try."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compute.plan import RunEnd
from compute.problems import Problem, Remedy
from lab.config import ExperimentConfig
from lab.loss_labels import loss_labels, short_loss_labels
from lab.number_text import step_text, thousands
from lab.rates import lower_rate, rate_in_force, rate_path
from lab.recording import Recording
from lab.view_options import PanelSource

HISTORY = 60
"""Steps before the end that are looked through for the beginning."""


@dataclass(frozen=True)
class Growth:
    """How a recorded quantity ran away: from a value at one step to a value some steps later."""

    before: float
    after: float
    steps: int


def find_growth(values: Sequence[float]) -> Growth | None:
    """Find the last rise of a series that ends in divergence.

    The rise begins at the last value that is at most a quarter above the median of the first half.

    Returns
    -------
    ``None`` where nothing at least doubled.
    """
    series = np.asarray(values, dtype=np.float64)
    series = series[np.isfinite(series)]
    if len(series) < 2:
        return None
    calm = float(np.median(series[: max(1, len(series) // 2)]))
    quiet = np.flatnonzero(series <= 1.25 * calm)
    first = int(quiet[-1]) if len(quiet) else 0
    if first >= len(series) - 1:
        first = int(np.argmin(series))
    before, after = float(series[first]), float(series[first:].max())
    if not after > 2 * before:
        return None
    return Growth(before, after, int(np.argmax(series[first:])))


def explain_divergence(source: PanelSource, loss_index: int | None = None) -> Problem | None:
    """Explain the diverged runs of an experiment.

    Parameters
    ----------
    source
        The experiment.
    loss_index
        Which loss; by default the one with most diverged runs.

    Returns
    -------
    ``None`` where no run diverged.
    """
    ends = [end for end in source.curves.ends.values() if end.reason == "diverged"]
    by_loss: dict[int, list[RunEnd]] = {}
    for end in ends:
        by_loss.setdefault(source.runs[end.run].info.loss_index, []).append(end)
    if loss_index is None and by_loss:
        loss_index = max(by_loss, key=lambda index: (len(by_loss[index]), -index))
    if loss_index is None or loss_index not in by_loss:
        return None
    mine = sorted(by_loss[loss_index], key=lambda end: (end.step, end.run))
    config = source.run_config
    title = _title(config, loss_index, mine)
    sentences = [_evidence(source, mine[0]), _cause(source, loss_index, mine[0])]
    others = sorted(set(by_loss) - {loss_index})
    if others:
        names = loss_labels(config)
        sentences.append(f"{' and '.join(names[index] for index in others)} diverged, too.")
    going = len(source.runs) - len(ends)
    sentences.append("The runs are frozen at their last finite weights" + _others_words(going))
    return Problem(
        title,
        " ".join(sentence for sentence in sentences if sentence),
        rate_path(config, loss_index),
        _remedies(source, loss_index, mine[0]),
    )


def _others_words(going: int) -> str:
    if going < 2:
        return ", and the other one is not affected." if going else "."
    return f", and the other {going} are not affected."


def _title(config: ExperimentConfig, loss_index: int, ends: Sequence[RunEnd]) -> str:
    first, last = ends[0].step, ends[-1].step
    when = f"at step {thousands(first)}"
    if last != first:
        when = f"between steps {thousands(first)} and {thousands(last)}"
    count, total = len(ends), config.seeds.count
    if total == 1:
        seeds = ""
    elif count == total:
        seeds = f", on {'both' if total == 2 else f'all {total}'} seeds"
    else:
        seeds = f", on {count} of {total} seeds"
    title = f"{loss_labels(config)[loss_index]} diverged {when}{seeds}"
    if len(title) > 80:
        title = f"{short_loss_labels(config)[loss_index]} diverged {when}{seeds}"
    return title if len(title) <= 80 else title[:79] + "…"


def _evidence(source: PanelSource, end: RunEnd) -> str:
    """Say what the recorded norms show of the run that went first."""
    names = source.runs[end.run].info.layers
    if end.layer is not None and end.layer < len(names):
        growth = find_growth(_tail(source.curves, f"gradient_norm/{end.layer}", end))
        layer = "the output layer" if names[end.layer] == "out" else f"layer {names[end.layer]}"
        if growth is not None:
            rest = "; the others followed." if len(names) > 1 else "."
            return (
                f"The gradient of {layer} grew from {step_text(growth.before)} to {step_text(growth.after)} "
                f"within {_steps(growth.steps)}{rest}"
            )
        began = f"It began in {layer}: "
    else:
        began = ""
    growth = find_growth(_tail(source.curves, "objective", end))
    if growth is not None:
        words = (
            f"the objective rose from {step_text(growth.before)} to {step_text(growth.after)} "
            f"within {_steps(growth.steps)}."
        )
    elif math.isfinite(end.value):
        words = f"the objective reached {step_text(end.value)}."
    else:
        words = "the objective was not a finite number any more."
    return began + words if began else words[0].upper() + words[1:]


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{thousands(count)} steps"


def _tail(curves: Recording, metric: str, end: RunEnd) -> Sequence[float]:
    """Return the last recorded values of a run."""
    track = curves.track(metric, end.run)
    if track is None:
        return ()
    length = curves.length_of(track, end.run)
    values = track.read(track.channel(metric), track.rows((end.run,)), max(0, length - HISTORY), length)[0]
    return [float(value) for value in values]


def _cause(source: PanelSource, loss_index: int, end: RunEnd) -> str:
    rate = step_text(rate_in_force(source, loss_index, end.run))
    if not source.run_config.losses[loss_index].card.bounded_gradient:
        return (
            f"The learning rate of {rate} is probably too high for this loss: "
            "its gradient has no upper bound."
        )
    return f"The learning rate of {rate} is probably too high here."


def _remedies(source: PanelSource, loss_index: int, end: RunEnd) -> tuple[Remedy, ...]:
    """Offer a third of the learning rate that was in force, and clipping."""
    config = source.run_config
    lower = lower_rate(rate_in_force(source, loss_index, end.run))
    remedies = [Remedy(f"Run again at {step_text(lower)}", {rate_path(config, loss_index): lower})]
    clip = config.training.clip
    if clip is None or clip > 1:
        remedies.append(Remedy("Run again, gradients clipped at 1", {"training.clip": 1.0}))
    return tuple(remedies)
