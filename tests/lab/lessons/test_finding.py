"""What came out of a claim, as it is said."""

from __future__ import annotations

import pytest

from lab.lessons.claim import Claim
from lab.lessons.finding import Finding


def claim(**bounds: object) -> Claim:
    return Claim.model_validate(
        {"say": "It ends at {measured}", "measure": 'mean(last("ce", "loss"))', **bounds}
    )


@pytest.mark.parametrize(
    ("bounds", "number", "words"),
    [
        ({"value": 1.946593e-5, "within": 1e-4, "relative": True}, 1.94661e-5, "1.947 × 10⁻⁵"),
        ({"value": 0.25, "within": 1e-3}, -0.25, "−0.25"),
        ({"high": 1e-3}, 4.1e-10, "4.1 × 10⁻¹⁰"),
        ({"value": 0}, 22063.0, "22\u2009063"),
    ],
)
def test_numbers_are_written_as_people_write_them(
    bounds: dict[str, object], number: float, words: str
) -> None:
    assert Finding(claim(**bounds), number, True).sentence == f"It ends at {words}"


def test_what_was_not_measured_leaves_a_dash() -> None:
    found = Finding(claim(high=1), float("nan"), False, "loss was not recorded.")
    assert found.sentence == "It ends at –"
