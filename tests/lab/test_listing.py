from __future__ import annotations

import io

import pytest
from rich.console import Console

from compute.problems import ProblemError
from lab.catalogue import FAMILIES, entries
from lab.listing import parameter_text, print_entries


def printed(family: str, name: str | None = None, width: int = 100) -> str:
    stream = io.StringIO()
    print_entries(family, name, Console(file=stream, width=width, markup=False, highlight=False))
    return stream.getvalue()


@pytest.mark.parametrize("family", list(FAMILIES))
def test_every_entry_is_listed_with_its_parameters_and_bounds(family: str) -> None:
    text = printed(family, width=400)
    for entry in entries(family):
        assert entry.name in text
        assert entry.label in text
        for parameter in entry.parameters:
            assert parameter_text(parameter) in text


@pytest.mark.parametrize("family", list(FAMILIES))
def test_every_entry_can_be_looked_up(family: str) -> None:
    for entry in entries(family):
        text = printed(family, entry.name, width=400)
        assert text.startswith(f"{entry.label}  ({entry.name})")
        for _, fact in entry.facts:
            assert fact in text


def test_square_brackets_are_text() -> None:
    assert "[yₖ ln pₖ + (1 − yₖ) ln(1 − pₖ)]" in printed("losses", width=200)


def test_bounds_are_said() -> None:
    assert "delta = 1 (a number above 0" in printed("losses")
    assert "label_smoothing = 0 (a number of at least 0 and below 1)" in printed("losses")


def test_losses_are_listed_with_what_they_are_for() -> None:
    lines = {line.split()[0]: line.split()[1] for line in printed("losses", width=400).splitlines()[3:]
             if line.startswith(" ") and line[1:2].strip()}  # fmt: skip
    assert lines["poisson"] == "numbers"
    assert lines["cross_entropy"] == "classes"
    assert lines["huber"] == "both"


def test_a_loss_says_what_its_targets_must_be_and_what_it_puts_out() -> None:
    assert "positive numbers" in printed("losses", "gamma")
    assert "two for each target: location and log scale" in printed("losses", "gaussian_nll")


def test_british_spelling_is_understood() -> None:
    assert "AdamW" in printed("optimisers")


def test_what_is_not_known_is_refused_with_a_hint() -> None:
    with pytest.raises(ProblemError, match="Did you mean losses"):
        printed("loses")
    with pytest.raises(ProblemError, match="Did you mean huber"):
        printed("losses", "hubr")
