from __future__ import annotations

import contextlib

from pytestqt.qtbot import QtBot

from widgets.bridge import CALM, FAST, HIDDEN, SLOW_GAP, Bridge


class Feed:
    crowded = False

    def __init__(self) -> None:
        self.queue: list[frozenset[str]] = []

    def advance(self) -> frozenset[str]:
        return self.queue.pop(0) if self.queue else frozenset()


def counted(bridge: Bridge, *names: str) -> dict[str, int]:
    counts = dict.fromkeys(names, 0)

    def count(name: str) -> None:
        counts[name] += 1

    for name in names:
        getattr(bridge, name).connect(lambda name=name: count(name))
    return counts


def test_each_change_is_said_once(qtbot: QtBot) -> None:
    feed = Feed()
    bridge = Bridge(feed)
    names = ("state_changed", "config_changed", "data_changed", "device_changed", "problem_changed")
    counts = counted(bridge, *names, "plots_due", "runs_changed")
    feed.queue = [frozenset({"state", "data"}), frozenset(), frozenset({"problem"})]
    bridge.tick()
    assert counts["state_changed"] == counts["data_changed"] == 1
    bridge.tick()
    bridge.tick()
    assert counts == {
        "state_changed": 1, "config_changed": 0, "data_changed": 1, "device_changed": 0, "problem_changed": 1,
        "plots_due": 1, "runs_changed": 0,
    }  # fmt: skip


def test_plots_are_redrawn_at_most_25_times_a_second(qtbot: QtBot) -> None:
    feed = Feed()
    bridge = Bridge(feed)
    counts = counted(bridge, "plots_due")
    feed.queue = [frozenset({"curves"})] * 1000
    for _ in range(1000):
        bridge.tick()
    assert counts["plots_due"] <= 2
    qtbot.wait(45)
    bridge.tick()
    assert counts["plots_due"] >= 2


def test_slow_plots_leave_two_thirds_of_the_time(qtbot: QtBot) -> None:
    bridge = Bridge(Feed())
    bridge.set_plot_cost(0.1)
    assert bridge.plot_gap >= 0.3
    bridge.set_plot_cost(0.0)
    assert bridge.plot_gap == 0.04


def test_plots_take_less_where_training_takes_every_core(qtbot: QtBot) -> None:
    feed = Feed()
    feed.crowded = True
    bridge = Bridge(feed)
    bridge.set_plot_cost(0.03)
    assert bridge.plot_gap >= 0.27
    bridge.set_plot_cost(10.0)
    assert bridge.plot_gap == 0.5
    bridge.set_plot_cost(0.0)
    assert bridge.plot_gap == 0.04


def test_nothing_is_drawn_while_hidden_but_all_is_kept(qtbot: QtBot) -> None:
    feed = Feed()
    bridge = Bridge(feed)
    counts = counted(bridge, "plots_due", "state_changed")
    bridge.set_hidden(True)
    feed.queue = [frozenset({"curves", "state"})]
    bridge.tick()
    assert counts == {"plots_due": 0, "state_changed": 1}
    bridge.set_hidden(False)
    bridge.tick()
    assert counts["plots_due"] == 1


def test_the_timer_runs_fast_when_busy_and_slowly_when_hidden(qtbot: QtBot) -> None:
    feed = Feed()
    bridge = Bridge(feed)
    bridge.start()
    assert bridge.interval == CALM
    feed.queue = [frozenset({"curves"})]
    bridge.tick()
    assert bridge.interval == FAST
    bridge.set_hidden(True)
    bridge.tick()
    assert bridge.interval == HIDDEN
    bridge.stop()
    assert not bridge.running


def test_the_timer_runs_fast_while_a_plot_waits_for_an_answer(qtbot: QtBot) -> None:
    class Asked:
        busy = True

        def advance(self) -> bool:
            return False

    bridge, asked = Bridge(Feed()), Asked()
    bridge.follow_study(asked)
    bridge.start()
    bridge.tick()
    assert bridge.interval == FAST
    asked.busy = False
    bridge.tick()
    assert bridge.interval == CALM
    bridge.stop()


def test_an_error_in_a_slot_does_not_stop_the_next_tick(qtbot: QtBot) -> None:
    class Broken(Feed):
        def advance(self) -> frozenset[str]:
            if not self.queue:
                raise RuntimeError("broken")
            return super().advance()

    feed = Broken()
    bridge = Bridge(feed)
    counts = counted(bridge, "state_changed")
    with contextlib.suppress(RuntimeError):
        bridge.tick()
    feed.queue = [frozenset({"state"})]
    bridge.tick()
    assert counts["state_changed"] == 1


def test_the_first_moment_passes_after_the_window_was_painted(qtbot: QtBot) -> None:
    bridge = Bridge(Feed())
    counts = counted(bridge, "moment_passed")
    bridge.start()
    bridge.tick()
    assert counts["moment_passed"] == 0
    with qtbot.waitSignal(bridge.moment_passed, timeout=int(60_000 * SLOW_GAP)):
        pass
    bridge.stop()
    assert counts["moment_passed"] == 1


class Beside:
    def __init__(self) -> None:
        self.busy, self.looks = True, 0

    def advance(self) -> bool:
        self.looks += 1
        return self.looks % 2 == 1


def test_a_queue_is_driven_beside_the_session_while_there_is_something_in_it(qtbot: QtBot) -> None:
    bridge, queue = Bridge(Feed()), Beside()
    counts = counted(bridge, "queue_changed")
    bridge.tick()
    bridge.follow_queue(queue)
    bridge.flush()
    assert (queue.looks, counts["queue_changed"]) == (1, 1)
    bridge.flush()
    assert (queue.looks, counts["queue_changed"]) == (2, 1), "nothing changed the second time"
    queue.busy = False
    bridge.flush()
    assert queue.looks == 2


def test_a_queue_that_changes_all_the_time_is_told_of_at_most_eight_times_a_second(qtbot: QtBot) -> None:
    bridge, queue = Bridge(Feed()), Beside()
    counts = counted(bridge, "queue_changed")
    bridge.follow_queue(queue)
    for _ in range(200):
        bridge.tick()
    assert queue.looks == 200
    assert counts["queue_changed"] <= 2
