"""CuPy and its driver, faked: GPUs that a test makes worse."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import numpy as np

GIB = 2**30


class CUDARuntimeError(RuntimeError):
    """As CuPy's: a message of several parts, and the code in ``status``."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class OutOfMemoryError(Exception):
    pass


class FakeArray:
    """An array on the fake GPU: its numbers can be had back only through ``asnumpy``."""

    __module__ = "cupy._core.core"

    def __init__(self, host: np.ndarray) -> None:
        self._host = np.array(host)

    @property
    def T(self) -> FakeArray:
        return FakeArray(self._host.T)


class FakeCuda:
    """What a test sets of the driver: GPUs as (name, free, total), and errors to raise."""

    def __init__(self) -> None:
        self.gpus = [("NVIDIA H200", 100 * GIB, 139 * GIB)]
        self.driver = 13000
        self.count_error: Exception | None = None
        self.compute_error: Exception | None = None
        self.memory_error: Exception | None = None
        self.wrong = False
        self.current = 0
        self.synchronized: list[int] = []

    def module(self) -> ModuleType:
        fake = self

        class FakeDevice:
            def __init__(self, index: int) -> None:
                self.index = index

            def __enter__(self) -> None:
                self.before, fake.current = fake.current, self.index

            def __exit__(self, *error: object) -> None:
                fake.current = self.before

            def use(self) -> None:
                fake.current = self.index

            def synchronize(self) -> None:
                fake.synchronized.append(self.index)

        def device_count() -> int:
            if fake.count_error:
                raise fake.count_error
            return len(fake.gpus)

        def memory() -> tuple[int, int]:
            if fake.memory_error:
                raise fake.memory_error
            return fake.gpus[fake.current][1:]

        def exponential(array: FakeArray) -> FakeArray:
            if fake.compute_error:
                raise fake.compute_error
            return FakeArray(np.exp(array._host) * (2 if fake.wrong else 1))

        cupy = ModuleType("cupy")
        cupy.__version__ = "14.2.0"
        cupy.ndarray = FakeArray
        cupy.asarray = lambda array: array if isinstance(array, FakeArray) else FakeArray(array)
        cupy.asnumpy = lambda array: array._host.copy()
        cupy.exp = exponential
        cupy.matmul = lambda one, other: FakeArray(one._host @ other._host)
        cupy.get_default_memory_pool = lambda: SimpleNamespace(free_bytes=lambda: 5)
        cupy.cuda = SimpleNamespace(
            Device=FakeDevice,
            memory=SimpleNamespace(OutOfMemoryError=OutOfMemoryError),
            runtime=SimpleNamespace(
                CUDARuntimeError=CUDARuntimeError,
                driverGetVersion=lambda: fake.driver,
                runtimeGetVersion=lambda: 12090,
                getDeviceCount=device_count,
                getDeviceProperties=lambda index: {"name": fake.gpus[index][0].encode()},
                memGetInfo=memory,
            ),
        )
        return cupy
