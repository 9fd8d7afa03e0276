"""Where arrays live: NumPy on the processor or CuPy on an NVIDIA GPU. The only file that imports CuPy.

CuPy speaks NumPy's interface, so numerical code asks `array_module` for the module of the array it was
given and calls that. Nothing here keeps state: a device is a value that is passed along.
"""

from __future__ import annotations

import importlib
import platform
import sys
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
"""An array of NumPy, or of CuPy, which behaves like one."""

CPU_LABEL = "CPU · NumPy"
MEMORY_NEEDED = 256 * 2**20
"""Bytes that must be free on a GPU before it is offered: less is used up by the first kernels."""

# Codes of the CUDA runtime (cudaError_t) that mean the same on every version.
_INSUFFICIENT_DRIVER = 35
_NO_DEVICE = 100


@dataclass(frozen=True)
class Device:
    """Where to compute.

    Attributes
    ----------
    kind
        ``"cpu"`` or ``"gpu"``.
    label
        What the status bar says: ``"CPU · NumPy"``, ``"GPU · NVIDIA H200"``.
    reason
        Why it is not a GPU although one was asked for or would have been taken, e.g.
        ``"no GPU: CuPy is not installed"``; empty where there is nothing to explain.
    index
        CUDA's number of the GPU.
    module
        The array module of a device that is neither the processor nor a CUDA GPU, such as the stand-in that
        the tests compute on; ``None`` for those two. Its arrays say with ``__array_namespace__`` that they
        are its own.
    """

    kind: Literal["cpu", "gpu"]
    label: str
    reason: str = ""
    index: int = 0
    module: ModuleType | None = field(default=None, repr=False, compare=False)


class _RefusedError(Exception):
    """A GPU cannot be used; the message says why."""


def select_device(request: Literal["auto", "cpu", "gpu"] = "auto") -> Device:
    """Choose the device to compute on. Never raises: without a usable GPU it is the CPU, with the reason.

    Parameters
    ----------
    request
        ``"cpu"``, ``"gpu"``, or ``"auto"`` for a GPU where there is one. ``"gpu"`` and ``"auto"`` fall back
        to the processor alike; ``reason`` then holds a sentence to show.

    Returns
    -------
    Device
        Of several GPUs the one with most free memory. A GPU is returned only after it has calculated
        something correctly (a kernel compiled on the spot, and a matrix product).

    Examples
    --------
    >>> select_device("cpu")
    Device(kind='cpu', label='CPU · NumPy', reason='', index=0)
    """
    if request == "cpu":
        return Device("cpu", CPU_LABEL)
    try:
        return _gpu()
    except _RefusedError as refusal:
        return Device("cpu", CPU_LABEL, f"no GPU: {refusal}")
    except Exception as error:
        # Whatever a half-installed driver stack throws must not stop a program that runs well without it.
        return Device("cpu", CPU_LABEL, f"no GPU: CuPy failed ({_first_line(error)})")


def _gpu() -> Device:
    cupy = _load_cupy()
    runtime = cupy.cuda.runtime
    count = _count_gpus(runtime)
    best = max(range(count), key=lambda index: _memory(cupy, index)[0])
    free, total = _memory(cupy, best)
    name = runtime.getDeviceProperties(best)["name"]
    name = name.decode() if isinstance(name, bytes) else str(name)
    if total == 0:
        raise _RefusedError(f"{name} does not answer (in use by another program alone, or failed)")
    if free < MEMORY_NEEDED:
        raise _RefusedError(f"only {_size(free)} of {_size(total)} memory are free on {name}")
    try:
        right = _calculates(cupy, best)
    except cupy.cuda.memory.OutOfMemoryError:
        raise _RefusedError(f"not enough free memory on {name}") from None
    except Exception as error:
        raise _RefusedError(f"CuPy does not work on {name} ({_first_line(error)})") from error
    if not right:
        raise _RefusedError(f"CuPy calculates wrongly on {name}")
    return Device("gpu", f"GPU · {name}", index=best)


def _load_cupy() -> Any:
    try:
        return importlib.import_module("cupy")
    except ModuleNotFoundError as error:
        if error.name == "cupy":
            raise _RefusedError("CuPy is not installed") from None
        raise _RefusedError(f"CuPy is installed but lacks the module {error.name}") from error
    except Exception as error:
        raise _RefusedError(f"CuPy is installed but does not load ({_first_line(error)})") from error


def _count_gpus(runtime: Any) -> int:
    try:
        if runtime.driverGetVersion() == 0:
            raise _RefusedError("no NVIDIA driver is installed")
        count = int(runtime.getDeviceCount())
    except runtime.CUDARuntimeError as error:
        status = getattr(error, "status", None)
        if status == _INSUFFICIENT_DRIVER:
            raise _RefusedError("the NVIDIA driver is missing or too old for this CuPy") from error
        if status == _NO_DEVICE:
            raise _RefusedError("the NVIDIA driver finds no device") from error
        raise _RefusedError(f"the NVIDIA driver does not answer ({_first_line(error)})") from error
    if count == 0:
        raise _RefusedError("the NVIDIA driver finds no device")
    return count


def _memory(cupy: Any, index: int) -> tuple[int, int]:
    """Return (free, total) bytes; (0, 0) for a device that does not even tell."""
    try:
        with cupy.cuda.Device(index):
            free, total = cupy.cuda.runtime.memGetInfo()
    except cupy.cuda.runtime.CUDARuntimeError:
        return 0, 0
    return int(free), int(total)


def _calculates(cupy: Any, index: int) -> bool:
    host = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)
    with cupy.cuda.Device(index):
        array = cupy.asarray(host)
        result = cupy.asnumpy(cupy.matmul(cupy.exp(array), array.T))
    return bool(np.allclose(result, np.exp(host) @ host.T, rtol=1e-3))


def module_of(device: Device) -> ModuleType:
    """Return the array module of a device and, for a GPU, make it this thread's current one."""
    if device.module is not None:
        return device.module
    if device.kind == "cpu":
        return np
    cupy: Any = importlib.import_module("cupy")
    cupy.cuda.Device(device.index).use()
    module: ModuleType = cupy
    return module


def array_module(array: Any) -> ModuleType:
    """Return the module that an array belongs to: NumPy, CuPy or that of its device.

    CuPy is never imported by this: whoever holds a CuPy array has imported it. Numbers, lists and
    NumPy's scalars count as NumPy's.

    Examples
    --------
    >>> array_module(np.zeros(2)) is np
    True
    """
    if isinstance(array, np.ndarray):
        return np
    if type(array).__module__.split(".", 1)[0] == "cupy":
        return sys.modules["cupy"]
    namespace = getattr(array, "__array_namespace__", None)
    return np if namespace is None else namespace()


def to_device(array: Any, device: Device) -> Array:
    """Return the array on the device, as it is where it is there already."""
    if device.kind == "cpu":
        return to_host(array)
    moved: Array = module_of(device).asarray(array)
    return moved


def to_host(array: Any) -> npt.NDArray[Any]:
    """Return the array in host memory, as it is where it is there already; a GPU is waited for."""
    module = array_module(array)
    if module is np:
        return np.asarray(array)
    host: npt.NDArray[Any] = module.asnumpy(array)
    return host


def pinned(module: Any, shape: tuple[int, ...], dtype: Any) -> npt.NDArray[Any]:
    """Return a host array that a GPU can write to by itself; for NumPy it is an array like any other.

    Parameters
    ----------
    module
        Array module of the device that will write to it.
    shape, dtype
        Of the array; its content is arbitrary.
    """
    if module is np:
        return np.empty(shape, dtype=dtype)
    count = int(np.prod(shape))
    memory = module.cuda.alloc_pinned_memory(max(1, count) * np.dtype(dtype).itemsize)
    return np.frombuffer(memory, dtype=dtype, count=count).reshape(shape)


def fetch(array: Any, out: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Copy an array to ``out``, an array that `pinned` made or its first rows, and return that.

    The copy is put behind all work that the GPU was given and needs the processor only to wait for it.
    """
    module: Any = array_module(array)
    if module is np:
        np.copyto(out, array)
        return out
    array.get(out=out, blocking=False)
    module.cuda.get_current_stream().synchronize()
    return out


def synchronize(device: Device) -> None:
    """Wait until the device has done all it was given. A processor always has."""
    if device.kind == "gpu":
        module: Any = module_of(device)
        module.cuda.Device(device.index).synchronize()


def memory_free(device: Device) -> int | None:
    """Return the free bytes of a GPU, with those that CuPy's own pool holds unused; ``None`` on a CPU."""
    if device.kind == "cpu":
        return None
    module: Any = module_of(device)
    return _memory(module, device.index)[0] + int(module.get_default_memory_pool().free_bytes())


def versions() -> dict[str, str]:
    """Return what is installed for computing, name → version in words. Never raises."""
    found = {
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "BLAS": _blas(),
        "CuPy": "not installed",
    }
    try:
        cupy = _load_cupy()
    except _RefusedError as refusal:
        if "not installed" not in str(refusal):
            found["CuPy"] = str(refusal)
        return found
    found["CuPy"] = str(getattr(cupy, "__version__", "unknown"))
    for name, function in (("CUDA runtime", "runtimeGetVersion"), ("CUDA driver", "driverGetVersion")):
        try:
            number = int(getattr(cupy.cuda.runtime, function)())
        except Exception as error:
            found[name] = f"unknown ({_first_line(error)})"
        else:
            found[name] = f"{number // 1000}.{number % 1000 // 10}" if number else "none"
    return found


def _blas() -> str:
    try:
        blas: Any = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # type: ignore[call-overload, index, unused-ignore]
        return f"{blas['name']} {blas['version']}"
    except (KeyError, TypeError):
        return "unknown"


def _first_line(error: BaseException) -> str:
    """Return what an error says in its first line that is not a rule, at most 120 characters.

    CuPy's own refusal to load is a page of advice with the cause under "Original error:".
    """
    text = str(error).rpartition("Original error:")[2]
    lines = (line.strip() for line in text.splitlines())
    text = (
        next((line for line in lines if line and not set(line) <= set("=-*#~")), "") or type(error).__name__
    )
    return text if len(text) <= 120 else text[:119] + "…"


def _size(count: int) -> str:
    """Return a memory size in words.

    >>> _size(300 * 2**20), _size(139 * 2**30)
    ('300 MiB', '139 GiB')
    """
    return f"{count / 2**30:.0f} GiB" if count >= 10 * 2**30 else f"{count / 2**20:.0f} MiB"
