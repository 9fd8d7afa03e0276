"""A million rows, with memory in proportion."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import polars
import pytest

from compute.datasets import load_dataset


def test_a_million_rows_in_moderate_memory(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(1_000_000, 6)).round(5)
    frame = polars.DataFrame(inputs, schema=[f"c{i}" for i in range(6)])
    frame = frame.with_columns(polars.Series("y", generator.integers(0, 3, 1_000_000)))
    path = tmp_path / "million.csv"
    frame.write_csv(path)
    dataset = load_dataset("file", {"path": str(path)})
    assert np.array_equal(dataset.inputs, inputs)
    if not Path("/proc/self/status").exists():
        pytest.skip("the peak of a process is read from /proc")
    code = (
        "import sys; from pathlib import Path; from compute.datasets import load_dataset; "
        "load_dataset('file', {'path': sys.argv[1]}); "
        "lines = Path('/proc/self/status').read_text().splitlines(); "
        "print(next(line.split()[1] for line in lines if line.startswith('VmHWM')))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    # The file has 50 MB and the inputs 48; parsed text, offsets and libraries come on top.
    assert int(found.stdout) / 1024 < 900
