"""Which runs make one line, with which colour, dash and facet."""

from __future__ import annotations

from lab.comparing.curves_groups import Grouping, group_runs, series_number, suggested_grouping
from tests.lab.comparing.compared_runs import run_row

CE, MSE = {"loss": "Cross-entropy", "series": 1}, {"loss": "Squared error", "series": 2}


def rows(rates=(0.1, 1.0), seeds=(0, 1)):
    return [
        run_row("aaaa1111", number, seed=seed, rate=rate, **loss)
        for number, (rate, seed, loss) in enumerate(
            (rate, seed, loss) for rate in rates for loss in (CE, MSE) for seed in seeds
        )
    ]


def test_every_pair_of_colour_and_dash_has_a_series_of_its_own():
    numbers = {series_number(colour, dash) for colour in range(8) for dash in range(8)}
    assert numbers == set(range(1, 65))
    assert [series_number(colour, None) for colour in range(10)] == list(range(1, 11))


def test_runs_that_agree_are_one_line():
    found = group_runs(rows(), Grouping("loss", "optimizer.learning_rate"))
    assert [group.name for group in found.groups] == [
        "Cross-entropy, learning rate 0.1", "Cross-entropy, learning rate 1",
        "Squared error, learning rate 0.1", "Squared error, learning rate 1",
    ]  # fmt: skip
    assert [group.short for group in found.groups] == ["CE, 0.1", "CE, 1", "MSE, 0.1", "MSE, 1"]
    assert all([row.seed for row in group.rows] == [0, 1] for group in found.groups)
    assert [group.series for group in found.groups] == [
        series_number(0, 0), series_number(0, 1), series_number(1, 0), series_number(1, 1)
    ]  # fmt: skip
    assert found.facets == ("",) and found.mixed == () and not found.reused


def test_what_a_line_averages_over_is_known():
    found = group_runs(rows(), Grouping("loss"))
    assert found.mixed == ("optimizer.learning_rate",)
    assert len(found.groups) == 2
    everything = group_runs(rows(), Grouping(""))
    assert [group.name for group in everything.groups] == ["All runs"]
    assert set(everything.mixed) == {"optimizer.learning_rate", "loss"}


def test_facets_stand_in_order_of_their_values():
    found = group_runs(rows(rates=(10.0, 2.0)), Grouping("loss", "", "optimizer.learning_rate"))
    assert found.facets == ("Learning rate 2", "Learning rate 10")
    assert {group.facet for group in found.groups} == set(found.facets)
    assert len({group.key for group in found.groups}) == 2


def test_losses_keep_the_colours_they_have():
    found = group_runs([run_row(series=5), run_row(loss="Squared error", series=3)], Grouping("loss"))
    assert [group.series for group in found.groups] == [5, 3]
    given = group_runs(
        [run_row(series=5, colour=2), run_row(loss="Squared error", series=3)], Grouping("loss")
    )
    assert [group.series for group in given.groups] == [2, 3]


def test_no_two_lines_look_alike_where_losses_ask_for_one_colour():
    found = group_runs([run_row(series=1), run_row(loss="Squared error", series=1)], Grouping("loss"))
    assert [group.series for group in found.groups] == [1, 2]


def test_a_run_that_is_a_line_has_a_short_name():
    found = group_runs([run_row(seed=3), run_row(index=1, seed=4, name="Mine")], Grouping("run"))
    assert [group.short for group in found.groups] == ["CE, seed 3", "Mine"]
    assert found.groups[0].name == "Cross-entropy, rate 0.1, seed 3, Moons (1111)"


def test_more_values_than_colours_is_known():
    many = [run_row(index=number, rate=float(number)) for number in range(1, 11)]
    found = group_runs(many, Grouping("optimizer.learning_rate"))
    assert found.reused
    assert len({group.series for group in found.groups}) == 10


def test_a_suggested_grouping_separates_what_differs():
    assert suggested_grouping(rows()) == Grouping("loss", "optimizer.learning_rate")
    assert suggested_grouping(rows(rates=(0.1,))) == Grouping("loss", "")
    only_rate = [run_row(index=number, rate=rate) for number, rate in enumerate((0.1, 1.0))]
    assert suggested_grouping(only_rate) == Grouping("optimizer.learning_rate", "")
    repeats = [run_row("aaaa1111"), run_row("bbbb2222")]
    assert suggested_grouping(repeats) == Grouping("experiment", "")
