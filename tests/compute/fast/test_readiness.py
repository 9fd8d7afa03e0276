"""Whether kernels are there is found out without numba, cheaply, and never wrongly."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from compute.fast import __main__ as command
from compute.fast import readiness as module
from compute.fast.readiness import compilation, kernel_folder, readiness, ready, writable


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache on a machine with numba."""
    monkeypatch.setenv("LOSSLAB_KERNEL_CACHE", str(tmp_path))
    monkeypatch.setattr(module, "installed", lambda: True)
    return kernel_folder()


def test_without_numba_it_says_how_to_get_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "installed", lambda: False)
    assert readiness().state == "not installed"
    assert "pip install 'losslab[fast]'" in readiness().reason


def test_a_compilation_that_came_to_its_end_makes_ready(folder: Path) -> None:
    assert readiness().state == "not compiled"
    with compilation():
        assert readiness().state == "compiling"
    assert readiness().state == "ready"
    assert ready()
    assert str(folder) in readiness().reason


def test_a_compilation_that_broke_leaves_no_stamp(folder: Path) -> None:
    with pytest.raises(RuntimeError, match="broke"), compilation():
        raise RuntimeError("broke")
    assert readiness().state == "not compiled"
    assert list(folder.iterdir()) == []


def test_a_compilation_that_was_killed_is_taken_for_dead_after_a_while(folder: Path) -> None:
    folder.mkdir()
    mark = folder / module.UNDER_WAY
    mark.touch()
    assert readiness().state == "compiling"
    long_ago = time.time() - module.LONGEST - 1
    os.utime(mark, (long_ago, long_ago))
    assert readiness().state == "not compiled"


def test_a_cache_that_cannot_be_written_to_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "writable", lambda _folder: False)
    found = readiness()
    assert found.state == "not writable"
    assert str(folder) in found.reason and "LOSSLAB_KERNEL_CACHE" in found.reason
    assert command.main([]) == 1
    assert str(folder) in capsys.readouterr().err


def test_a_file_in_the_place_of_the_folder_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert writable(tmp_path / "new" / "deeper")
    assert not writable(tmp_path / "file" / "below")


def test_other_sources_versions_or_processors_have_a_folder_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = kernel_folder({})
    try:
        for name, value in (("_version", lambda _name: "0.0"), ("_processor", lambda: "another")):
            module._digest.cache_clear()
            with monkeypatch.context() as patch:
                patch.setattr(module, name, value)
                assert kernel_folder({}).parent == here.parent
                assert kernel_folder({}) != here
    finally:
        module._digest.cache_clear()
    assert kernel_folder({}) == here


def test_the_folder_is_in_the_persons_cache_unless_named() -> None:
    assert kernel_folder({"LOSSLAB_KERNEL_CACHE": "/somewhere"}).parent == Path("/somewhere")
    if sys.platform == "linux":
        assert kernel_folder({"XDG_CACHE_HOME": "/c"}).parent == Path("/c/losslab/kernels")
        assert kernel_folder({}).parent == Path.home() / ".cache/losslab/kernels"


def test_the_command_says_that_nothing_is_to_be_done(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with compilation():
        pass
    assert command.main([]) == 0
    assert str(folder) in capsys.readouterr().out


def test_asking_does_not_import_numba() -> None:
    code = "import sys, compute.fast.readiness as r; r.readiness(); sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
