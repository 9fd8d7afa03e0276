"""``RawKernel`` on the stand-in device: the kernel's own source, compiled by g++ behind a small header."""

from __future__ import annotations

import ctypes
import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.standin.array import StandInArray

if TYPE_CHECKING:
    from tests.standin.device import StandIn

COMPILER = shutil.which("g++")
HEADER = Path(__file__).with_name("cuda.h")
KERNEL = re.compile(r"__global__ void (?:__launch_bounds__\([\w, ]+\)\s+)?(\w+)\(")
FLAGS = ("-std=c++17", "-O1", "-ffp-contract=off", "-fPIC", "-shared", "-Wl,-Bsymbolic", "-w")


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="losslab-kernels-")


@cache
def compiled(source: str) -> ctypes.CDLL:
    """Compile a program once a process; its kernels are started through ``start_NAME``."""
    assert COMPILER is not None
    stem = Path(_folder().name, hashlib.sha256(source.encode()).hexdigest()[:16])
    text, library = stem.with_suffix(".cpp"), stem.with_suffix(".so")
    starts = "".join(f"EMULATED({name})\n" for name in KERNEL.findall(source))
    text.write_text(f'#include "{HEADER}"\n{source}\nEMULATED_MEMORY\n{starts}', encoding="utf-8")
    done = subprocess.run([COMPILER, *FLAGS, str(text), "-o", str(library)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return ctypes.CDLL(str(library))


class RawKernel:
    """As CuPy's, for arrays of the stand-in; a kernel takes its arguments at exactly their size.

    Raises
    ------
    RuntimeError
        If it does not compile; on a launch with wrong arguments or too much shared memory, with threads that
        wait for ones which do not come, or writing past the end of shared memory.
    """

    def __init__(self, device: StandIn, code: str, name: str, options: Sequence[str] = ()) -> None:
        self.code, self.name, self._device = code, name, device
        self.max_dynamic_shared_size_bytes = 48 * 1024

    def __call__(
        self, grid: tuple[int, ...], block: tuple[int, ...], args: Sequence[Any], shared_mem: int = 0
    ) -> None:
        if shared_mem > self.max_dynamic_shared_size_bytes:
            raise RuntimeError("CUDA_ERROR_INVALID_VALUE: more shared memory than was asked for")
        start = getattr(compiled(self.code), f"start_{self.name}")
        start.restype = ctypes.c_char_p
        values = [self._argument(item) for item in args]
        given = (ctypes.c_void_p * len(values))(*(item.ctypes.data for item in values))
        sizes = (ctypes.c_long * len(values))(*(item.nbytes for item in values))
        x, y = (*grid, 1)[:2]
        self._device.launches += 1
        mistake = start(x, y, block[0], ctypes.c_long(shared_mem), given, sizes, len(values))
        if mistake:
            raise RuntimeError(mistake.decode())

    def _argument(self, item: Any) -> np.ndarray:
        """Return what is handed over: the address of an array, or a number of NumPy's with its own size."""
        if item is None:
            return np.zeros(1, dtype=np.uintp)
        if isinstance(item, StandInArray):
            self._device.take_in(item)
            return np.array([item.host.ctypes.data], dtype=np.uintp)
        if isinstance(item, np.generic):
            return np.array([item])
        raise TypeError(f"{type(item)} has no size of its own: give a number of NumPy's")
