"""Kernels are taken once they are there, compiled when nothing else is to be done, and said in the report."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from compute.backend import Device
from compute.fast import readiness
from lab import kernels
from lab.doctor import examine
from lab.kernels import chosen_kernels, compile_in_background, describe_kernels
from lab.problems import ProblemError

CPU, GPU = Device("cpu", "CPU"), Device("gpu", "GPU")


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A machine with numba whose kernels were never compiled."""
    monkeypatch.setattr(readiness, "installed", lambda: True)
    return {"LOSSLAB_KERNEL_CACHE": str(tmp_path)}


def compiled(environment: dict[str, str]) -> None:
    folder = readiness.kernel_folder(environment)
    folder.mkdir(parents=True)
    (folder / readiness.STAMP).touch()


def test_a_processor_takes_arrays_until_kernels_are_compiled(environment: dict[str, str]) -> None:
    assert chosen_kernels(CPU, environment) == "arrays"
    assert chosen_kernels(GPU, environment) == "compiled"
    compiled(environment)
    assert chosen_kernels(CPU, environment) == "compiled"


def test_the_variable_decides(environment: dict[str, str]) -> None:
    compiled(environment)
    assert chosen_kernels(CPU, {**environment, "LOSSLAB_KERNELS": "arrays"}) == "arrays"
    assert chosen_kernels(GPU, {**environment, "LOSSLAB_KERNELS": "arrays"}) == "arrays"
    assert chosen_kernels(CPU, {"LOSSLAB_KERNELS": "compiled"}) == "compiled"


def test_another_value_is_refused_with_what_it_can_be() -> None:
    wrong = {"LOSSLAB_KERNELS": "fastest"}
    with pytest.raises(ProblemError, match="arrays, compiled or auto"):
        chosen_kernels(CPU, wrong)
    (finding,) = [finding for finding in examine(wrong) if finding.title == "fast kernels"]
    assert "fastest" in finding.text and "unset LOSSLAB_KERNELS" in finding.trouble


def test_the_background_compiles_once_and_only_what_lacks(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    monkeypatch.setattr(kernels.subprocess, "Popen", lambda command, **_more: started.append(command))
    compile_in_background(environment)
    assert started[0][1:] == ["-m", "compute.fast", "--background"]
    under_way = readiness.kernel_folder(environment)
    under_way.mkdir()
    (under_way / readiness.UNDER_WAY).touch()
    assert compile_in_background(environment) is None  # somebody else does it
    (under_way / readiness.UNDER_WAY).unlink()
    assert compile_in_background({**environment, "LOSSLAB_KERNELS": "arrays"}) is None
    (under_way / readiness.STAMP).touch()
    assert compile_in_background(environment) is None
    monkeypatch.setattr(readiness, "installed", lambda: False)
    assert compile_in_background({**environment, "LOSSLAB_KERNEL_CACHE": "/nowhere"}) is None
    assert len(started) == 1


def test_the_process_runs_the_command_and_may_be_ended(environment: dict[str, str]) -> None:
    process = compile_in_background({**environment, "PATH": "/usr/bin:/bin"})
    assert isinstance(process, subprocess.Popen)
    process.kill()
    process.wait(10)
    assert not readiness.ready(environment)


def test_the_report_says_how_kernels_stand(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "not compiled yet" in describe_kernels(environment)
    compiled(environment)
    assert describe_kernels(environment).startswith("compiled, in ")
    assert "LOSSLAB_KERNELS=arrays decides" in describe_kernels({**environment, "LOSSLAB_KERNELS": "arrays"})
    monkeypatch.setattr(readiness, "installed", lambda: False)
    (finding,) = [finding for finding in examine({}) if finding.title == "fast kernels"]
    assert finding.text == "not installed (pip install 'losslab[fast]')"
