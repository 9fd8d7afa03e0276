"""Run the digits race and draw the figures of "Comparing losses fairly" from it.

Run from the repository's root: ``python docs/make_race_figures.py [folder]``. It trains the whole race, some
minutes, in a store of its own that is thrown away.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lab.comparing.race_reading import StoredRaces  # noqa: E402
from lab.comparing.race_view import RaceView  # noqa: E402
from lab.config_race import RaceConfig  # noqa: E402
from lab.experiment_file import read_experiment  # noqa: E402
from lab.queue.queue import Queue  # noqa: E402
from lab.racing.race import RaceWork  # noqa: E402
from lab.store.store import Store  # noqa: E402
from widgets.application import make_application  # noqa: E402
from widgets.compare.heat_map import HeatMap  # noqa: E402
from widgets.compare.paired_plot import PairedPlot  # noqa: E402
from widgets.compare.survival_plot import SurvivalPlot  # noqa: E402
from widgets.explore.figure_files import write_figure  # noqa: E402
from widgets.theme import LIGHT  # noqa: E402


def raced(folder: Path) -> RaceView:
    """Return the digits race, run to its end."""
    store = Store(folder)
    queue = Queue(store, "cpu")
    try:
        job = queue.add(RaceWork(read_experiment(ROOT / "lab" / "races" / "digits_race.toml")))
        while queue.busy:
            if not queue.advance():
                time.sleep(0.01)
        if job.state != "finished":
            raise RuntimeError(f"the race is {job.state}: {job.problems}")
        return StoredRaces(store).view(job.group, RaceConfig())
    finally:
        queue.close()
        store.close()


def main(arguments: list[str]) -> None:
    """Write the three figures."""
    target = Path(arguments[0]) if arguments else ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    application = make_application([])
    with tempfile.TemporaryDirectory() as folder:
        view = raced(Path(folder) / "store")
    heat, paired, survival = HeatMap(LIGHT), PairedPlot(LIGHT), SurvivalPlot(LIGHT)
    heat.show_grid(view.result.grid)
    paired.show_differences(view.differences)
    survival.show_arrivals(view.arrivals[0])
    for plot, name in ((heat, "race_grid"), (paired, "race_differences"), (survival, "race_survival")):
        path = target / f"{name}.png"
        write_figure(plot, path)
        print(f"{path.name}  {path.stat().st_size / 1000:.0f} kB")
    for verdict in view.verdicts():
        print(verdict.quotable)
    application.processEvents()


if __name__ == "__main__":
    main(sys.argv[1:])
