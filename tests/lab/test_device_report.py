"""What the status line says of where runs compute."""

from __future__ import annotations

import pytest

from compute.backend import Device
from lab.device_report import device_report
from tests.compute.small_plans import small_plan

CPU = Device("cpu", "CPU · NumPy", "no GPU: CuPy is not installed")


@pytest.mark.parametrize(
    ("kernels", "precision", "label"),
    [
        ("arrays", "float32", "CPU · NumPy"),
        ("compiled", "float32", "CPU · compiled kernels"),
        ("compiled", "float64", "CPU · NumPy"),
    ],
)
def test_compiled_kernels_are_named(kernels: str, precision: str, label: str) -> None:
    report = device_report(CPU, [small_plan(), small_plan(kernels=kernels, precision=precision)])
    assert (report.kind, report.label, report.reason) == ("cpu", label, "no GPU: CuPy is not installed")


def test_without_plans_it_is_the_device() -> None:
    assert device_report(CPU).label == "CPU · NumPy"
