"""A figure's own command draws it again, byte for byte."""

from __future__ import annotations

import re
import shlex
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import lab.cli
import main
from tests.lab.test_export_commands import SMALL

SVG = "{http://www.w3.org/2000/svg}"


def command_of(path: Path) -> list[str]:
    words = ElementTree.parse(path).getroot().findtext(f"{SVG}desc") or ""
    return shlex.split(words.partition("To make it again: ")[2])


@pytest.mark.parametrize("looks", [
    ["--figures", "objective", "--preset", "single", "--x-axis", "epoch", "--band", "std", "--caption"],
    ["--figures", "metric", "gradient", "--grid", "--grey", "--size", "1200x700", "--metric", "nll"],
])  # fmt: skip
def test_the_command_in_a_figure_draws_the_same_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], looks: list[str]
) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    run = ["run", str(tmp_path / "small.toml"), "--out", str(tmp_path / "run"), "--quiet"]
    assert lab.cli.main(run, main.draw) == 0
    export = ["export", "latest", "--format", "svg", "--out", str(tmp_path / "first"), *looks]
    assert lab.cli.main(export, main.draw) == 0
    (first,) = (tmp_path / "first").iterdir()
    program, *words = command_of(first)
    assert program == "losslab"
    assert lab.cli.main([*words, "--out", str(tmp_path / "second")], main.draw) == 0
    (second,) = (tmp_path / "second").iterdir()
    assert second.name == first.name
    assert second.read_bytes() == first.read_bytes()
    # a run's own figures say the same of themselves
    said = command_of(tmp_path / "run" / "objective.svg")
    assert said[1:2] == ["export"] and re.fullmatch(r"[\w-]{10,}", said[2])
