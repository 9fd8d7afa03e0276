"""What every test needs: no screen, one BLAS thread, folders of its own, reasons where GPU tests skip."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("LOSSLAB_KERNELS", "arrays")  # the same everywhere, and nothing compiles meanwhile

# Settings, logs and caches of the tests never touch the person's own. Set before anything reads them.
_HOME = tempfile.mkdtemp(prefix="losslab-test-")
for _name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
    os.environ[_name] = os.path.join(_HOME, _name)
    os.makedirs(os.environ[_name], exist_ok=True)
_NUMBERS = itertools.count()

# A check says the same of the same program each time; `make fuzz` looks for new examples.
settings.register_profile("checks", derandomize=True)
settings.register_profile("fuzz", derandomize=False, print_blob=True)
settings.load_profile("checks")


def pytest_sessionfinish() -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip GPU tests with the sentence the program itself would show."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if not marked:
        return
    from compute.backend import select_device

    device = select_device("gpu")
    if device.kind != "gpu":
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=device.reason or "no GPU"))


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a store of runs of its own, which exists only if the test keeps something."""
    monkeypatch.setenv("LOSSLAB_STORE", os.path.join(_HOME, "stores", str(next(_NUMBERS))))


@pytest.fixture(autouse=True)
def _no_child_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test leaves a process behind."""
    yield
    left = [child for child in multiprocessing.active_children() if child.is_alive()]
    for child in left:
        child.kill()
        child.join(2)
    assert not left, f"{request.node.nodeid} left {len(left)} process(es) behind"
