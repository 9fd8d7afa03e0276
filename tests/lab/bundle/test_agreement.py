"""Whether curves agree: to the bit, within a tolerance, and where they part."""

from __future__ import annotations

import numpy as np

from lab.bundle.agreement import Agreement, agree, compare_curves, table
from tests.lab.test_export import session_of

OBJECTIVE = np.random.default_rng(0).random((30, 6)).astype(np.float32) + 0.5


def rows_of(changed: np.ndarray, tolerance: float = 1e-4) -> list[Agreement]:
    found = compare_curves(session_of(objective=OBJECTIVE), session_of(objective=changed), tolerance)
    return [row for row in found if row.metric == "objective"]


def test_equal_curves_agree_to_the_bit() -> None:
    found = compare_curves(session_of(objective=OBJECTIVE), session_of(objective=OBJECTIVE), 0.0)
    assert agree(found)
    assert {(row.exact, row.runs, row.difference) for row in found} == {(3, 3, 0.0)}


def test_a_last_digit_is_within_the_tolerance_and_not_exact() -> None:
    changed = OBJECTIVE.copy()
    changed[7, 1] = np.nextafter(changed[7, 1], np.float32(9))
    first, second = rows_of(changed)
    assert (first.exact, first.parts_at, second.exact) == (2, None, 3)
    assert 0 < first.difference < 1e-6
    assert not agree(rows_of(changed, tolerance=0.0))


def test_the_first_step_beyond_the_tolerance_is_said() -> None:
    changed = OBJECTIVE.copy()
    changed[9:, 4] *= 1.5
    first, second = rows_of(changed)
    assert agree([first])
    assert second.parts_at == 9
    assert second.difference > 0.1


def test_a_number_does_not_agree_with_none() -> None:
    changed = OBJECTIVE.copy()
    changed[3, 0] = np.nan
    assert rows_of(changed)[0].parts_at == 3
    assert rows_of(changed)[0].difference == np.inf


def test_a_shorter_curve_does_not_agree() -> None:
    (first, _) = rows_of(OBJECTIVE[:20])
    assert first.parts_at == 20
    assert not agree([first])


def test_nothing_does_not_agree() -> None:
    assert not agree([])


def test_the_table_has_a_line_a_row() -> None:
    lines = table(rows_of(OBJECTIVE)).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("loss")
