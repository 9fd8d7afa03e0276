"""Drawings of formulas that outlive the program, so that a start need not wait for what draws them."""

from __future__ import annotations

import contextlib
import hashlib
import os
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_cache_path

LARGEST = 4096
"""No more drawings are kept than this; typed formulas would add up for ever."""


def drawings_folder() -> Path:
    """Return where drawings are kept."""
    return user_cache_path("losslab", appauthor=False) / "formulas"


def kept_drawing(latex: str, px: float) -> str | None:
    """Return the SVG text of a formula drawn before, empty if it could not be drawn; ``None`` if unknown."""
    try:
        return (drawings_folder() / _name(latex, px)).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def keep_drawing(latex: str, px: float, svg: str) -> None:
    """Keep a drawing, whole or not at all. Where that fails it is drawn again next time."""
    folder = drawings_folder()
    temporary = folder / f".{os.getpid()}"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if sum(1 for _ in folder.iterdir()) >= LARGEST:
            return
        temporary.write_text(svg, encoding="utf-8")
        os.replace(temporary, folder / _name(latex, px))


def _name(latex: str, px: float) -> str:
    words = f"{_renderer()} {px:g} {latex}"
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest() + ".svg"


@lru_cache(maxsize=1)
def _renderer() -> str:
    """Tell installations of ziamath apart without loading it: another one draws anew."""
    spec = find_spec("ziamath")
    if spec is None or spec.origin is None:
        return "none"
    return f"{spec.origin} {os.stat(spec.origin).st_mtime_ns}"
