"""What the names of bundles end with."""

from __future__ import annotations

from pathlib import Path

BUNDLE_ENDING = ".losslab"


def is_bundle(path: Path) -> bool:
    """Whether a file is a bundle by its name."""
    return path.suffix.lower() == BUNDLE_ENDING
