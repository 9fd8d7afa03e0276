"""The data summary of an experiment as text and bytes."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import fields

import numpy as np

from lab.messages import DataSummary

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
    """Return the summary that `pack_summary` was given."""
    known = json.loads(facts)
    for name in _TUPLES:
        known[name] = tuple(known[name])
    known["extent"] = tuple((low, high) for low, high in known["extent"])
    with np.load(io.BytesIO(arrays), allow_pickle=False) as found:
        return DataSummary(**known, **{name: found[name] for name in _ARRAYS if name in found})
