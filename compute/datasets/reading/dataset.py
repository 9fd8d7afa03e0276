"""From a file to a data set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from compute.datasets.base import Dataset
from compute.datasets.reading.arrays import read_arrays
from compute.datasets.reading.delimited import read_delimited
from compute.datasets.reading.inputs import Inputs, read_inputs
from compute.datasets.reading.parquet import read_parquet
from compute.datasets.reading.source import read_whole
from compute.datasets.reading.table import Table
from compute.datasets.reading.targets import choose_columns, read_targets
from compute.datasets.reading.wording import count, listed, refuse
from compute.problems import ProblemError, Remedy

_KINDS = (
    (b"%PDF", "a PDF document"), (b"\x1f\x8b", "compressed with gzip"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"\x89PNG", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture"), (b"\x89HDF", "an HDF5 file"),
    (b"SQLite format 3", "an SQLite database"), (b"\xfd7zXZ", "compressed with xz"),
    (b"BZh", "compressed with bzip2"),
)  # fmt: skip


def read_dataset(parameters: Mapping[str, Any]) -> Dataset:
    """Read a file as `compute.datasets.files.FILE` declares it.

    What kind of file it is follows from its first bytes, not from its name.

    Raises
    ------
    ProblemError
        Whatever is wrong, with the place and the ways out.
    """
    file, data = read_whole(parameters["path"])
    try:
        return _dataset(file, data, parameters)
    except MemoryError:
        raise refuse(
            file, "it does not fit into memory.", "Fewer rows or columns, or a Parquet file, may."
        ) from None


def _dataset(file: str, data: bytes, parameters: Mapping[str, Any]) -> Dataset:
    options = dict(parameters)
    suffix = file.lower().rpartition(".")[2]
    kind = "text"
    if data.startswith(b"PAR1"):
        kind = "parquet"
        table = read_parquet(file, data, options["text"])
    elif data.startswith(b"\x93NUMPY") or (data.startswith(b"PK") and _is_npz(data)):
        kind = "npz" if data.startswith(b"PK") else "npy"
        table, options["target"] = read_arrays(file, data, options)
    else:
        _refuse_other_kinds(file, suffix, data)
        table = read_delimited(file, data, options)
    del data
    notes = list(table.notes)
    if suffix in ("csv", "tsv", "txt", "parquet", "npz", "npy") and kind != "text" and suffix != kind:
        notes.insert(
            0, f"the file is {kind.upper() if kind != 'parquet' else 'Parquet'}, whatever its name says"
        )
    return _finish(table, options, notes)


def _is_npz(data: bytes) -> bool:
    """Return whether a ZIP archive holds arrays; an Excel file is a ZIP archive too."""
    return b".npy" in data[:4096] or b".npy" in data[-65536:] or b"[Content_Types]" not in data[:4096]


def _refuse_other_kinds(file: str, suffix: str, data: bytes) -> None:
    readable = "CSV and its relatives, Parquet and NPZ can be read."
    if suffix in ("parquet", "npz", "npy"):
        raise refuse(
            file,
            f"it is no {'Parquet' if suffix == 'parquet' else suffix.upper()} file.",
            f"Its first bytes are not those of one; it is probably damaged or has the wrong name. {readable}",
        )
    if data.startswith(b"PK"):
        raise refuse(
            file,
            "it is an Excel or ZIP file.",
            f"Saved from the spreadsheet as CSV it can be read. {readable}",
        )
    for start, what in _KINDS:
        if data.startswith(start):
            raise refuse(file, f"it is {what}.", readable)


def _nothing_left(file: str, inputs: Inputs, options: Mapping[str, Any]) -> ProblemError:
    """Return why no row can be used, and what would leave some: no mean fills a column without a number."""
    hollow = [
        name
        for name, values in zip(inputs.names, inputs.matrix.T, strict=True)
        if not np.isfinite(values).any()
    ]
    body = "Every row has a missing or infinite value, so dropping rows leaves nothing."
    if not hollow:
        fill = Remedy("Fill with the column's mean", {"data.missing": "mean"})
        return refuse(file, "no row is without gaps.", body, "data.missing", (fill,))
    body += f" There is no finite number under {listed(hollow, 5)}."
    ignored = ", ".join([options["ignore"], *hollow]) if options["ignore"].strip() else ", ".join(hollow)
    can_be_named = len(hollow) < len(inputs.names) and not any("," in name for name in hollow)
    remedies = (Remedy(f"Leave out {listed(hollow, 2)}", {"data.ignore": ignored}),) if can_be_named else ()
    return refuse(file, "no row is without gaps.", body, "data.ignore", remedies)


def _finish(table: Table, options: Mapping[str, Any], notes: list[str]) -> Dataset:
    input_names, target_names, said = choose_columns(table, options)
    notes += said
    targets = read_targets(table, target_names, input_names, options)
    inputs = read_inputs(table, input_names, options)
    notes += [*targets.notes, *inputs.notes]
    dropped = targets.gaps | inputs.gaps
    matrix, values, names = inputs.matrix, targets.values, targets.names
    if dropped.any():
        if dropped.all():
            raise _nothing_left(table.file, inputs, options)
        matrix, values = matrix[~dropped], values[~dropped]
        if options["missing"] == "drop":
            notes.append(
                f"{count(int(dropped.sum()), 'row')} of {count(len(dropped))} dropped: missing or infinite"
            )
        if targets.task == "classification":
            present, values = np.unique(values, return_inverse=True)
            if len(present) < len(names):
                notes.append(
                    f"{len(names) - len(present)} of {len(names)} classes went with the dropped rows"
                )
                names = tuple(names[k] for k in present)
            if len(names) < 2:
                raise refuse(
                    table.file,
                    "one class is left.",
                    f"Only {names[0]} remains after dropping rows.",
                    "data.missing",
                    (Remedy("Fill with the column's mean", {"data.missing": "mean"}),),
                )
            values = values.astype(np.int64)
    return Dataset(
        "file",
        targets.task,
        np.ascontiguousarray(matrix),
        values,
        inputs.names,
        names,
        tuple(notes),
    )
