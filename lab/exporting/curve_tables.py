"""Recorded curves as files: CSV in long and wide form, and Parquet."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compute.problems import Problem, ProblemError
from lab.loss_labels import loss_labels
from lab.view_options import PanelSource
from lab.whole_files import whole_file

if TYPE_CHECKING:
    import polars

LONG_COLUMNS = ("experiment", "run", "loss", "seed", "step", "epoch", "metric", "value")
LARGEST_WIDE = 100_000_000
"""Cells."""


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
