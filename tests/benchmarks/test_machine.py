from __future__ import annotations

import platform

import numpy as np
import pytest

from benchmarks.machine import blas_kernels, describe, facts, packages


def test_versions_are_the_installed_ones_and_peers_that_are_missing_are_named() -> None:
    found = packages()
    assert found["Python"] == platform.python_version()
    assert found["numpy"] == np.__version__
    assert {"torch", "jax", "numba"} <= found.keys()


def test_variables_that_were_taken_away_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    monkeypatch.delenv("OPENBLAS_L2_SIZE", raising=False)
    assert "Environment" not in facts()
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    assert facts()["Environment"].endswith("taken away for the measuring: OPENBLAS_CORETYPE")
    assert "OPENBLAS_CORETYPE" in describe()


def test_the_kernels_are_those_of_a_contender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    chosen = blas_kernels()
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    assert blas_kernels() == chosen
