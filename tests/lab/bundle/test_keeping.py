"""A bundle taken into a store: listed, opened and found again like what was trained there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import lab.cli
from lab.bundle.keeping import take_in
from lab.bundle.reading import read_bundle
from lab.bundle.writing import write_bundle
from lab.store.store import Store
from tests.lab.store.kept import Kept
from tests.lab.test_export import session_of


def test_an_experiment_of_another_store_comes_with_all_its_curves(tmp_path: Path) -> None:
    there, here = Store(tmp_path / "there"), Store(tmp_path / "here")
    kept = Kept(there)
    identity = kept.finished()
    kept.close()
    path = tmp_path / "race.losslab"
    write_bundle(there.experiment(identity), path)
    assert take_in(here, path) == identity
    assert take_in(here, path) == identity  # twice makes no doubles
    theirs, mine = there.experiment(identity), here.experiment(identity)
    assert [row.key for row in here.runs()] == [row.key for row in there.runs()]
    for mine_row, their_row in zip(here.runs(), there.runs(), strict=True):
        assert (mine_row.last, mine_row.best, mine_row.fields) == (
            their_row.last, their_row.best, their_row.fields,
        )  # fmt: skip
        assert mine_row.status == their_row.status
    for metric in theirs.curves.metrics():
        for run in theirs.runs:
            np.testing.assert_array_equal(
                mine.curves.series(metric, run.info.index)[1], theirs.curves.series(metric, run.info.index)[1]
            )
    assert mine.versions == theirs.versions
    here.delete([row.key for row in here.runs()])
    assert not here.runs()
    take_in(here, path)
    assert len(here.runs()) == len(there.runs())


def test_what_was_never_stored_has_an_identity_by_its_content(tmp_path: Path) -> None:
    path, again = tmp_path / "two.losslab", tmp_path / "again.losslab"
    write_bundle(session_of(), path)
    write_bundle(session_of(), again)
    first, second = read_bundle(path).identity, read_bundle(again).identity
    assert first == second
    assert first.startswith("bundle-")


def test_the_command_line_takes_a_bundle_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "two.losslab"
    write_bundle(session_of(), path)
    assert lab.cli.main(["store", "import", str(path)]) == 0
    assert "bundle-" in capsys.readouterr().out
    assert len(Store().runs()) == len(session_of().runs)
    path.write_bytes(path.read_bytes()[:200])
    assert lab.cli.main(["store", "import", str(path)]) == 2
