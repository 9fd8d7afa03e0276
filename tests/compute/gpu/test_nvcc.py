"""NVIDIA's own compiler takes the source, without a GPU; skips where there is no nvcc."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from compute.gpu.batched import batched_source
from compute.gpu.fit import SharedMemory, fit
from compute.gpu.losses import LOSS_KERNELS
from compute.gpu.persistent import persistent_source
from tests.compute.small_plans import random_data, small_plan

NVCC = shutil.which("nvcc")
pytestmark = pytest.mark.skipif(NVCC is None, reason="nvcc is not installed")
SCALES = ("gaussian_nll", "laplace_nll")
OTHERS = tuple(name for name in LOSS_KERNELS if name not in SCALES)


def build(source: str, folder: Path) -> None:
    """Compile for a Hopper GPU, warnings being errors. Hardly optimised: that takes most of the time."""
    file = folder / "kernel.cu"
    file.write_text(source, encoding="utf-8")
    command = [str(NVCC), "-std=c++17", "-cubin", "-arch=sm_90", "-Xptxas=-O0", "-Xcicc=-O1"]
    done = subprocess.run(
        [*command, "-Werror=all-warnings", "-o", str(folder / "kernel.cubin"), str(file)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "kernel.cubin").stat().st_size > 1000


@pytest.mark.parametrize("losses", [OTHERS, SCALES], ids=["all but scales", "scales"])
@pytest.mark.parametrize("kernel", ["persistent", "batched"])
def test_the_source_is_cuda(losses: tuple[str, ...], kernel: str, tmp_path: Path) -> None:
    changes: dict[str, Any] = {"optimizer": "adamw", "clip": 1.0}
    if losses == SCALES:
        changes = {"activation": "gelu", "l2": 0.1, "precision": "float64"}
    data = random_data(0 if losses == SCALES else 10, samples=200, features=64)
    plan = small_plan(data, losses=[losses[0]], hidden=(64,), batch_size=64, **changes)
    if kernel == "batched":
        build(batched_source(plan, losses), tmp_path)
        return
    cut = fit(plan.model, len(plan.optimizer.slots), 64, 8, 8, SharedMemory(232448, 233472))
    assert cut is not None
    build(persistent_source(plan, cut, losses), tmp_path)
