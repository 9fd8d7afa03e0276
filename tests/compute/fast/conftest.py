"""Kernels are compiled once for all tests, into a folder that outlives them: a warm run costs nothing."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

# Before anything imports the kernels; the cache folder of the tests' own home is new in every session.
os.environ.setdefault("LOSSLAB_KERNEL_CACHE", str(ROOT / ".pytest_cache" / "kernels"))
