from __future__ import annotations

from pathlib import Path

import pytest

import benchmarks.run_all
from benchmarks.run_all import FOLDER, SCRIPTS, main, run_all, run_script

GOOD = """\
import sys
from benchmarks.measurement import measured, save
save([measured("training", "quick" if "--quick" in sys.argv else "long", [2.0], at_least=1)],
     sys.argv[sys.argv.index("--json") + 1])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "training.py").write_text(GOOD, encoding="utf-8")
    (tmp_path / "pool.py").write_text("'--json'\nraise ValueError('no pool today')\n", encoding="utf-8")
    (tmp_path / "memory.py").write_text("print('only words')\n", encoding="utf-8")
    (tmp_path / "drawing.py").write_text("'--json'\nimport time\ntime.sleep(60)\n", encoding="utf-8")
    (tmp_path / "gpu.py").write_text("'--json'\nraise SystemExit(3)\n", encoding="utf-8")
    return tmp_path


def test_a_script_that_breaks_does_not_stop_the_others(folder: Path) -> None:
    rows = run_all(("pool", "training", "memory", "startup"), folder=folder)
    assert [(row.area, row.verdict) for row in rows] == [
        ("pool", "failed"),
        ("training", "met"),
        ("memory", "skipped"),
        ("startup", "skipped"),
    ]
    assert rows[0].note == "ValueError: no pool today"
    assert rows[3].name == "startup.py"
    assert rows[3].note == "there is no such script"


def test_the_shorter_version_is_asked_for(folder: Path) -> None:
    assert [run_script(folder / "training.py", 60, quick)[0].name for quick in (False, True)] == [
        "long",
        "quick",
    ]


def test_a_script_that_takes_too_long_is_ended(folder: Path) -> None:
    (row,) = run_script(folder / "drawing.py", 0.3)
    assert row.verdict == "failed"
    assert "ended after 0 s" in row.note
    assert run_script(folder / "drawing.py", 0)[0].note == "no time was left"


def test_a_script_without_rows_and_words_is_a_failure(folder: Path) -> None:
    assert run_script(folder / "gpu.py", 60)[0].note == "exit code 3, and no rows"


def test_the_table_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(benchmarks.run_all, "run_all", lambda names, quick: run_all(names, 60, quick, folder))
    out = folder / "results.md"
    assert main(["training", "--quick", "--out", str(out)]) == 0
    page = out.read_text(encoding="utf-8")
    assert "the shorter version" in page
    assert "| quick | 2.00× |" in page
    assert "quick" in capsys.readouterr().out
    assert main(["pool", "--out", str(out)]) == 1


def test_unknown_names_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["trainings"])
    assert "there is no benchmark trainings" in capsys.readouterr().err


def test_every_benchmark_that_writes_rows_is_run() -> None:
    writing = {
        path.stem
        for path in FOLDER.glob("*.py")
        if 'add_argument("--json"' in path.read_text(encoding="utf-8")
    }
    assert writing <= set(SCRIPTS)
