"""What `python -m compute.fast` compiles is all that a training needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compute.fast.kernels import need_numba

need_numba()

ROOT = Path(__file__).resolve().parents[3]
TRAIN = """
import sys
from compute.fast import block, finish
from compute.fast.readiness import ready
from compute.training import Training
from tests.compute.small_plans import small_plan
assert ready()
for losses in (["cross_entropy"], ["sparsemax"]):
    Training(small_plan(losses=losses, kernels="compiled", steps=20)).advance(20)
    Training(small_plan(losses=losses, kernels="compiled", batch_size=None, seeds=[0], steps=20)).advance(20)
for kernel in (block.run_block, finish.finish_runs):
    assert not kernel.stats.cache_misses, kernel
    assert len(kernel.signatures) == 1, kernel.signatures
"""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_training_after_it_compiles_nothing() -> None:
    compiled = run("-m", "compute.fast")
    assert compiled.returncode == 0, compiled.stderr
    trained = run("-c", TRAIN)
    assert trained.returncode == 0, trained.stderr


def test_kernels_run_without_a_cache_that_can_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    below = str(tmp_path / "file" / "kernels")
    assert run("-m", "compute.fast", LOSSLAB_KERNEL_CACHE=below).returncode == 1
    code = "from compute.fast import jit; jit.entry(lambda x: x + 1)(1)"
    done = run("-c", code, LOSSLAB_KERNEL_CACHE=below)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["block", "finish", "passes"])
def test_kernels_leave_other_users_of_numba_alone(name: str) -> None:
    code = (
        f"import numba; before = numba.config.CACHE_DIR; import compute.fast.{name}; "
        "assert numba.config.THREADING_LAYER and before == ''"
    )
    assert run("-c", code).returncode == 0
