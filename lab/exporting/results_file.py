"""Results as data for other programs: ``results.json``."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from lab.loss_labels import loss_labels
from lab.messages import DeviceReport
from lab.summary import summarize_runs
from lab.versions import versions
from lab.view_options import PanelSource, RunState
from lab.whole_files import whole_file


class ResultSource(PanelSource, Protocol):
    """What results are written of: a `lab.session.Session`."""

    @property
    def device(self) -> DeviceReport | None:
        """Where it was computed."""

    @property
    def seconds(self) -> float:
        """Training time."""

    @property
    def state(self) -> str:
        """How it ended, or where it stands."""

    @property
    def interventions(self) -> tuple[str, ...]:
        """What was changed by hand while it ran."""


def write_results(source: ResultSource, path: Path | str, *, overwrite: bool = False) -> None:
    """Write device, versions, every run's end and final values, and the summary as JSON.

    Raises
    ------
    ProblemError
        Where it cannot be written.
    """
    text = json.dumps(results(source), ensure_ascii=False, indent=2, allow_nan=False)
    with whole_file(Path(path), overwrite=overwrite) as file:
        file.write(text.encode() + b"\n")


def results(source: ResultSource) -> dict[str, Any]:
    """Return what `write_results` writes: plain JSON values, ``None`` for what is not a finite number."""
    config, device, data = source.run_config, source.device, source.summary
    summary = summarize_runs(source)
    names = loss_labels(config)
    return {
        "format": 1,
        "experiment": config.name,
        "stored_as": getattr(source, "stored_as", "") or None,
        "state": source.state,
        "step": source.step,
        "planned_steps": source.planned_steps,
        "steps_per_epoch": source.steps_per_epoch,
        "seconds": _number(source.seconds),
        "device": None
        if device is None
        else {"kind": device.kind, "label": device.label, "reason": device.reason},
        # what was stored earlier was computed with the versions of then
        "versions": dict(getattr(source, "versions", None) or versions()),
        "data": None
        if data is None
        else {
            "name": data.name,
            "task": data.task,
            "samples": data.samples,
            "features": data.features,
            "outputs": data.outputs,
            "train": data.train,
            "validation": data.validation,
            "test": data.test,
            "corrupted": data.corrupted_count,
            "preprocessing": data.preprocessing,
            "notes": list(data.notes),
        },
        "seeds": list(config.seeds.values),
        "losses": [
            {
                "index": index,
                "name": loss.name,
                "label": names[index],
                "formula": loss.card.plain or loss.card.formula,
                "scale": loss.scale,
                "parameters": loss.parameters,
                "learning_rate": loss.learning_rate or config.optimizer.learning_rate,
            }
            for index, loss in enumerate(config.losses)
        ],
        "interventions": list(source.interventions),
        "runs": [_run(source, run, names) for run in source.runs],
        "summary": {
            "target": None
            if summary.target is None
            else {"metric": summary.target[0], "value": summary.target[1]},
            "losses": [
                {
                    "label": row.name,
                    "runs": row.runs,
                    "diverged": row.diverged,
                    "final": {
                        key: {
                            "mean": _number(spread.mean),
                            "deviation": _number(spread.deviation),
                            "runs": spread.runs,
                        }
                        for key, spread in row.finals.items()
                    },
                    "reached_target": row.reached if summary.target is not None else None,
                    "median_steps_to_target": row.median_steps,
                }
                for row in summary.rows
            ],
        },
    }


def _run(source: ResultSource, run: RunState, names: Sequence[str]) -> dict[str, Any]:
    end = run.end
    return {
        "run": run.info.index,
        "loss": names[run.info.loss_index],
        "seed": run.info.seed,
        "parameters": run.info.parameters,
        "status": run.status,
        "end": None
        if end is None
        else {
            "reason": end.reason,
            "step": end.step,
            "layer": None if end.layer is None else run.info.layers[end.layer],
            "value": _number(end.value),
        },
        "final": {
            metric: _number(source.curves.last(metric, run.info.index)) for metric in source.curves.metrics()
        },
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
