"""NPZ and NPY files; objects in them are never unpickled."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.datasets.base import LARGEST
from compute.datasets.reading.table import Table, distinct_names
from compute.datasets.reading.wording import count, listed, quoted, refuse

PAIRS = (("X", "y"), ("x", "y"), ("inputs", "targets"), ("data", "target"), ("data", "targets"), ("X", "Y"))


def read_arrays(file: str, data: bytes, options: Mapping[str, Any]) -> tuple[Table, str]:
    """Read inputs and targets from an NPZ, or a table from a structured or two-dimensional array.

    Parameters
    ----------
    file
        Name for messages.
    data
        The file's bytes.
    options
        ``target`` may name the array of targets, or the field of a structured array.

    Returns
    -------
    table
        Columns Float64 or String.
    target
        Names of its target columns with commas between, or "" for the last.

    Raises
    ------
    ProblemError
        Damage, pickled objects, no pair of inputs and targets, shapes that do not fit.
    """
    arrays = _load(file, data)
    wanted = options["target"].strip()
    pairs = [pair for pair in PAIRS if pair[0] in arrays and pair[1] in arrays]
    if wanted in arrays and len(arrays) > 1:
        inputs = next((key for key, _ in PAIRS if key in arrays and key != wanted), None)
        pairs = [(inputs or next(key for key in arrays if key != wanted), wanted)]
    if pairs:
        return _pair(file, arrays, *pairs[0])
    if len(arrays) == 1:
        return _single(file, *next(iter(arrays.items()))), wanted
    raise refuse(
        file,
        "it has no X and y.",
        f"Its arrays are {listed([f'{k} {v.shape}' for k, v in arrays.items()])}. Inputs and targets are "
        "looked for as X and y, inputs and targets, or data and target.",
        "data.target",
    )


def _load(file: str, data: bytes) -> dict[str, NDArray[Any]]:
    try:
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                size = sum(member.file_size for member in archive.infolist())
            if size > LARGEST * 8:
                raise refuse(
                    file, f"unpacked it has {size / 1e9:.1f} GB.", f"At most {LARGEST * 8 / 1e9:.1f} GB fit."
                )
            with np.load(io.BytesIO(data), allow_pickle=False) as loaded:
                arrays = {key: _plain(file, key, loaded) for key in loaded.files}
        else:
            arrays = {"array": np.load(io.BytesIO(data), allow_pickle=False)}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, NotImplementedError) as error:
        raise _damaged(file, error) from None
    except (ValueError, SyntaxError, TypeError, RuntimeError) as error:
        if hasattr(error, "problem"):
            raise
        if "allow_pickle" in str(error) or "Object arrays" in str(error):
            raise _pickled(file, "its array") from None
        raise _damaged(file, error) from None
    except MemoryError:
        raise refuse(file, "it does not fit into memory.", "A smaller file would.") from None
    if not arrays:
        raise refuse(file, "it is empty.", "The archive holds no arrays.")
    return arrays


def _plain(file: str, key: str, loaded: Any) -> NDArray[Any]:
    try:
        array = loaded[key]
    except ValueError as error:
        if "allow_pickle" in str(error) or "Object arrays" in str(error):
            raise _pickled(file, f"its array {quoted(key, 12)}") from None
        raise
    if not isinstance(array, np.ndarray):
        raise refuse(
            file, f"{quoted(key, 16)} is not an array.", "Archives as numpy.savez writes can be read."
        )
    return array


def _pickled(file: str, what: str) -> Exception:
    return refuse(
        file,
        f"{what} holds pickled objects.",
        "Such objects can run code when they are opened, so they never are. Saved as numbers or text "
        "(astype(float), astype(str)) the array can be read.",
    )


def _damaged(file: str, error: Exception) -> Exception:
    return refuse(
        file,
        "it is damaged.",
        f"It begins like an archive of arrays, but: {str(error) or type(error).__name__}.",
    )


def _pair(file: str, arrays: dict[str, NDArray[Any]], inputs_key: str, targets_key: str) -> tuple[Table, str]:
    import polars

    inputs, targets = arrays[inputs_key], arrays[targets_key]
    notes = [f"inputs are the array {quoted(inputs_key)}, targets {quoted(targets_key)}"]
    for key, array in ((inputs_key, inputs), (targets_key, targets)):
        if array.ndim == 0 or array.size == 0:
            raise refuse(
                file,
                f"the array {quoted(key, 12)} is empty.",
                f"Its shape is {array.shape}; rows are needed.",
            )
    if len(inputs) != len(targets):
        raise refuse(
            file,
            f"{count(len(inputs))} inputs and {count(len(targets))} targets.",
            f"The shapes are {inputs.shape} and {targets.shape}; the first numbers must be equal.",
        )
    if targets.ndim > 2:
        raise refuse(
            file,
            f"targets have {targets.ndim} dimensions.",
            f"The shape of {quoted(targets_key)} is {targets.shape}; one target or one row of targets a "
            "sample is needed.",
        )
    if inputs.ndim > 2:
        flat = int(np.prod(inputs.shape[1:]))
        notes.append(f"inputs of shape {inputs.shape[1:]} are read as rows of {count(flat, 'number')}")
    inputs = inputs.reshape(len(inputs), -1)
    names = _strings(arrays.get("feature_names"), inputs.shape[1]) or [
        f"x{i + 1}" for i in range(inputs.shape[1])
    ]
    targets = targets.reshape(len(targets), -1)
    target_names = (
        [targets_key] if targets.shape[1] == 1 else [f"{targets_key}{i + 1}" for i in range(targets.shape[1])]
    )
    all_names, renamed = distinct_names([*target_names, *names])
    series = [
        _series(file, name, column) for name, column in zip(all_names, [*targets.T, *inputs.T], strict=True)
    ]
    classes = _strings(arrays.get("target_names"), None)
    if classes and targets.shape[1] == 1 and targets.dtype.kind in "iu":
        codes = targets[:, 0]
        if codes.min() >= 0 and codes.max() < len(classes) and len(set(classes)) == len(classes):
            series[0] = polars.Series(all_names[0], np.array(classes)[codes].tolist())
            notes.append("class names are the array “target_names”")
    frame = polars.DataFrame(series)
    return Table(file, frame, None, False, False, (*notes, *renamed)), ",".join(
        all_names[: len(target_names)]
    )


def _strings(array: NDArray[Any] | None, length: int | None) -> list[str] | None:
    if array is None or array.dtype.kind not in "US" or array.ndim != 1:
        return None
    if length is not None and len(array) != length:
        return None
    return [str(name) for name in array.astype(str)]


def _single(file: str, key: str, array: NDArray[Any]) -> Table:
    import polars

    if array.ndim == 1 and array.dtype.names:
        columns = {name: array[name] for name in array.dtype.names}
    elif array.ndim == 2 and array.shape[1] >= 1 and not array.dtype.names:
        columns = {f"x{i + 1}": array[:, i] for i in range(array.shape[1])}
    else:
        raise refuse(
            file,
            f"the array {quoted(key, 12)} is no table.",
            f"Its shape is {array.shape}; rows and columns, the last of them the target, or two arrays "
            "X and y are needed.",
        )
    if not len(array):
        raise refuse(file, "it has no rows.", f"The shape of its array is {array.shape}.")
    if len(columns) < 2:
        raise refuse(file, "it has one column.", "A column of inputs and one of targets are needed.")
    return Table(file, polars.DataFrame([_series(file, name, column) for name, column in columns.items()]))


def _series(file: str, name: str, column: NDArray[Any]) -> Any:
    import polars

    if column.ndim != 1:
        raise refuse(file, f"{quoted(name, 16)} has several values a row.", f"Its shape is {column.shape}.")
    if column.dtype.kind in "biuf":
        return polars.Series(name, np.ascontiguousarray(column, dtype=np.float64))
    if column.dtype.kind in "US":
        try:
            return polars.Series(name, column.astype(str).tolist(), dtype=polars.String)
        except UnicodeDecodeError:
            raise refuse(
                file, f"{quoted(name, 16)} holds bytes that are not text.", "ASCII can be read."
            ) from None
    raise refuse(
        file,
        f"{quoted(name, 16)} holds {column.dtype.name[:20]} values.",
        "Numbers, true and false, and text can be read; complex numbers, dates and objects cannot.",
    )
