"""What tests of kernels need: numba, or the reason to skip."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

REASON = "numba is not installed (pip install 'losslab[fast]')"


def single(values: Any) -> NDArray[np.float32]:
    """Return a contiguous float32 array."""
    return np.ascontiguousarray(values, dtype=np.float32)


def need_numba() -> None:
    """Skip a module without numba."""
    pytest.importorskip("numba", reason=REASON)
