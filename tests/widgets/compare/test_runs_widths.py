"""Widths of columns: room for what stands in them, whatever the title."""

from __future__ import annotations

from lab.comparing.table_columns import column_of
from widgets.compare.runs_widths import natural_width


def width(key: str, title: int = 30, *, grouped: bool = False, first: bool = False) -> int:
    return natural_width(column_of(key), title, grouped=grouped, first=first)


def test_long_titles_widen_a_column_up_to_a_bound() -> None:
    assert width("optimizer.learning_rate") < width("optimizer.learning_rate", 150) < 200
    assert width("optimizer.learning_rate", 2000) == width("optimizer.learning_rate", 3000) < 300


def test_groups_need_room_for_deviations_and_for_how_many_runs_they_have() -> None:
    assert width("last.validation_nll", grouped=True) > width("last.validation_nll")
    assert width("seed", grouped=True) == width("seed")
    assert width("loss", grouped=True, first=True) > width("loss", grouped=True)


def test_the_star_takes_no_more_than_its_sign_unless_it_names_groups() -> None:
    assert width("starred", 0) < 40 < width("starred", 0, grouped=True, first=True)
