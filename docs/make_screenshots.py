"""Make the screenshots of the documentation from the real window, without a display.

Run from the repository's root: ``python docs/make_screenshots.py [folder [scene ...]]``. Training is the
real one, on seeds that are fixed, so that pictures change only when the program does.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PySide6.QtCore import QCoreApplication, QEvent  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from docs.instrument_pictures import PICTURES, Studio  # noqa: E402
from docs.instrument_scenes import INSTRUMENT_SCENES  # noqa: E402
from docs.small_png import save  # noqa: E402
from docs.stage import Stage  # noqa: E402
from lab.pool import TrainerPool  # noqa: E402
from lab.session import Session  # noqa: E402
from lab.store.keeping import KeepingTrainer  # noqa: E402
from lab.store.store import Store  # noqa: E402
from widgets.application import make_application  # noqa: E402
from widgets.compare.race_strip import RaceStrip  # noqa: E402
from widgets.compare.runs_page import RunsPage  # noqa: E402
from widgets.compare.sweep_page import SweepPage  # noqa: E402
from widgets.explore.registry import VIEWS  # noqa: E402
from widgets.main_window import MainWindow  # noqa: E402
from widgets.settings import Settings  # noqa: E402
from widgets.theme import apply_theme, theme_named  # noqa: E402

LARGEST = 250_000
LARGEST_CARD = 150_000
BROKEN = """age,sex,bmi,bp,s1,s2,s3,target
59,2,32.1,101,157,93.2,38,151
48,1,21.6,87,183,103.2,70,75
72,2,30,5,93,156,93.6,41,141
24,1,25.3,84,198,131.4,40,206
50,1,23.0,101,192,125.4,52,135
23,1,22.6,89,139,64.8,61,97
"""


def race(stage: Stage) -> None:
    """Train digits with three losses and five seeds, paused in its last part."""
    stage.edit(**{"losses.+": {"name": "absolute_error_softmax"}, "seeds__count": 5})
    stage.ready("digits")
    stage.session.start(pause_after=1360)
    stage.wait(lambda: stage.session.state == "paused", "the pause")
    tree = stage.window.runs.tree
    tree.setCurrentIndex(stage.window.runs.index_of_run(7))
    stage.session.set_visible([13], False)
    stage.wait(lambda: True, "")


def first_start(stage: Stage) -> None:
    """Show what a person sees first."""
    stage.ready("digits")


def diverged(stage: Stage) -> None:
    """Give one of three losses a learning rate that is too high."""
    stage.edit(**{"losses.+": {"name": "squared_error"}})
    stage.edit(losses__2__learning_rate=0.35)
    stage.ready("digits")
    stage.run()


def advice(stage: Stage) -> None:
    """Train on wrong labels until they are learnt, with the advice beside the curves."""
    stage.edit(
        data__label_noise__share=0.4, model__hidden=[128], model__activation="relu", training__epochs=100,
        training__show_target=None, optimizer__learning_rate=0.3, name="Wrong labels", question="",
    )  # fmt: skip
    stage.ready("digits")
    stage.window.grid.change_kind(stage.window.grid.numbers()[3], "advice")
    stage.run()
    stage.answered(stage.window.plots, "what advice measures")


def bad_csv(stage: Stage) -> None:
    """Load a table with a decimal comma in one line, after a finished race."""
    stage.ready("digits")
    stage.run()
    path = stage.folder / "patients_2024.csv"
    path.write_text(BROKEN)
    stage.window.files.load_data(path)
    stage.wait(lambda: stage.session.data_problem is not None, "the problem with the table")


def moons(stage: Stage) -> None:
    """Train on two moons and show the decision surface of two losses."""
    stage.edit(
        data__name="moons", model__hidden=[32, 32], optimizer__learning_rate=0.2, training__epochs=150,
        training__show_target=None, name="Two moons", question="",
    )  # fmt: skip
    stage.ready("moons")
    stage.run()


def explore(name: str, claim: str = "") -> Callable[[Stage], None]:
    """Return a scene with a view of the explorer, at its first state or where it shows a claim."""

    def scene(stage: Stage) -> None:
        stage.wait(lambda: stage.session.state == "ready", "loading the data")
        workspaces = stage.window.workspaces
        workspaces.choose("explore")
        workspaces.explore.show_view(name)
        if claim:
            workspaces.explore.show_claim(claim)
        for _ in range(20):
            stage.application.processEvents()

    return scene


def fair_race(stage: Stage) -> None:
    """Run a small fair race of three losses to its verdicts."""
    stage.edit(**{"losses.+": {"name": "absolute_error_softmax"}, "training__epochs": 8})
    stage.edit(race__rates=[0.03, 0.1, 0.3, 1.0, 3.0, 10.0], race__margin=0.5)
    stage.edit(race__tuning_seeds__count=2, race__seeds__count=10)
    stage.ready("digits")
    stage.window.workspaces.choose("compare")
    compare = stage.window.workspaces.compare
    compare.show_page("race")
    strip = compare.part.tools
    assert isinstance(strip, RaceStrip)
    strip.button.click()

    def over() -> bool:
        compare.follow()
        return strip.act == "again"

    stage.wait(over, "the end of the race")


def stored_runs(stage: Stage) -> None:
    """Compare runs of two experiments that were trained one after the other."""
    for rate in (0.1, 1.0):
        stage.edit(training__epochs=10, optimizer__learning_rate=rate)
        stage.ready("digits")
        stage.run()
    stage.window.workspaces.choose("compare")
    compare = stage.window.workspaces.compare
    compare.show_page("runs")
    page = compare.part.page
    assert isinstance(page, RunsPage)

    def listed() -> bool:
        compare.follow()
        return page.table.runs.rowCount() >= 12

    stage.wait(listed, "the list of runs")
    page.act("group:optimizer.learning_rate")
    page.table.selectAll()


def sweep(stage: Stage) -> None:
    """Lay out a sweep, with one that waits in the queue."""
    axes = [
        {"path": "optimizer.learning_rate", "log": {"start": 0.01, "stop": 1.0, "count": 5}},
        {"path": "training.batch_size", "values": [16, 32, 64]},
    ]
    stage.edit(sweep=axes)
    stage.ready("digits")
    stage.window.workspaces.choose("compare")
    compare = stage.window.workspaces.compare
    compare.show_page("sweep")
    page = compare.part.page
    assert isinstance(page, SweepPage)
    page.start.click()
    page.start.click()
    stage.wait(lambda: page.queue.rows[0].bar.value() > 200, "a part of the sweep")
    page.queue.pause.click()


def looking_back(stage: Stage) -> None:
    """Branch a race with five times its learning rate, and look at a step before its latest."""
    stage.ready("digits")
    stage.run()
    problem = stage.session.branch(340, {"optimizer.learning_rate": 0.5})
    if problem is not None:
        raise ValueError(str(problem))
    stage.wait(
        lambda: stage.session.state == "finished" and stage.session.config.branch is not None, "the branch"
    )
    stage.window.workspace.time.choose(900)
    stage.answered(stage.window.plots, "the confusion matrix")


def branch_card(stage: Stage) -> None:
    """Put a branch together."""
    stage.ready("digits")
    stage.run()
    stage.window.workspace.time.choose(340)
    stage.answered(stage.window.plots, "the confusion matrix")
    stage.window.time.open_branch()
    row = stage.window.branch_card.rows.row("losses.1.name")
    assert row is not None
    row.field.edited.emit("focal")


def lesson(key: str) -> Callable[[Stage], None]:
    """Return a scene with a lesson that was predicted and run to its finding."""

    def scene(stage: Stage) -> None:
        stage.window.workspaces.choose("lessons")
        lessons = stage.window.workspaces.lessons
        lessons.show_lesson(key)
        lessons.attempt.predict(1)
        lessons.run()
        stage.wait(lambda: not lessons.busy, "the end of the lesson")
        stage.answered(lessons.plots, "the lesson's instruments")

    return scene


SCENES: tuple[tuple[str, Callable[[Stage], None], tuple[tuple[int, int], ...]], ...] = (
    ("train", race, ((1280, 800), (1440, 900), (1920, 1080))),
    ("first_start", first_start, ((1440, 900),)),
    ("diverged", diverged, ((1440, 900),)),
    ("advice", advice, ((1440, 900),)),
    ("bad_csv", bad_csv, ((1440, 900),)),
    ("moons", moons, ((1440, 900),)),
    ("looking_back", looking_back, ((1440, 900),)),
    ("branch", branch_card, ((1440, 900),)),
    *((f"explore_{name}", explore(name), ((1440, 900),)) for name in VIEWS),
    ("compare_race", fair_race, ((1440, 900),)),
    ("compare_sweep", sweep, ((1440, 900),)),
    ("compare_runs", stored_runs, ((1440, 900),)),
    ("lesson_neuron", lesson("slow_learner"), ((1440, 900),)),
    ("lesson_numbers", lesson("numbers_break"), ((1440, 900),)),
    ("lesson_outliers", lesson("outliers"), ((1440, 900),)),
    ("explore_claim", explore("why", "3.7"), ((1440, 900),)),
)


def draw_instruments(application: QApplication, target: Path, wanted: set[str]) -> int:
    """Make a picture of every instrument; return how many are larger than they should be."""
    apply_theme(application, theme_named("light"))
    studio, too_large = Studio(application), 0
    for picture in PICTURES:
        name = f"instrument_{picture.name}"
        if not wanted or name in wanted:
            path = target / f"{name}.png"
            bytes_written = save(studio.draw(picture), path)
            too_large += bytes_written > LARGEST_CARD
            print(f"{path.relative_to(target.parent)}  {bytes_written / 1000:.0f} kB")
    return too_large


def main(arguments: list[str]) -> int:
    """Make all pictures; return 1 if one is larger than it should be."""
    parser = argparse.ArgumentParser(description="Redraw the pictures of the guide from the real window.")
    parser.add_argument("target", nargs="?", type=Path, default=ROOT / "docs" / "images", help="folder")
    parser.add_argument("names", nargs="*", help="only these pictures or scenes")
    options = parser.parse_args(arguments)
    target, wanted = options.target, set(options.names)
    target.mkdir(parents=True, exist_ok=True)
    application = make_application([])
    too_large = draw_instruments(application, target, wanted)
    light_only = {name for name, _, _ in INSTRUMENT_SCENES}
    for name, play, sizes in (*INSTRUMENT_SCENES, *SCENES):
        if wanted and name not in wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            apply_theme(application, theme_named("light"))
            store = Store(Path(folder) / "store")
            session = Session("cpu", trainer=KeepingTrainer(TrainerPool(), store))
            window = MainWindow(
                session, Settings(Path(folder) / "settings"), theme_named("light"), store=store
            )
            window.resize(*sizes[-1])
            window.show()
            stage = Stage(application, session, window, Path(folder))
            play(stage)
            for width, height in sizes:
                window.resize(width, height)
                for theme in ("light",) if name in light_only else ("light", "dark"):
                    window.appearance.choose(theme)
                    stage.wait(lambda: True, "")
                    size = f"_{width}x{height}" if len(sizes) > 1 else ""
                    path = target / f"{name}{size}_{theme}.png"
                    bytes_written = save(window.grab().toImage(), path)
                    too_large += bytes_written > LARGEST
                    print(f"{path.relative_to(target.parent)}  {bytes_written / 1000:.0f} kB")
            window.close_unasked()
            window.end()
            window.closing.emit()
            session.close()
            store.close()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return 1 if too_large else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
