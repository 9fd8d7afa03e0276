"""What menus say of instruments."""

from __future__ import annotations

from lab.instruments.kinds import INSTRUMENT_GROUPS, INSTRUMENT_HELP, INSTRUMENT_KINDS, PLACES


def test_every_instrument_stands_in_one_group_and_says_what_it_answers() -> None:
    grouped = [kind for kinds in INSTRUMENT_GROUPS.values() for kind in kinds]
    assert sorted(grouped) == sorted(INSTRUMENT_KINDS)
    assert set(INSTRUMENT_KINDS) == set(INSTRUMENT_HELP)
    assert set(INSTRUMENT_KINDS) <= set(PLACES)
    for words in INSTRUMENT_HELP.values():
        assert words.endswith("?") and len(words) <= 60
    assert max(map(len, INSTRUMENT_KINDS.values())) <= 24  # beside controls in the head of a small card
