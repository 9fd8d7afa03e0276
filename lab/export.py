"""Curves and results as files: CSV in long and wide form, Parquet, the experiment, and results.json."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from compute.problems import Problem, ProblemError
from lab.config import ExperimentConfig
from lab.experiment_file import dump_experiment
from lab.loss_labels import loss_labels
from lab.messages import DeviceReport
from lab.summary import summarize_runs
from lab.versions import versions
from lab.view_options import PanelSource, RunState
from lab.whole_files import check_free, whole_file

if TYPE_CHECKING:
    import polars

LONG_COLUMNS = ("experiment", "run", "loss", "seed", "step", "epoch", "metric", "value")
LARGEST_WIDE = 100_000_000

TABLES: dict[str, str] = {
    "csv_long": "-curves.csv",
    "csv_wide": "-curves-wide.csv",
    "parquet": "-curves.parquet",
    "toml": ".toml",
    "results": "-results.json",
}
"""Kinds of table and how their files' names end."""


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


def export_tables(
    source: ResultSource,
    folder: Path | str,
    stem: str,
    tables: Sequence[str],
    *,
    overwrite: bool = False,
) -> tuple[Path, ...]:
    """Write some tables of an experiment, named ``stem`` and what `TABLES` says.

    Parameters
    ----------
    source
        The experiment.
    folder
        Where to; made if it is missing.
    stem
        What the files' names begin with.
    tables
        Keys of `TABLES`.
    overwrite
        Whether files that exist may be replaced. If not, nothing is written when one of them exists.

    Returns
    -------
    The paths written, in the order asked for.

    Raises
    ------
    ProblemError
        Where a file exists, a folder is read-only or full, or there are no runs yet.
    """
    paths = export_paths(folder, stem, tables)
    if not source.curves.metrics() and set(tables) - {"toml"}:
        raise ProblemError(Problem("There are no curves to save yet", "Run the experiment first."))
    check_free(list(paths), overwrite)
    for kind, path in zip(tables, paths, strict=True):
        if kind == "csv_long":
            write_curves_csv(source, path, overwrite=overwrite)
        elif kind == "csv_wide":
            write_curves_csv(source, path, form="wide", overwrite=overwrite)
        elif kind == "parquet":
            write_curves_parquet(source, path, overwrite=overwrite)
        elif kind == "toml":
            write_config(source.run_config, path, overwrite=overwrite)
        else:
            write_results(source, path, overwrite=overwrite)
    return paths


def export_paths(folder: Path | str, stem: str, tables: Sequence[str]) -> tuple[Path, ...]:
    """Return where `export_tables` would write."""
    base = Path(folder).expanduser()
    return tuple(base / f"{stem}{TABLES[kind]}" for kind in tables)


def _long_frames(source: PanelSource) -> Iterator[polars.DataFrame]:
    """Yield a table for each metric of each run, values in the precision in which they were recorded."""
    import polars as pl

    config = source.run_config
    names = loss_labels(config)
    per_epoch = source.steps_per_epoch or math.nan
    for run in source.runs:
        info = run.info
        for metric in source.curves.metrics():
            steps, values = source.curves.series(metric, info.index)
            if not len(steps):
                continue
            yield pl.DataFrame({"step": steps, "epoch": steps / per_epoch, "value": values}).select(
                pl.lit(config.name).alias("experiment"),
                pl.lit(info.index, dtype=pl.Int32).alias("run"),
                pl.lit(names[info.loss_index]).alias("loss"),
                pl.lit(info.seed, dtype=pl.Int64).alias("seed"),
                "step",
                "epoch",
                pl.lit(metric).alias("metric"),
                "value",
            )


def write_curves_csv(
    source: PanelSource, path: Path | str, form: str = "long", *, overwrite: bool = False
) -> None:
    """Write every recorded value as CSV (UTF-8, comma, decimal point).

    Parameters
    ----------
    source
        The experiment.
    path
        The file.
    form
        ``"long"``: a row a value, columns experiment, run, loss, seed, step, epoch, metric, value.
        ``"wide"``: a row a step, a column a metric and run, empty where nothing was measured.
    overwrite
        Whether the file may be replaced.

    Raises
    ------
    ProblemError
        Where it cannot be written; a wide table of more than 100 million cells is refused.
    """
    if form not in ("long", "wide"):
        raise ValueError(f"form must be 'long' or 'wide', not {form!r}")
    table = _wide_frame(source) if form == "wide" else None
    with whole_file(Path(path), overwrite=overwrite) as file:
        if table is not None:
            for part in table.iter_slices(50_000):
                header = file.tell() == 0
                file.write(part.write_csv(include_header=header).encode())
            return
        file.write((",".join(LONG_COLUMNS) + "\n").encode())
        for frame in _long_frames(source):
            file.write(frame.write_csv(include_header=False).encode())


def _wide_frame(source: PanelSource) -> polars.DataFrame:
    import polars as pl

    names = loss_labels(source.run_config)
    columns: list[tuple[str, np.ndarray, np.ndarray]] = []
    for metric in source.curves.metrics():
        for run in source.runs:
            steps, values = source.curves.series(metric, run.info.index)
            if len(steps):
                title = f"{metric} · {names[run.info.loss_index]} · seed {run.info.seed}"
                columns.append((title, steps, values))
    every = _union(steps for _, steps, _ in columns)
    if len(every) * len(columns) > LARGEST_WIDE:
        raise ProblemError(
            Problem(
                f"A wide table of {len(every):,} × {len(columns):,} cells is too large".replace(
                    ",", "\u2009"
                ),
                "The long form and Parquet hold any number of steps.",
            )
        )
    per_epoch = source.steps_per_epoch or math.nan
    data: dict[str, Any] = {"step": every, "epoch": every / per_epoch}
    for title, steps, values in columns:
        column = np.zeros(len(every), dtype=values.dtype)
        present = np.zeros(len(every), dtype=bool)
        place = np.searchsorted(every, steps)
        column[place], present[place] = values, True
        data[title] = pl.Series(values=column).set(pl.Series(~present), None)
    return pl.DataFrame(data)


def _union(arrays: Iterable[np.ndarray]) -> np.ndarray:
    """Return all values that occur, ascending. Equal arrays, the usual case, are looked at once."""
    seen: list[np.ndarray] = []
    for array in arrays:
        if not any(len(array) == len(known) and np.array_equal(array, known) for known in seen[:8]):
            seen.append(array)
    return np.unique(np.concatenate(seen)) if seen else np.empty(0, dtype=np.int64)


def write_curves_parquet(source: PanelSource, path: Path | str, *, overwrite: bool = False) -> None:
    """Write the long form as Parquet (zstd), values as 64-bit floats.

    Raises
    ------
    ProblemError
        Where it cannot be written.
    """
    import polars as pl
    from polars.io.plugins import register_io_source

    def typed(frame: polars.DataFrame) -> polars.DataFrame:
        return frame.with_columns(
            pl.col("value").cast(pl.Float64), pl.col("experiment", "loss", "metric").cast(pl.Categorical)
        )

    # a run and metric at a time: the whole table need not fit into memory
    def frames(
        columns: list[str] | None, predicate: polars.Expr | None, rows: int | None, batch: int | None
    ) -> Iterator[polars.DataFrame]:
        for frame in map(typed, _long_frames(source)):
            chosen = frame if columns is None else frame.select(columns)
            yield chosen if predicate is None else chosen.filter(predicate)

    first = next(_long_frames(source), None)
    if first is None:
        raise ProblemError(Problem("There are no curves to save yet", "Run the experiment first."))
    table = register_io_source(frames, schema=typed(first.clear()).schema)
    with whole_file(Path(path), overwrite=overwrite) as file:
        try:
            table.sink_parquet(file, compression="zstd")
        except pl.exceptions.ComputeError as error:
            number = re.search(r"os error (\d+)", str(error))
            if number is None:
                raise
            code = int(number[1])  # polars says in words what the system refused
            raise OSError(code, os.strerror(code)) from error


def write_config(config: ExperimentConfig, path: Path | str, *, overwrite: bool = False) -> None:
    """Write the experiment that runs were made with.

    Raises
    ------
    ProblemError
        Where it cannot be written.
    """
    with whole_file(Path(path), overwrite=overwrite) as file:
        file.write(dump_experiment(config).encode())


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
