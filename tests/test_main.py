from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import main
from lab.panels import CurvePanel, Facet

ROOT = Path(__file__).parents[1]


def losslab(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items()
                 if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}  # fmt: skip
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *arguments],
        capture_output=True, text=True, cwd=cwd, env={**variables, **environment}, timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are doubted on Linux only")
def test_without_a_display_the_default_experiment_is_run_and_drawn(tmp_path: Path) -> None:
    done = losslab(cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("No display")
    assert "Traceback" not in done.stderr
    (folder,) = (tmp_path / "losslab-out").iterdir()
    names = {path.name for path in folder.iterdir()}
    for stem in ("metric", "objective", "gradient", "confusion", "plots"):
        assert {f"{stem}.png", f"{stem}.svg"} <= names
    assert {
        "experiment.toml",
        "curves_long.csv",
        "curves_wide.csv",
        "curves.parquet",
        "results.json",
    } <= names
    assert (folder / "plots.png").read_bytes().startswith(b"\x89PNG")
    assert "Brier" in done.stdout
    assert str(folder.name) in done.stdout


def test_the_command_line_is_reached(tmp_path: Path) -> None:
    assert losslab("--version", cwd=tmp_path).stdout.startswith("losslab 0.")
    wrong = losslab("run", "missing.toml", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "There is no file missing.toml" in wrong.stderr


def test_importing_the_entry_loads_nothing_heavy() -> None:
    code = "import sys, main; print([n for n in ('PySide6', 'numpy', 'lab.cli') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_pydantic_looks_for_no_extensions_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYDANTIC_DISABLE_PLUGINS", "")  # put back afterwards
    monkeypatch.delenv("PYDANTIC_DISABLE_PLUGINS")
    monkeypatch.setattr("lab.cli.main", lambda *_: 7)
    assert main.main() == 7
    assert os.environ["PYDANTIC_DISABLE_PLUGINS"] == "__all__"
    monkeypatch.setenv("PYDANTIC_DISABLE_PLUGINS", "one-of-them")
    main.main()
    assert os.environ["PYDANTIC_DISABLE_PLUGINS"] == "one-of-them"  # a person's own choice


def test_figures_are_drawn_through_the_window_library(tmp_path: Path) -> None:
    import numpy as np

    from lab.panels import Line

    line = Line(np.arange(3.0), np.arange(3.0), 1, "mean", "a")
    panel = CurvePanel("objective", "Objective", "", (Facet("", (line,)),), (), "step", (0, 2), (0, 2))
    written = main.draw([panel], tmp_path, "one", ("png", "svg"), False)
    assert [path.name for path in written] == ["one.png", "one.svg"]
    assert all(path.stat().st_size > 500 for path in written)


def test_a_window_that_cannot_be_imported_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "widgets.application", None)
    monkeypatch.setattr("lab.system_libraries.missing_libraries", lambda: ["libEGL.so.1"])
    assert main.open_window(None, "auto") == 1
    said = capsys.readouterr().err
    assert "the window cannot open" in said
    assert "apt-get install libegl1" in said
    assert "losslab run" in said
