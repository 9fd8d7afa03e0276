"""A small experiment as a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.command_line import SMALL


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path
