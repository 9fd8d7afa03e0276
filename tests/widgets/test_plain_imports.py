"""Python's own import while the window lives, PySide's again afterwards."""

from __future__ import annotations

import builtins
import linecache
import sys
from pathlib import Path

import pytest

from widgets.plain_imports import plain_imports


def test_pyside_does_not_look_into_what_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "imported_plainly.py").write_text("VALUE = 3\n")
    (tmp_path / "imported_by_pyside.py").write_text("VALUE = 4\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = builtins.__import__
    with plain_imports():
        assert builtins.__import__ is not before
        import imported_plainly  # type: ignore[import-not-found]
    assert builtins.__import__ is before
    import imported_by_pyside  # type: ignore[import-not-found]

    assert (imported_plainly.VALUE, imported_by_pyside.VALUE) == (3, 4)
    # what PySide reads stays in Python's cache of lines
    assert imported_plainly.__file__ not in linecache.cache
    assert imported_by_pyside.__file__ in linecache.cache
    for name in ("imported_plainly", "imported_by_pyside"):
        monkeypatch.delitem(sys.modules, name)


def test_it_is_put_back_after_an_error() -> None:
    before = builtins.__import__
    with pytest.raises(KeyError), plain_imports():
        raise KeyError("no such thing")
    assert builtins.__import__ is before


def test_another_import_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def own(*arguments: object) -> object:
        return arguments

    monkeypatch.setattr(builtins, "__import__", own)
    with plain_imports():
        found = builtins.__import__
    assert found is own
