from __future__ import annotations

import pytest

from lab.comparing.race_reading import StoredRaces
from lab.config_race import RaceConfig
from lab.problems import ProblemError
from lab.racing.race import RaceWork
from lab.store.store import Store
from tests.lab.racing.races import small_race, trained


def test_races_are_listed_newest_first_and_judged_as_asked(tmp_path) -> None:
    store = Store(tmp_path / "store")
    races = StoredRaces(store)
    assert races.names() == ()
    first = trained(store, RaceWork(small_race())).group
    second = trained(store, RaceWork(small_race(name="Other"))).group
    assert [identity for identity, _ in races.names()] == [second, first]
    assert races.names()[0][1].startswith("Other · ")
    own = races.view(first, RaceConfig())
    assert own.result.id == first and own.measure.key == "epochs"
    asked = races.view(first, RaceConfig(measure="validation_nll", margin=0.3))
    assert (asked.measure.key, asked.margin) == ("validation_nll", 0.3)
    fallback = races.view(first, RaceConfig(measure="validation_r2"))
    assert fallback.measure.key == "epochs"
    assert races.view(first, RaceConfig(measure="validation_r2")) is fallback
    store.annotate([next(iter(store.runs())).key], starred=True)
    assert races.view(first, RaceConfig(measure="validation_r2")) is not fallback
    with pytest.raises(ProblemError, match="no race"):
        races.view("gone", RaceConfig())
    store.close()
