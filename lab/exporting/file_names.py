"""Names of files from names of things."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 60


def file_name(name: str, default: str = "experiment") -> str:
    """Return a name for a file or folder: small letters and digits, the rest as hyphens.

    >>> file_name("MSE on softmax / Brier, δ = 0.5")
    'mse-on-softmax-brier-δ-0-5'
    """
    letters = "".join(letter if letter.isalnum() else "-" for letter in name.lower())
    return "-".join(part for part in letters.split("-") if part)[:LONGEST] or default


def file_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return names for files that are all different, numbered from the second of a kind on.

    >>> file_names(["Huber", "huber", "MSE"])
    ('huber', 'huber-2', 'mse')
    """
    found: list[str] = []
    for name in names:
        stem = short = file_name(name, "loss")
        number = 1
        while short in found:
            number += 1
            short = f"{stem}-{number}"
        found.append(short)
    return tuple(found)
