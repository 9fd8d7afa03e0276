"""What the names of bundles end with, and where their data go."""

from __future__ import annotations

from pathlib import Path

BUNDLE_ENDING = ".losslab"
BUNDLED_DATA = "bundled-data"
"""The folder in a store's own where data files of bundles are unpacked."""


def is_bundle(path: Path) -> bool:
    """Whether a file is a bundle by its name."""
    return path.suffix.lower() == BUNDLE_ENDING
