"""Files that cannot be read, or not whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from compute.datasets import load_dataset
from compute.problems import Problem, ProblemError


def problem_of(path: str) -> Problem:
    with pytest.raises(ProblemError) as caught:
        load_dataset("file", {"path": path})
    assert caught.value.problem.where == "data.path"
    assert len(caught.value.problem.title) <= 80
    return caught.value.problem


def test_no_path() -> None:
    assert problem_of("").title == "No file is chosen."


def test_not_there(tmp_path: Path) -> None:
    problem = problem_of(str(tmp_path / "gone.csv"))
    assert problem.title == "gone.csv was not loaded: there is no such file."
    assert str(tmp_path) in problem.body


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert problem_of(str(tmp_path / "folder.csv")).title == "folder.csv was not loaded: it is a folder."
    assert problem_of(".").title.endswith("it is a folder.")


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x")
    assert "could not be read" in problem_of(str(tmp_path / "a.csv" / "b.csv")).title


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="POSIX permissions")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.csv"
    path.write_text("a,y\n1,2\n")
    path.chmod(0)
    problem_of("")  # imports everything before rights are given up
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        problem = problem_of(str(path))
    finally:
        os.seteuid(user)
    assert problem.title == "secret.csv was not loaded: there is no permission to read it."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX pipes")
def test_a_pipe_that_nobody_writes_to_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "not a regular file" in problem_of(str(tmp_path / "pipe.csv")).title
    assert "not a regular file" in problem_of("/dev/zero").title


def test_impossible_paths() -> None:
    assert "could not be read" in problem_of("a\0b.csv").title
    assert problem_of("x" * 5000).title.endswith(".")
    assert problem_of("~no-such-user-at-all/a.csv").title.endswith(".")


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.csv"
    path.write_text("a,y\n" + "1,2\n" * 1000)
    fstat = os.fstat
    calls: list[int] = []

    def fstat_then_truncate(descriptor: int) -> Any:
        result = fstat(descriptor)
        if not calls:
            os.truncate(path, 100)
        calls.append(descriptor)
        return result

    monkeypatch.setattr(os, "fstat", fstat_then_truncate)
    problem = problem_of(str(path))
    assert problem.title == "log.csv was not loaded: it shrank while it was read."
    assert "4\u2009004 bytes" in problem.body
    assert "100 were read" in problem.body


def test_a_file_that_grows_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.csv"
    path.write_text("a,y\n1,2\n")
    fstat = os.fstat

    def fstat_then_append(descriptor: int) -> Any:
        result = fstat(descriptor)
        with path.open("a") as file:
            file.write("3,4\n")
        return result

    monkeypatch.setattr(os, "fstat", fstat_then_append)
    assert "grew while it was read" in problem_of(str(path)).title


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "big.csv"
    path.write_text("a,y\n1,2\n")
    os.truncate(path, 5 * 2**30)  # sparse: takes no room
    assert problem_of(str(path)).title == "big.csv was not loaded: it has 5.4 GB, the limit is 4.3 GB."


def test_a_long_name_is_cut_and_the_title_stays_short(tmp_path: Path) -> None:
    path = tmp_path / ("long" * 50 + ".csv")
    path.write_text("a,y\n")
    problem = problem_of(str(path))
    assert len(problem.title) <= 80
    assert problem.title.endswith("it has a header and no lines of values.")
