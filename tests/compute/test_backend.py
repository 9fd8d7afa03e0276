"""Which device is chosen, and why not a GPU: every refusal, with CuPy and its driver faked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from compute.backend import (
    MEMORY_NEEDED,
    Device,
    array_module,
    fetch,
    memory_free,
    module_of,
    pinned,
    select_device,
    synchronize,
    to_device,
    to_host,
    versions,
)
from tests.compute.fake_cuda import GIB, CUDARuntimeError, FakeArray, FakeCuda, OutOfMemoryError
from tests.standin import StandIn


@pytest.fixture
def cuda(monkeypatch):
    """A machine with one good GPU, to be made worse."""
    fake = FakeCuda()
    monkeypatch.setitem(sys.modules, "cupy", fake.module())
    return fake


@pytest.fixture
def no_cupy(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)


class RefusingFinder:
    """Makes ``import cupy`` fail as it does where a library of CUDA is missing."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def find_spec(self, name, path=None, target=None):
        if name == "cupy":
            raise self.error


def test_a_good_gpu_is_taken(cuda):
    expected = Device("gpu", "GPU · NVIDIA H200")
    assert select_device("auto") == expected
    assert select_device("gpu") == expected
    assert select_device() == expected


def test_the_processor_is_taken_when_asked_for(cuda):
    assert select_device("cpu") == Device("cpu", "CPU · NumPy", "")


def test_of_several_gpus_the_one_with_most_free_memory(cuda):
    cuda.gpus = [("A", 1 * GIB, 80 * GIB), ("B", 60 * GIB, 80 * GIB), ("C", 3 * GIB, 80 * GIB)]
    device = select_device("auto")
    assert device == Device("gpu", "GPU · B", index=1)
    assert module_of(device) is sys.modules["cupy"]
    assert cuda.current == 1
    synchronize(device)
    assert cuda.synchronized == [1]
    assert memory_free(device) == 60 * GIB + 5


@pytest.mark.parametrize("request_", ["auto", "gpu"])
def test_without_cupy(no_cupy, request_):
    assert select_device(request_) == Device("cpu", "CPU · NumPy", "no GPU: CuPy is not installed")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            ImportError(
                "\n=====================\nCuPy is not correctly installed: libcuda.so.1 is missing\nmore"
            ),
            "no GPU: CuPy is installed but does not load "
            "(CuPy is not correctly installed: libcuda.so.1 is missing)",
        ),
        (
            ImportError(
                "\n======\nFailed to import CuPy.\n\nIf you installed CuPy via wheels, ...\n\n"
                "Original error:\n  ImportError: libnvrtc.so.12: cannot open shared object file\n======\n"
            ),
            "does not load (ImportError: libnvrtc.so.12: cannot open shared object file)",
        ),
        (ModuleNotFoundError("No module named 'fastrlock'", name="fastrlock"), "lacks the module fastrlock"),
        (OSError("x" * 500), "does not load (xxx"),
        (RuntimeError(), "does not load (RuntimeError)"),
    ],
)
def test_cupy_that_does_not_load(monkeypatch, error, reason):
    monkeypatch.delitem(sys.modules, "cupy", raising=False)
    monkeypatch.setattr(sys, "meta_path", [RefusingFinder(error), *sys.meta_path])
    device = select_device("auto")
    assert device.kind == "cpu"
    assert reason in device.reason
    assert len(device.reason) < 200
    assert "\n" not in device.reason
    assert "CuPy is installed but" in versions()["CuPy"]


DRIVER = "cudaErrorInsufficientDriver: CUDA driver version is insufficient for CUDA runtime version"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"driver": 0}, "no NVIDIA driver is installed"),
        ({"count_error": CUDARuntimeError(35, DRIVER)}, "the NVIDIA driver is missing or too old"),
        ({"count_error": CUDARuntimeError(100, "cudaErrorNoDevice")}, "the NVIDIA driver finds no device"),
        ({"gpus": []}, "the NVIDIA driver finds no device"),
        ({"count_error": CUDARuntimeError(999, "cudaErrorUnknown: unknown error")},
         "the NVIDIA driver does not answer (cudaErrorUnknown: unknown error)"),
        ({"gpus": [("NVIDIA H200", 87 * 2**20, 139 * GIB)]},
         "only 87 MiB of 139 GiB memory are free on NVIDIA H200"),
        ({"memory_error": CUDARuntimeError(46, "cudaErrorDevicesUnavailable")},
         "NVIDIA H200 does not answer"),
        ({"compute_error": OutOfMemoryError()}, "not enough free memory on NVIDIA H200"),
        ({"compute_error": RuntimeError("nvrtc: error: invalid value\nsecond line")},
         "CuPy does not work on NVIDIA H200 (nvrtc: error: invalid value)"),
        ({"wrong": True}, "CuPy calculates wrongly on NVIDIA H200"),
        ({"count_error": AttributeError("no such thing")}, "CuPy failed (no such thing)"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("request_", ["auto", "gpu"])
def test_a_gpu_is_refused_with_its_reason(cuda, request_, changes, reason):
    for name, value in changes.items():
        setattr(cuda, name, value)
    device = select_device(request_)
    assert (device.kind, device.label, device.index) == ("cpu", "CPU · NumPy", 0)
    assert device.reason.startswith(f"no GPU: {reason}")
    assert cuda.current == 0


def test_just_enough_memory_is_enough(cuda):
    cuda.gpus = [("NVIDIA H200", MEMORY_NEEDED, 139 * GIB)]
    assert select_device("auto").kind == "gpu"


def test_modules_and_moves_on_the_processor():
    cpu = select_device("cpu")
    assert module_of(cpu) is np
    array = np.arange(3.0)
    assert to_device(array, cpu) is array
    assert to_host(array) is array
    assert to_device([1, 2], cpu).tolist() == [1, 2]
    synchronize(cpu)
    assert memory_free(cpu) is None


@pytest.mark.parametrize("thing", [np.zeros(2), np.float32(1), 1.0, [1, 2], np.zeros(2).view(np.ndarray)])
def test_numpy_is_the_module_of_what_is_not_cupys(thing):
    assert array_module(thing) is np


def test_modules_and_moves_on_the_gpu(cuda):
    device = select_device("gpu")
    there = to_device(np.arange(3.0), device)
    assert isinstance(there, FakeArray)
    assert to_device(there, device) is there
    assert array_module(there) is sys.modules["cupy"]
    back = to_host(there)
    assert isinstance(back, np.ndarray)
    assert back.tolist() == [0, 1, 2]
    assert to_device(there, select_device("cpu")).tolist() == [0, 1, 2]


def test_numpy_arrays_never_import_cupy():
    code = (
        "import sys, numpy as np; from compute.backend import array_module, to_host, select_device;"
        "array_module(np.zeros(1)); to_host(np.zeros(1)); select_device('cpu');"
        "assert not any(name.startswith('cupy') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_versions(cuda):
    found = versions()
    assert found["NumPy"] == np.__version__
    assert found["CuPy"] == "14.2.0"
    assert found["CUDA runtime"] == "12.9"
    assert found["CUDA driver"] == "13.0"
    assert found["Python"].startswith("3.")
    assert found["BLAS"]


def test_versions_without_a_driver(cuda):
    cuda.driver = 0
    assert versions()["CUDA driver"] == "none"


def test_versions_of_a_driver_that_breaks(cuda, monkeypatch):
    def broken() -> int:
        raise CUDARuntimeError(999, "unknown error")

    monkeypatch.setattr(sys.modules["cupy"].cuda.runtime, "driverGetVersion", broken)
    assert versions()["CUDA driver"] == "unknown (unknown error)"


def test_versions_without_cupy(no_cupy):
    found = versions()
    assert found["CuPy"] == "not installed"
    assert "CUDA driver" not in found


@pytest.mark.gpu
def test_the_real_gpu():
    device = select_device("gpu")
    assert device.kind == "gpu"
    assert device.reason == ""
    module = module_of(device)
    array = to_device(np.arange(6, dtype=np.float32).reshape(2, 3), device)
    assert array_module(array) is module
    assert to_device(array, device) is array
    synchronize(device)
    assert to_host(array @ array.T).tolist() == [[5, 14], [14, 50]]
    free = memory_free(device)
    assert free is not None
    assert free >= MEMORY_NEEDED
    assert versions()["CUDA driver"][0].isdigit()


def test_rows_are_fetched_into_memory_that_was_made_for_it() -> None:
    for standin in (None, StandIn()):
        module = np if standin is None else standin.module
        array = module.asarray(np.arange(6.0, dtype=np.float32).reshape(3, 2))
        out = pinned(module, (5, 2), np.float32)
        assert (out.shape, out.dtype) == ((5, 2), np.float32)
        assert fetch(array, out[:3]) is not None
        np.testing.assert_array_equal(out[:3], [[0, 1], [2, 3], [4, 5]])
        assert pinned(module, (0, 2), np.float32).size == 0
    with pytest.raises(ValueError, match="mismatch"):
        fetch(array, pinned(module, (4, 2), np.float32))
