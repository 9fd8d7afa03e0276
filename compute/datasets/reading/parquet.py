"""Parquet files, through polars."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from typing import Any

from compute.datasets.reading.table import Table
from compute.datasets.reading.wording import count, listed, quoted, refuse, short
from compute.problems import Remedy

_TRIAL = "import io, sys, polars; polars.read_parquet(io.BytesIO(sys.stdin.buffer.read()))"


def _stops_the_reader(data: bytes) -> bool:
    """Return whether reading these bytes ends the process that does it.

    Some damaged lengths make polars ask for more memory than there is and abort; no exception can catch that.
    So a process of its own reads the file first (0.2 s and the reading).
    """
    environment = {**os.environ, "POLARS_MAX_THREADS": "2", "RUST_BACKTRACE": "0"}
    trial = subprocess.run(
        [sys.executable, "-I", "-c", _TRIAL],
        input=data,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        check=False,
    )
    return trial.returncode not in (0, 1)


def read_parquet(file: str, data: bytes, text: str) -> Table:
    """Read a Parquet file.

    Parameters
    ----------
    file
        Name for messages.
    data
        The file's bytes.
    text
        What to do with columns that are no numbers; ``"drop"`` also leaves out dates and nested values.

    Raises
    ------
    ProblemError
        Damage, no rows, fewer than two columns, dates or nested values.
    """
    import polars

    if _stops_the_reader(data):
        raise refuse(
            file,
            "it is damaged.",
            "It begins like a Parquet file, but a trial reading in a process of its own ended that process.",
        )
    try:
        frame = polars.read_parquet(io.BytesIO(data))
    except (polars.exceptions.PolarsError, polars.exceptions.PanicException, OSError) as error:
        raise refuse(
            file, "it is damaged.", f"It begins like a Parquet file, but: {short(str(error), 160)}."
        ) from None
    except MemoryError:
        raise refuse(file, "it does not fit into memory.", "A smaller file would.") from None
    if frame.width < 2:
        raise refuse(
            file,
            f"it has {count(frame.width, 'column')}.",
            "A column of inputs and one of targets are needed.",
        )
    if not frame.height:
        raise refuse(file, "it has no rows.", f"Its columns are {listed(frame.columns)}.")
    other: list[str] = []
    series: list[Any] = []
    for column in frame.get_columns():
        if column.dtype.is_numeric() or column.dtype == polars.Boolean or column.dtype == polars.Null:
            series.append(column.cast(polars.Float64))
        elif column.dtype in (polars.String, polars.Categorical, polars.Enum):
            series.append(column.cast(polars.String))
        else:
            other.append(column.name)
    if other and text != "drop":
        kind = str(frame[other[0]].dtype)
        raise refuse(
            file,
            "a column holds neither numbers nor text.",
            f"{quoted(other[0])} holds {short(kind, 40)}. Of this kind: {listed(other, 5)}.",
            "data.text",
            (Remedy(f"Leave out {count(len(other), 'column')}", {"data.text": "drop"}),),
        )
    notes = (f"left out, because it holds neither numbers nor text: {listed(other, 5)}",) if other else ()
    if len(series) < 2:
        raise refuse(file, "fewer than two columns are left.", f"Left out are {listed(other)}.")
    return Table(file, polars.DataFrame(series), None, False, True, notes)
