"""``losslab show loss``: the whole card, from the same data as everything else."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from compute.losses import LOSSES
from compute.losses.zero_one import NOT_TRAINABLE
from compute.problems import ProblemError
from lab.cli import BAD_INPUT, OK, main
from lab.experiment_file import parse_experiment
from lab.listing import parameter_text
from lab.loss_cards import metric_entries, print_card, rows, why_not_trainable


def printed(name: str, width: int = 1000) -> str:
    stream = io.StringIO()
    print_card(name, Console(file=stream, width=width, markup=False, highlight=False))
    return stream.getvalue()


@pytest.mark.parametrize("name", list(LOSSES))
def test_the_whole_card_is_printed(name: str) -> None:
    card, text = LOSSES[name], printed(name)
    assert text.startswith(f"{card.label}  ({name})\n{card.help}")
    for part in (
        card.plain, card.plain_gradient, card.formula, card.gradient, card.likelihood, card.minimiser,
        card.target_domain, card.reference,
    ):  # fmt: skip
        assert part in text
    for library, sentence in card.scaling.items():
        assert f"Against {library}" in text
        assert sentence in text
    for parameter in card.parameters:
        assert parameter_text(parameter) in text
        assert parameter.help.rstrip(".") in text
    titles = [title for title, _ in rows(card)]
    assert "Stable form" in titles
    assert "Relations" in titles
    assert "`" not in text
    assert "compute." not in text


def test_yes_and_no_follow_the_card() -> None:
    facts = dict(rows(LOSSES["hinge"]))
    assert (facts["Convex in the outputs"], facts["Bounded value"]) == ("yes", "no")
    assert dict(rows(LOSSES["focal"]))["Convex in the outputs"] == "no"


def test_relations_name_losses_as_the_program_does() -> None:
    assert "With gamma 0 it is Cross-entropy." in dict(rows(LOSSES["focal"]))["Relations"]


def test_a_narrow_terminal_loses_no_words() -> None:
    narrow = "".join(printed("generalized_cross_entropy", width=60).split())
    for _, text in rows(LOSSES["generalized_cross_entropy"])[:3]:
        assert "".join(text.split())[:20] in narrow


def test_zero_one_says_why_it_cannot_be_trained_on() -> None:
    text = printed("zero_one")
    assert "cannot be trained on" in text
    assert "gradient is 0" in text
    assert "zero_one" not in LOSSES
    assert why_not_trainable("zero_one")
    assert not why_not_trainable("hinge")
    assert [entry.name for entry in metric_entries()] == list(NOT_TRAINABLE)


def test_an_experiment_that_trains_on_it_is_told_why() -> None:
    with pytest.raises(ProblemError) as error:
        parse_experiment('[data]\nname = "iris"\n\n[[losses]]\nname = "zero_one"\n', "mine.toml")
    assert "cannot be trained on" in error.value.problem.body


def test_unknown_losses_are_refused_with_a_hint() -> None:
    with pytest.raises(ProblemError) as error:
        printed("hing")
    assert "Did you mean hinge?" in error.value.problem.body


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "loss", "tversky"]) == OK
    assert "Tversky  (tversky)" in capsys.readouterr().out
    assert main(["show", "loss", "zero_one"]) == OK
    assert "cannot be trained on" in " ".join(capsys.readouterr().out.split())
    assert main(["show", "loss", "nothing_like_it"]) == BAD_INPUT
    assert "not one of the losses" in capsys.readouterr().err
    assert main(["show", "picture", "x"]) == BAD_INPUT


def test_the_list_of_losses_has_those_that_are_only_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "losses"]) == OK
    assert "zero_one" in capsys.readouterr().out
    assert main(["list", "losses", "zero_one"]) == OK
    assert "cannot be trained on" in " ".join(capsys.readouterr().out.split())
