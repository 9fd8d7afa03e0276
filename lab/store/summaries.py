"""The data summary of an experiment as text and bytes."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import fields

import numpy as np

from lab.messages import DataSummary

LARGEST = 16 * 2**20
"""Most bytes that the arrays of a summary, of 2 000 points, may unpack to."""
_ARRAYS = ("points", "labels", "split", "corrupted", "rows")
_TUPLES = ("feature_names", "target_names", "notes")


def pack_summary(summary: DataSummary) -> tuple[str, str, bytes]:
    """Return key, facts as JSON and arrays as a compressed npz; equal summaries have equal keys."""
    facts = {
        field.name: getattr(summary, field.name) for field in fields(summary) if field.name not in _ARRAYS
    }
    text = json.dumps(facts, ensure_ascii=False)
    digest = hashlib.sha256(text.encode())
    arrays = {name: np.ascontiguousarray(getattr(summary, name)) for name in _ARRAYS}
    for array in arrays.values():
        digest.update(repr((array.shape, array.dtype.str)).encode())
        digest.update(array.tobytes())
    with io.BytesIO() as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
        return digest.hexdigest()[:32], text, file.getvalue()


def unpack_summary(facts: str, arrays: bytes) -> DataSummary:
    """Return the summary that `pack_summary` was given.

    Raises
    ------
    ValueError, KeyError, TypeError
        Where it is none, or unpacks to more than a summary may.
    """
    known = json.loads(facts)
    for name in _TUPLES:
        known[name] = tuple(known[name])
    known["extent"] = tuple((low, high) for low, high in known["extent"])
    try:
        with zipfile.ZipFile(io.BytesIO(arrays)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise ValueError("it unpacks to more than any summary")
        with np.load(io.BytesIO(arrays), allow_pickle=False) as found:
            return DataSummary(**known, **{name: found[name] for name in _ARRAYS if name in found})
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f"its arrays are damaged: {error}") from error
