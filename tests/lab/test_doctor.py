from __future__ import annotations

import io
import platform

import numpy as np
import pytest
from rich.console import Console

import lab.doctor
from compute.backend import Device
from lab.doctor import examine, print_report


def found(environment: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {finding.title: (finding.text, finding.trouble) for finding in examine(environment)}


def test_versions_are_the_installed_ones() -> None:
    report = found({})
    assert report["python"][0] == platform.python_version()
    assert report["numpy"][0] == np.__version__
    assert report["PySide6-Essentials"][0]


def test_variables_that_slow_openblas_down_are_pointed_out() -> None:
    text, trouble = found({"OPENBLAS_CORETYPE": "Haswell"})["OPENBLAS_CORETYPE"]
    assert text == "Haswell"
    assert "unset OPENBLAS_CORETYPE" in trouble
    assert "OPENBLAS_CORETYPE" not in found({})
    assert "OMP_NUM_THREADS=3" in found({"OMP_NUM_THREADS": "3"})["BLAS threads"][0]


@pytest.mark.skipif(platform.system() != "Linux", reason="displays are doubted on Linux only")
def test_a_missing_display_is_said() -> None:
    assert "headless" in found({})["display"][1]
    report = found({"QT_QPA_PLATFORM": "offscreen"})
    assert report["display"][1] == ""
    assert report["Qt platform"][0].startswith("offscreen")


def test_missing_libraries_come_with_the_command_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab.doctor, "missing_libraries", lambda: ["libxcb-cursor.so.0"])
    text, trouble = found({})["system libraries"]
    assert "libxcb-cursor.so.0" in text
    assert trouble.endswith("apt-get install libxcb-cursor0")


def test_why_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Device("cpu", "CPU · NumPy", "no GPU: the driver is missing")
    monkeypatch.setattr(lab.doctor.compute.backend, "select_device", lambda request: refused)
    assert found({})["GPU"][0] == "no GPU: the driver is missing"


def test_an_unusable_qt_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab.doctor, "versions", lambda: {"PySide6-Essentials": "6.12.0"})
    monkeypatch.setattr(lab.doctor.sys, "version_info", (3, 11, 7))
    assert "6.12.0 aborts" in found({})["PySide6"][1]


def test_folders_and_a_printed_report() -> None:
    report = found({})
    for name in ("settings", "store", "logs", "results"):
        assert "losslab" in report[name][0]
    stream = io.StringIO()
    print_report(Console(file=stream, width=100))
    for topic in ("Versions", "Window", "Computing", "Folders", "GPU"):
        assert topic in stream.getvalue()
