"""Kernels in a trainer before the first run: loaded once, compiled by one, never in the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lab import warm_kernels
from lab.kernels import VARIABLE
from lab.warm_kernels import WarmKernels


class Compiler:
    """A compilation that goes on until it is told to end."""

    def __init__(self) -> None:
        self.started, self.code = 0, None

    def start(self, _environment: Any) -> Compiler:
        self.started += 1
        return self

    def poll(self) -> int | None:
        return self.code


def test_kernels_are_loaded_once() -> None:
    loads: list[int] = []
    warm = WarmKernels(True, lambda: loads.append(1), {VARIABLE: "compiled"})
    warm.tend()
    warm.tend()
    assert loads == [1]
    assert warm.loaded


@pytest.mark.parametrize("first", [True, False])
def test_the_first_trainer_has_them_compiled(
    first: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compiler, loads = Compiler(), []
    state = {"chosen": "arrays"}
    monkeypatch.setattr(warm_kernels, "compile_in_background", compiler.start)
    monkeypatch.setattr(warm_kernels, "chosen_kernels", lambda *_: state["chosen"])
    warm = WarmKernels(first, lambda: loads.append(1))
    warm.tend()
    warm.tend()
    assert compiler.started == int(first)
    assert not warm.loaded
    compiler.code, state["chosen"] = 0, "compiled"
    warm.tend()
    assert loads == [1]


def test_a_wrong_variable_and_kernels_that_do_not_load_are_no_reason_to_stop() -> None:
    WarmKernels(True, environment={VARIABLE: "fastest"}).tend()

    def broken() -> None:
        raise ImportError("numba needs another NumPy")

    warm = WarmKernels(True, broken, {VARIABLE: "compiled"})
    warm.tend()
    warm.tend()
    assert warm.loaded
