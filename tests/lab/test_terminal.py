from __future__ import annotations

import pytest

from compute.problems import Excerpt, Problem, Remedy
from lab.config_changes import parse_setting
from lab.terminal import print_problem, remedy_settings


def test_a_problem_is_printed_with_evidence_and_ways_out(capsys: pytest.CaptureFixture[str]) -> None:
    excerpt = Excerpt(("line", "a", "b"), (("1", "2", "3"), ("2", "x", "4")), 1, (1,))
    remedies = (
        Remedy("Load without line 2", {"data.bad_lines": "skip"}),
        Remedy("Add a loss", {"losses.+": {"name": "huber"}}),
    )
    print_problem(Problem("Line 2 is not a number.", "It holds x.", "data.path", remedies, excerpt))
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[0] == "losslab: Line 2 is not a number. It holds x."
    assert "→    2  x  4" in err
    assert lines[-1] == "  Load without line 2: --set data.bad_lines=skip"


@pytest.mark.parametrize(
    "changes",
    [
        {"data.split.train": 1.0, "data.split.validation": 0.0},
        {"training.clip": None},
        {"optimizer.name": "adam"},
        {"training.full_batch": True},
        {"name": "two words"},
    ],
)
def test_ways_out_are_settings_that_read_back(changes: dict[str, object]) -> None:
    words = remedy_settings(changes)
    parts = [words.strip("'")] if "'" in words else words.split(" ")
    assert dict(parse_setting(part) for part in parts) == changes
