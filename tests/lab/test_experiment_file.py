"""Experiments as files: read in any encoding that is clear, and written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import tomlkit

from compute.problems import Problem, ProblemError
from lab.experiment_file import (
    apply_changes,
    default_experiment,
    default_text,
    dump_experiment,
    read_experiment,
    write_experiment,
)
from tests.lab.commented_experiment import MINE


def file_refusal(path: Path) -> Problem:
    with pytest.raises(ProblemError) as caught:
        read_experiment(path)
    assert len(caught.value.problem.title) <= 80
    return caught.value.problem


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
def test_an_empty_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.toml"
    path.write_bytes(content)
    assert file_refusal(path).title == "empty.toml is empty"


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert "There is no file gone.toml" in file_refusal(tmp_path / "gone.toml").title
    assert "is a folder" in file_refusal(tmp_path).title


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.toml"
    path.write_text(default_text(), encoding="utf-8")
    path.chmod(0)
    assert "may not be read" in file_refusal(path).title


def test_a_refused_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.toml"
    path.write_text(default_text(), encoding="utf-8")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "may not be read" in file_refusal(path).title


def test_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + default_text().replace("\n", "\r\n").encode())
    assert read_experiment(path) == default_experiment()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le-with-bom", "latin-1", "gbk"])
def test_other_encodings_are_refused_with_a_way_out(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "encoded.toml"
    text = "\n\n# " + ("übung" if encoding != "gbk" else "实验") + "\n" + MINE
    raw = b"\xff\xfe" + text.encode("utf-16-le") if "bom" in encoding else text.encode(encoding)
    path.write_bytes(raw)
    problem = file_refusal(path)
    assert "UTF-8" in problem.title
    assert "Save" in problem.body
    if encoding in ("latin-1", "gbk"):
        assert "line 3" in problem.title


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "image.toml"
    path.write_bytes(bytes(range(256)) * 4)
    assert file_refusal(path).title


def test_writing_keeps_comments_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    changed = apply_changes(read_experiment(path), {"training.epochs": 6})
    write_experiment(changed, path)
    assert "# tried 0.3 before" in path.read_text(encoding="utf-8")
    assert read_experiment(path) == changed
    assert os.listdir(tmp_path) == ["mine.toml"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProblemError) as caught:
        write_experiment(default_experiment(), path)
    assert "The disk is full" in caught.value.problem.body
    assert path.read_text(encoding="utf-8") == MINE
    assert os.listdir(tmp_path) == ["mine.toml"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        write_experiment(default_experiment(), tmp_path / "file" / "x.toml")
    assert "could not be written" in caught.value.problem.title


def test_a_table_beside_the_experiment_is_found_and_stays_relative(tmp_path: Path) -> None:
    folder = tmp_path / "somewhere"
    folder.mkdir()
    (folder / "table.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    path = folder / "mine.toml"
    text = '[data]\nname = "file"\npath = "table.csv"\n\n[[losses]]\nname = "huber"\n'
    path.write_text(text, encoding="utf-8")
    config = read_experiment(path)
    assert Path(config.data.parameters["path"]) == folder / "table.csv"
    write_experiment(config, path)
    assert path.read_text(encoding="utf-8") == text
    elsewhere = tmp_path / "other.toml"
    write_experiment(config, elsewhere)
    assert read_experiment(elsewhere) == config


def test_measuring_the_test_part_is_written_only_where_it_is_asked_for() -> None:
    assert "evaluate_test" not in dump_experiment(default_experiment())
    asked = apply_changes(default_experiment(), {"training.evaluate_test": True})
    assert "evaluate_test = true" in dump_experiment(asked)


def test_the_default_text_is_canonical_toml() -> None:
    assert tomlkit.dumps(tomlkit.parse(default_text())) == default_text()
