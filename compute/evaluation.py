"""Evaluations: all runs on the same metrics, on the rows of each part, in chunks of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.backend import Array, to_host
from compute.batches import streams_of
from compute.live_runs import LiveRuns
from compute.metrics import (
    CALIBRATION_BINS,
    calibration_gaps,
    class_scores,
    coefficient_of_determination,
    confusion_counts,
    gaussian_nll,
)
from compute.models.network import Inputs, Network
from compute.plan import LossGroup, Plan
from compute.rows import Rows
from compute.rules import groups_of
from compute.seeding import stream
from compute.workspace import Workspace

CHUNK = 1024
"""Most rows that are evaluated at a time."""

CLASS_METRICS = ("loss", "nll", "brier", "mae", "accuracy", "ece")
NUMBER_METRICS = ("loss", "nll", "mse", "mae", "r2")

LARGEST_CONFUSION = 30
"""Most classes for which a confusion matrix is kept."""


@dataclass(frozen=True)
class Measured:
    """Metrics by key and confusion counts of some runs."""

    metrics: dict[str, NDArray[np.float64]]
    confusion: NDArray[np.int64] | None


class _Pass:
    """Raw outputs of some runs on any rows, in chunks."""

    def __init__(
        self,
        plan: Plan,
        parameters: Array,
        runs: NDArray[np.intp],
        dtype: Any,
        work: Workspace,
    ) -> None:
        xp = work.xp
        self.groups: list[LossGroup] = groups_of(plan, runs, xp, dtype)
        self.work = work
        self._plan, self._parameters, self._xp, self._dtype = plan, parameters, xp, dtype
        variants = [int(plan.variants[run]) for run in runs]
        first, self.streams = streams_of(variants)
        self.variants = [variants[run] for run in first]
        self.index = xp.asarray(np.array(self.variants, dtype=np.intp))
        self._networks: dict[int, Network] = {}

    def covers(self, array: Array) -> bool:
        """Whether the U streams are an array's S variants, in order."""
        return self.variants == list(range(len(array)))

    def variant_rows(self, array: Array, start: int, stop: int) -> Array:
        """Return rows (U, stop − start, …) of a part's array (S, n, …) for the U streams."""
        return array[:, start:stop] if self.covers(array) else array[self.index, start:stop]

    def stream_rows(self, rows: Array, runs: slice) -> Array:
        """Return rows (r, …), or (1, …) where all are alike, of (U, …) for a group's runs."""
        if self.streams == 1:
            return rows
        index = self._xp.asarray(np.arange(runs.start, runs.stop) % self.streams)
        picked: Array = rows[index]
        return picked

    def outputs(self, inputs: Array) -> Array:
        """Return raw outputs (r, c, K) of inputs (U, c, D + 1), valid until the next call."""
        length = int(inputs.shape[1])
        network = self._networks.get(length)
        if network is None:
            network = self._networks[length] = Network(
                self._plan.model, self._parameters, None, self.streams, length, self.work
            )
        return network.forward(Inputs.of(inputs))


def evaluated_rows(count: int, most: int) -> NDArray[np.intp]:
    """Return places (n,) of a part's samples that evaluations measure: all, or a fixed ``most`` of them."""
    if count <= most:
        return np.arange(count)
    return np.sort(stream(0, "evaluation").permutation(count)[:most])


class EvaluationParts:
    """What runs are measured on: training, validation and, where it is asked for, test rows on the device.

    Parameters
    ----------
    plan
        The plan.
    xp, dtype
        Array module of the device and precision.

    Attributes
    ----------
    rows
        Part → rows, at most ``plan.evaluate_rows`` of them.
    totals
        Part → (S, K) sums of squared deviations of numbers from their mean.
    """

    def __init__(self, plan: Plan, xp: Any, dtype: Any) -> None:
        self.rows: dict[str, Rows] = {}
        self.totals: dict[str, NDArray[np.float64]] = {}
        for name, part in plan.evaluated_parts.items():
            count = part.inputs.shape[1]
            if not count:
                continue
            inputs, targets = part.inputs, part.targets
            if count > plan.evaluate_rows:
                some = evaluated_rows(count, plan.evaluate_rows)
                inputs, targets = inputs[:, some], targets[:, some]
            self.rows[name] = Rows(xp, inputs, targets, plan.target_width, dtype)
            self.totals[name] = _total_squares(targets)


class Evaluator:
    """Measures live runs on a plan's data.

    Parameters
    ----------
    plan
        The plan.
    parts
        What to measure on.
    work
        Buffers.
    """

    def __init__(self, plan: Plan, parts: EvaluationParts, work: Workspace) -> None:
        self._plan, self._parts, self._work, self._xp = plan, parts, work, work.xp
        self._live: LiveRuns | None = None
        self._pass: _Pass | None = None
        self.classes = max(2, plan.model.sizes[-1]) if plan.data.task == "classification" else 0

    @property
    def keys(self) -> tuple[str, ...]:
        """The metric keys that an evaluation has."""
        names = CLASS_METRICS if self.classes else NUMBER_METRICS
        return tuple(f"{part}_{name}" for part in self._parts.rows for name in names)

    def measure(self, live: LiveRuns) -> Measured:
        """Measure all live runs: metrics (r,) by key, confusion (r, K, K) on validation, else on train."""
        if self._pass is None or self._live is not live:
            self._live = live
            self._pass = _Pass(self._plan, live.parameters, live.runs, live.dtype, self._work)
        metrics: dict[str, NDArray[np.float64]] = {}
        confusion: NDArray[np.int64] | None = None
        if self.classes:
            shown = "validation" if "validation" in self._parts.rows else "train"
            for part, rows in self._parts.rows.items():
                scores, counts = self._classes(self._pass, rows, len(live.runs), count=part == shown)
                confusion = counts if part == shown else confusion
                metrics |= {f"{part}_{name}": values for name, values in scores.items()}
            return Measured(metrics, confusion)
        variance: NDArray[np.float64] | None = None
        for part, rows in self._parts.rows.items():
            loss, squares, absolute = self._numbers(self._pass, rows, len(live.runs))
            mean_squares = squares / rows.count
            variance = mean_squares if variance is None else variance
            total = self._parts.totals[part][[int(v) for v in self._plan.variants[live.runs]]]
            metrics[f"{part}_loss"] = loss / rows.count
            metrics[f"{part}_nll"] = gaussian_nll(mean_squares, variance)
            metrics[f"{part}_mse"] = mean_squares.sum(axis=1)
            metrics[f"{part}_mae"] = absolute / rows.count
            metrics[f"{part}_r2"] = coefficient_of_determination(squares, total, rows.count)
        return Measured(metrics, None)

    def _chunks(self, passes: _Pass, rows: Rows) -> Any:
        """Yield (outputs (r, c, K), targets (U, c, K), start, stop) over the rows."""
        chunk = self._plan.model.rows_at_once(CHUNK)
        for start in range(0, rows.count, chunk):
            stop = min(start + chunk, rows.count)
            inputs = passes.variant_rows(rows.inputs, start, stop)
            outputs = passes.outputs(inputs)
            targets = rows.slice_targets(passes.index, passes.covers(rows.inputs), start, stop)
            yield outputs, targets, start, stop

    def _classes(
        self, passes: _Pass, rows: Rows, runs: int, *, count: bool
    ) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.int64] | None]:
        """Return the means by metric and, where asked for and not too large, the confusion counts."""
        xp = self._xp
        means_of = len(CLASS_METRICS) - 1  # all but the calibration error, whose bins lie below, for one copy
        sums = xp.zeros((means_of + CALIBRATION_BINS, runs), dtype=np.float64)
        keep_confusion = count and self.classes <= LARGEST_CONFUSION
        counts = xp.zeros((runs, self.classes, self.classes), dtype=np.int64)
        for outputs, targets, start, stop in self._chunks(passes, rows):
            assert rows.labels is not None
            labels = passes.variant_rows(rows.labels, start, stop)
            for group in passes.groups:
                mine = outputs[group.runs]
                truth = passes.stream_rows(labels, group.runs)
                wanted = passes.stream_rows(targets, group.runs)
                values, _ = group.loss.value_and_gradient(mine, wanted, passes.work)
                sums[0, group.runs] += group.scale * xp.sum(values, axis=1, dtype=np.float64)
                scores = class_scores(group.loss.link, mine, truth)
                for i, value in enumerate((scores.nll, scores.brier, scores.mae, scores.hit), start=1):
                    sums[i, group.runs] += xp.sum(value, axis=1, dtype=np.float64)
                sums[means_of:, group.runs] += calibration_gaps(scores.confidence, scores.hit).T
                if keep_confusion:
                    counts[group.runs] += confusion_counts(scores.predicted, truth, self.classes)
        totals = to_host(sums)
        # a calibration error is one of all rows, not a mean over chunks, so only full bins have a size;
        # a run's bins lie side by side to be summed, in the same order whatever other runs there are
        gaps = np.abs(np.ascontiguousarray(totals[means_of:].T)).sum(axis=1)
        means = np.vstack([totals[:means_of], gaps]) / rows.count
        means[4:, np.isnan(means[1])] = np.nan  # outputs that are not numbers hit nothing
        confusion = to_host(counts).astype(np.int64) if keep_confusion else None
        return dict(zip(CLASS_METRICS, means, strict=True)), confusion

    def _numbers(
        self, passes: _Pass, rows: Rows, runs: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        xp = self._xp
        loss = xp.zeros(runs, dtype=np.float64)
        squares = xp.zeros((runs, rows.outputs), dtype=np.float64)
        absolute = xp.zeros(runs, dtype=np.float64)
        for outputs, targets, _start, _stop in self._chunks(passes, rows):
            for group in passes.groups:
                mine = outputs[group.runs]
                wanted = passes.stream_rows(targets, group.runs)
                values, _ = group.loss.value_and_gradient(mine, wanted, passes.work)
                loss[group.runs] += group.scale * xp.sum(values, axis=1, dtype=np.float64)
                residuals = (group.loss.predictions(mine) - wanted).astype(np.float64)
                squares[group.runs] += xp.sum(residuals * residuals, axis=1)
                absolute[group.runs] += xp.sum(xp.abs(residuals), axis=(1, 2))
        return to_host(loss), to_host(squares), to_host(absolute)


def _total_squares(targets: NDArray[Any]) -> NDArray[np.float64]:
    """Return (S, K) sums of squared deviations of numbers from their mean; (S, 1) zeros for classes."""
    if targets.ndim == 2:
        return np.zeros((len(targets), 1))
    centred = targets - targets.mean(axis=1, keepdims=True)
    return (centred * centred).sum(axis=1)  # type: ignore[no-any-return]


def predict(
    plan: Plan, parameters: NDArray[Any], inputs: NDArray[Any], xp: Any, dtype: Any
) -> NDArray[np.float32]:
    """Predict with every run of a plan.

    Parameters
    ----------
    plan
        The plan.
    parameters
        (R, P) host array.
    inputs
        (G, D), already preprocessed, or (S, G, D): one for each data variant.
    xp, dtype
        Array module of the device and precision.

    Returns
    -------
    (R, G, K) predictions, after the link, on the host; K target columns also where a scale is learned.
    """
    rows = np.asarray(inputs, dtype=np.float64)
    variants = len(plan.data.train.inputs)
    if rows.ndim == 2:
        rows = np.broadcast_to(rows, (variants, *rows.shape))
    if rows.ndim != 3 or rows.shape[0] != variants or rows.shape[2] != plan.model.sizes[0]:
        raise ValueError(
            f"inputs must be (G, {plan.model.sizes[0]}) or ({variants}, G, {plan.model.sizes[0]}), "
            f"not {np.shape(inputs)}"
        )
    runs = np.arange(len(plan.initial), dtype=np.intp)
    passes = _Pass(plan, xp.asarray(parameters, dtype=dtype), runs, dtype, Workspace(xp))
    result = np.empty((len(runs), rows.shape[1], plan.target_width), dtype=np.float32)
    with np.errstate(all="ignore"):
        chunk = plan.model.rows_at_once(CHUNK)
        for start in range(0, rows.shape[1], chunk):
            piece = rows[passes.variants, start : start + chunk]
            extended = np.ones((*piece.shape[:2], piece.shape[2] + 1))
            extended[..., :-1] = piece
            outputs = passes.outputs(xp.asarray(extended.astype(dtype)))
            for group in passes.groups:
                predictions = group.loss.predictions(outputs[group.runs])
                result[group.runs, start : start + piece.shape[1]] = to_host(predictions)
    return result
