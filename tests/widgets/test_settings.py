from __future__ import annotations

import json
import logging
import os
from dataclasses import replace
from pathlib import Path

import pytest

from widgets.settings import RECENT_LIMIT, Settings, WindowState, with_recent


def test_what_was_saved_is_found_again(settings: Settings) -> None:
    state = replace(
        WindowState(), theme="dark", form_open=False, runs_width=260, speed=10.0,
        recent=("/a.toml", "/b.toml"),
        view={"x_axis": "epoch"}, sections={"model": True}, experiment_edited=True,
    )  # fmt: skip
    assert settings.save(state)
    assert settings.load() == state


def test_a_missing_file_is_the_default(settings: Settings) -> None:
    assert settings.load() == WindowState()


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", "null", '"x"', "\x00\x01", "[" * 100_000])
def test_a_broken_file_is_moved_aside_and_logged(
    settings: Settings, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings.folder.mkdir(parents=True)
    settings.state_path.write_text(text)
    with caplog.at_level(logging.WARNING):
        assert settings.load() == WindowState()
    assert "could not be read" in caplog.text
    assert not settings.state_path.exists()
    assert settings.load() == WindowState()


def test_one_wrong_value_costs_only_itself(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.folder.mkdir(parents=True)
    stored = {
        "theme": "purple", "form_open": "yes", "form_width": 300, "speed": -1, "recent": [1, 2],
        "sections": {"data": "open"}, "unknown": 3,
    }  # fmt: skip
    settings.state_path.write_text(json.dumps(stored))
    with caplog.at_level(logging.WARNING):
        assert settings.load() == replace(WindowState(), form_width=300)
    for name in ("theme", "form_open", "speed", "recent", "sections"):
        assert f"setting {name} " in caplog.text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_logged_as_root_may_not(settings: Settings) -> None:
    settings.folder.mkdir(parents=True)
    settings.folder.chmod(0o500)
    assert not settings.save(WindowState())


def test_a_folder_that_cannot_be_made_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    broken = Settings(tmp_path / "file" / "below")
    with caplog.at_level(logging.WARNING):
        assert not broken.save(WindowState())
    assert "could not be written" in caplog.text
    assert broken.append_log("x") is None
    assert broken.load() == WindowState()


def test_recent_files_are_newest_first_without_doubles() -> None:
    state = WindowState()
    for number in range(RECENT_LIMIT + 3):
        state = with_recent(state, Path(f"/{number}.toml"))
    state = with_recent(state, Path("/9.toml"))
    assert state.recent[0] == "/9.toml"
    assert len(state.recent) == len(set(state.recent)) == RECENT_LIMIT
