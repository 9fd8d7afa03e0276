"""Every claim has its row."""

from __future__ import annotations

from lab.explore.claims import CLAIMS


def test_every_row_is_there():
    counts = {"0": 17, "1": 12, "2": 14, "3": 11, "4": 14}
    assert set(CLAIMS) == {f"{source}.{k}" for source, n in counts.items() for k in range(1, n + 1)}
