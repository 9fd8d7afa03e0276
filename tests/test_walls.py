"""Walls that import-linter cannot see: the module main, and what panels must never do."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("compute", "lab", "widgets")


def _sources(*packages: str) -> Iterator[tuple[Path, ast.Module]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))


def _imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def _names(tree: ast.Module) -> set[str]:
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return found | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_nothing_imports_main() -> None:
    assert [str(path) for path, tree in _sources(*PACKAGES) if "main" in _imported(tree)] == []


def test_the_bridge_has_the_only_timer_and_no_panel_runs_its_own_event_loop() -> None:
    forbidden = {"QThread", "processEvents", "exec", "exec_"}
    wrong = []
    for path, tree in _sources("widgets"):
        used = _names(tree) & forbidden
        if path.name == "application.py":
            used -= {"exec", "processEvents"}  # the loop itself, and its last round
        if "QTimer" in _names(tree) and path.name != "bridge.py":
            used.add("QTimer")
        wrong += [f"{path}: {name}" for name in sorted(used)]
    assert wrong == []


def test_style_sheets_live_in_the_theme() -> None:
    allowed = {"theme.py", "style_sheet.py", "application.py"}
    wrong = [
        str(p) for p, tree in _sources("widgets") if "setStyleSheet" in _names(tree) and p.name not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("module", ["lab.cli", "lab.session", "compute.training"])
def test_headless_modules_load_neither_qt_nor_the_slow_libraries(module: str) -> None:
    code = (
        f"import {module}, sys\n"
        "slow = {'PySide6', 'pyqtgraph', 'sklearn', 'scipy', 'polars', 'cupy', 'sympy', 'matplotlib'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_compute_imports_with_numpy_alone() -> None:
    code = (
        "import sys\n"
        "for name in 'pydantic tomlkit rich platformdirs PySide6 polars scipy sklearn cupy'.split():\n"
        "    sys.modules[name] = None\n"
        "import compute.training, compute.losses, compute.datasets.prepare, compute.metrics"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
