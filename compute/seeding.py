"""Randomness: one tree of seed sequences, and a named stream for every use.

A stream is a function of (seed, name, keys) and of nothing else, so drawing more data never shifts the
initial weights, and another batch order never changes the split. All streams are NumPy's and live on
the host; what they drew is moved to a device afterwards, so that every device sees the same numbers.
"""

from __future__ import annotations

import hashlib
from typing import Literal, TypeAlias, get_args

import numpy as np

StreamName: TypeAlias = Literal[
    "data",
    "split",
    "corruption",
    "imbalance",
    "initialisation",
    "batches",
    "evaluation",
    "preview",
    "instruments",
]

STREAM_NAMES: tuple[str, ...] = get_args(StreamName)


def stream(seed: int, name: StreamName, *keys: int) -> np.random.Generator:
    """Return the random generator of one use of one seed.

    Parameters
    ----------
    seed
        The seed that an experiment states, a whole number of at least 0.
    name
        What the numbers are for.
    *keys
        Further whole numbers of at least 0 that tell streams of one name apart: a layer, a fold.

    Returns
    -------
    numpy.random.Generator
        A fresh PCG64 generator at the beginning of the stream.

    Raises
    ------
    ValueError
        For a negative seed or key, or a name that no one knows.

    Notes
    -----
    The streams are children of ``SeedSequence(seed)`` [1]_ under the spawn key (number of the name, keys).
    A name's number is the start of its SHA-256 sum, so that a further name leaves the others as they are.
    The number of keys is part of the spawn key: ``SeedSequence`` pads with zeros and would otherwise give
    the keys (0,) and (0, 0) related pools.

    References
    ----------
    .. [1] M. O'Neill, "Developing a seed_seq Alternative", 2015, as taken up by NumPy's ``SeedSequence``.

    Examples
    --------
    >>> int(stream(0, "split").integers(1000)) == int(stream(0, "split").integers(1000))
    True
    >>> float(stream(0, "split").random()) == float(stream(0, "data").random())
    False
    """
    if name not in STREAM_NAMES:
        raise ValueError(f"name must be one of {', '.join(STREAM_NAMES)}, not {name!r}")
    numbers = tuple(int(number) for number in (seed, *keys))
    if min(numbers) < 0:
        raise ValueError(f"seed and keys must be whole numbers of at least 0, not {numbers}")
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    sequence = np.random.SeedSequence(numbers[0], spawn_key=(number, len(keys), *numbers[1:]))
    return np.random.Generator(np.random.PCG64(sequence))
