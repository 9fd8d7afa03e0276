"""Some runs of a plan, few enough that what they work on stays in the processor's cache.

The updates themselves are done in `compute.blocks`; here they are evaluated and stopped.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.blocks import Block, Blocks
from compute.evaluation import EvaluationParts, Evaluator
from compute.live_runs import LiveRuns
from compute.plan import Chunk, Evaluation, Plan, RunEnd
from compute.recording import make_chunk
from compute.rows import Rows
from compute.standing import Standing
from compute.stopping import PlateauWatch, TargetWatch
from compute.workspace import Workspace


class Tile:
    """R runs trained together.

    Parameters
    ----------
    plan
        What to train; `compute.training` cuts it out of a larger one.
    rows
        The training part on the device.
    parts
        What runs are evaluated on.
    work
        Buffers, shared with other tiles.
    standing, seconds
        How the runs stand that go on, and the time spent on them before; from step 0 by default.

    Raises
    ------
    ValueError
        If a rule watches a metric that is not measured.
    """

    def __init__(
        self,
        plan: Plan,
        rows: Rows,
        parts: EvaluationParts,
        work: Workspace,
        standing: Standing | None = None,
        seconds: float = 0.0,
    ) -> None:
        self.plan = plan
        self._work = work
        with np.errstate(all="ignore"):
            self._blocks = Blocks(plan, rows, work, standing, seconds)
            self._evaluator = Evaluator(plan, parts, work)
        for rule in (plan.target, plan.plateau):
            if rule is not None and rule.metric not in self._evaluator.keys:
                known = ", ".join(self._evaluator.keys)
                raise ValueError(f"{rule.metric!r} is not measured here; measured are {known}")
        self._target = TargetWatch(plan.target) if plan.target else None
        self._plateau = PlateauWatch(plan.plateau, len(plan.initial)) if plan.plateau else None
        self._evaluated = -1
        self._confusion: NDArray[np.int64] | None = None
        if standing is not None:
            self._evaluated, self._confusion = standing.last_evaluation, standing.confusion
            if self._plateau is not None and standing.best is not None and standing.waited is not None:
                self._plateau.best, self._plateau.waited = standing.best, standing.waited

    @property
    def step(self) -> int:
        """Updates done; once all runs have ended, those of the run that lasted longest."""
        return self._blocks.step

    @property
    def finished(self) -> bool:
        """Whether the planned steps are done or all runs have ended."""
        return self._blocks.live is None or (self.step >= self.plan.steps and self._evaluated == self.step)

    @property
    def seconds(self) -> float:
        """Time spent on updates."""
        return self._blocks.seconds

    def set_rates(self, rates: NDArray[np.float64]) -> None:
        """Set the base learning rates (R,) from the next update on."""
        self._blocks.set_rates(rates)

    def parameters(self) -> NDArray[Any]:
        """Return the parameters (R, P) on the host: current, or frozen where a run has ended."""
        return self._blocks.parameters()

    def standing(self) -> Standing:
        """Return how the runs stand, copies on the host."""
        plateau = self._plateau
        return Standing(
            **self._blocks.standing(),
            evaluated=np.full(len(self.plan.initial), self._evaluated, dtype=np.int64),
            confusion=self._confusion,
            best=None if plateau is None else plateau.best,
            waited=None if plateau is None else plateau.waited,
        )

    def gradient(self, step: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return objective (R,) and gradient (R, P) at the initial parameters, on the batch of a step."""
        runs = np.arange(len(self.plan.initial), dtype=np.intp)
        with np.errstate(all="ignore"):
            live = LiveRuns(
                self.plan, self._blocks.data, runs, self.plan.initial, self._blocks.rates, None, 1, self._work
            )
            return live.objective_and_gradient(step)

    def advance(self, steps: int) -> Chunk:
        """Do at most this many updates, as `compute.training.Training.advance`."""
        first, goal = self.step, min(self.plan.steps, self.step + max(0, steps))
        blocks: list[Block] = []
        evaluations: list[Evaluation] = []
        ended: list[RunEnd] = []
        with np.errstate(all="ignore"):
            self._evaluate_if_due(evaluations, ended)
            while self._blocks.live is not None and self.step < goal:
                blocks.append(self._blocks.advance(min(goal, self._next_stop())))
                ended.extend(blocks[-1].ended)
                self._evaluate_if_due(evaluations, ended)
            return make_chunk(
                first,
                [(block.rows, block.rates, block.seconds) for block in blocks],
                evaluations,
                ended,
                len(self.plan.initial),
                self.plan.model.layers,
            )

    def _next_stop(self) -> int:
        every = max(1, self.plan.evaluate_every)
        return min(self.step + self._blocks.longest, (self.step // every + 1) * every)

    def _evaluate_if_due(self, evaluations: list[Evaluation], ended: list[RunEnd]) -> None:
        live, step = self._blocks.live, self.step
        due = step % max(1, self.plan.evaluate_every) == 0 or step == self.plan.steps
        if live is None or not due or self._evaluated == step:
            return
        self._evaluated = step
        measured = self._evaluator.measure(live)
        count = len(self.plan.initial)
        metrics = {key: np.full(count, np.nan) for key in measured.metrics}
        for key, values in measured.metrics.items():
            metrics[key][live.runs] = values
        if measured.confusion is not None:
            confusion = (
                np.zeros((count, *measured.confusion.shape[1:]), dtype=np.int64)
                if self._confusion is None
                else self._confusion.copy()
            )
            confusion[live.runs] = measured.confusion
            self._confusion = confusion
        kept = self._kept(step)
        parameters = self._blocks.parameters_of(np.array(kept, dtype=np.intp)) if kept else None
        evaluations.append(Evaluation(step, self._blocks.seconds, metrics, self._confusion, kept, parameters))
        self._stop_runs(live, metrics, ended)

    def _kept(self, step: int) -> tuple[int, ...]:
        """Return the runs whose parameters the evaluation at a step hands over."""
        if step == self.plan.steps:
            return self.plan.kept_last or self.plan.kept
        interval = max(1, self.plan.evaluate_every) * max(1, self.plan.keep_every)
        return self.plan.kept if step % interval == 0 else ()

    def _stop_runs(
        self, live: LiveRuns, metrics: dict[str, NDArray[np.float64]], ended: list[RunEnd]
    ) -> None:
        """Freeze the live runs that a stop rule ends at this evaluation."""
        ends: dict[int, RunEnd] = {}
        if self._plateau is not None:
            values = metrics[self._plateau.rule.metric]
            for run in np.flatnonzero(self._plateau.flat(values)).tolist():
                ends[run] = RunEnd(run, self.step, "plateau", None, float(values[run]))
        if self._target is not None:
            values = metrics[self._target.rule.metric]
            for run in np.flatnonzero(self._target.reached(values)).tolist():
                ends[run] = RunEnd(run, self.step, "target", None, float(values[run]))
        stopped = np.array([run in ends for run in live.runs.tolist()])
        if stopped.any():
            ended.extend(ends[run] for run in live.runs[stopped].tolist())
            self._blocks.freeze(stopped)
