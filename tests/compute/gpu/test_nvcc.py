"""NVIDIA's own compiler takes the source, without a GPU; skips where there is no nvcc."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Literal

import pytest

from compute.gpu.fit import SharedMemory, fit
from compute.gpu.losses import LOSS_KERNELS
from compute.gpu.persistent import persistent_source
from tests.compute.small_plans import random_data, small_plan

NVCC = shutil.which("nvcc")
pytestmark = pytest.mark.skipif(NVCC is None, reason="nvcc is not installed")
SCALES = ("gaussian_nll", "laplace_nll")


def build(source: str, folder: Path) -> str:
    """Compile for a Hopper GPU, warnings being errors, and return what ptxas says of registers and spills."""
    file = folder / "kernel.cu"
    file.write_text(source, encoding="utf-8")
    command = [str(NVCC), "-std=c++17", "-cubin", "-arch=sm_90", "-Xptxas=-v", "-Werror=all-warnings"]
    done = subprocess.run(
        [*command, "-o", str(folder / "kernel.cubin"), str(file)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("losses", "changes"),
    [
        (tuple(name for name in LOSS_KERNELS if name not in SCALES), {"optimizer": "adamw", "clip": 1.0}),
        (SCALES, {"activation": "gelu", "l2": 0.1, "precision": "float64"}),
    ],
    ids=["classes", "scales"],
)
def test_the_persistent_kernel(losses: tuple[str, ...], changes: dict[str, Any], tmp_path: Path) -> None:
    data = random_data(0 if losses == SCALES else 10, samples=200, features=64)
    precision: Literal["float32", "float64"] = changes.get("precision", "float32")
    plan = small_plan(data, losses=[losses[0]], hidden=(64,), batch_size=64, **changes)
    itemsize = {"float32": 4, "float64": 8}[precision]
    cut = fit(plan.model, len(plan.optimizer.slots), 64, itemsize, SharedMemory(232448, 233472))
    assert cut is not None
    told = build(persistent_source(plan, cut, losses), tmp_path)
    registers = [int(count) for count in re.findall(r"Used (\d+) registers", told)]
    assert registers
    assert max(registers) * cut.threads <= 65536
