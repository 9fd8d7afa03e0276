"""The page of each loss in docs/losses: as the catalogue has it, whole, with a picture that shows it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from compute.backend import Device
from compute.losses import LOSSES
from compute.losses.zero_one import NOT_TRAINABLE
from compute.training import train
from docs.loss_pages import GROUPS, group_of, index, names, neighbours, page, snippet
from docs.loss_pictures import card_of, drawing, further_values
from docs.make_loss_pages import LARGEST
from lab.experiment_file import parse_experiment
from lab.loss_cards import why_not_trainable
from lab.sweep import plan_sweep, prepare_data

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "losses"
SVG = "{http://www.w3.org/2000/svg}"

each_loss = pytest.mark.parametrize("name", names())


def test_there_is_a_page_and_a_picture_for_each_loss_and_nothing_else() -> None:
    wanted = {
        "README.md",
        *(f"{name}.{kind}" for name in (*LOSSES, *NOT_TRAINABLE) for kind in ("md", "svg")),
    }
    assert {path.name for path in FOLDER.iterdir()} == wanted


@each_loss
def test_the_committed_page_is_what_the_catalogue_makes(name: str) -> None:
    assert (FOLDER / f"{name}.md").read_text("utf-8") == page(name), "run `make docs`"


def test_the_committed_index_is_what_the_catalogue_makes() -> None:
    assert (FOLDER / "README.md").read_text("utf-8") == index(), "run `make docs`"


@each_loss
def test_a_page_says_all_that_the_card_says(name: str) -> None:
    card, text = card_of(name), page(name).replace("\\", "").replace("&lt;", "<")
    facts = [card.label, card.help, card.target_domain, card.likelihood, card.minimiser]
    facts += [card.formula.replace("\\", ""), card.gradient.replace("\\", ""), why_not_trainable(name)]
    facts += [f"**{library}**: {sentence}" for library, sentence in card.scaling.items()]
    facts += [f"| `{item.name}` | {item.label} |" for item in card.parameters]
    facts += [item.allowed() for item in card.parameters]
    assert [fact for fact in facts if fact not in text] == []
    assert ("convex in the outputs" in text) and ("not convex in" in text) != card.convex_in_outputs
    assert ("| gradient | bounded |" in text) == card.bounded_gradient
    assert ("| value | bounded |" in text) == card.bounded_value


@each_loss
def test_formulas_stand_alone_and_are_balanced(name: str) -> None:
    blocks = re.findall(r"\n\n\$\$\n(.+)\n\$\$\n\n", page(name))
    assert len(blocks) >= 3
    assert page(name).count("$$") == 2 * len(blocks)
    for block in blocks:
        bare = block.replace(r"\{", "").replace(r"\}", "")
        assert bare.count("{") == bare.count("}")
        assert block.count(r"\begin") == block.count(r"\end")


@each_loss
def test_no_table_is_broken(name: str) -> None:
    for text in (page(name), index()):
        for table in re.findall(r"(?:^\|.*\n)+", text, re.M):
            bars = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
            assert len(bars) == 1


@pytest.mark.parametrize("name", LOSSES)
def test_the_experiment_on_a_page_trains_the_loss_with_its_defaults(name: str) -> None:
    found = re.search(r"```toml\n(.*?)\n```", (FOLDER / f"{name}.md").read_text("utf-8"), re.S)
    assert found is not None
    assert found[1] == snippet(LOSSES[name])
    config = parse_experiment(found[1], f"{name}.md")
    (loss,) = config.losses
    assert loss.name == name
    assert dict(loss.parameters) == {item.name: item.default for item in LOSSES[name].parameters}
    # A loss that does not fit the data is refused here.
    ((runs, plan),) = plan_sweep(config, prepare_data(config), Device("cpu", "CPU")).plans
    chunks = list(train(plan))
    assert [end for chunk in chunks for end in chunk.ended if end.reason == "diverged"] == []
    assert np.isfinite(chunks[-1].objective[-1]).all()
    assert len(runs) == config.seeds.count


def test_what_cannot_be_trained_on_has_no_experiment_but_a_reason() -> None:
    for name in NOT_TRAINABLE:
        assert "```toml" not in page(name)
        assert f"**{why_not_trainable(name)}**" in page(name)


@pytest.mark.parametrize(
    "path", [*sorted(FOLDER.glob("*.md")), ROOT / "docs/guide/README.md"], ids=lambda p: p.stem
)
def test_links_to_other_files_lead_somewhere(path: Path) -> None:
    text = re.sub(r"\$\$.*?\$\$|```.*?```", "", path.read_text("utf-8"), flags=re.S)
    links = re.findall(r"(?<!\\)\]\(([^)\s]+)\)", text)
    assert links
    for link in links:
        if not link.startswith(("https://", "http://", "#")):
            assert (path.parent / link.split("#")[0]).exists(), link
        elif link.startswith("https://doi.org"):
            assert re.fullmatch(r"https://doi\.org/10\.\d{4,}/[\w.:;/%-]+", link), link


def test_the_index_is_linked_from_the_front_page_and_the_guide() -> None:
    assert "(docs/losses/README.md)" in (ROOT / "README.md").read_text("utf-8")
    assert "(../losses/README.md)" in (ROOT / "docs/guide/README.md").read_text("utf-8")


def test_the_index_has_every_loss_once_in_its_group() -> None:
    parts = re.split(r"^## (.*)$", index(), flags=re.M)
    assert tuple(parts[1::2]) == GROUPS
    for group, text in zip(parts[1::2], parts[2::2], strict=True):
        listed = re.findall(r"^\| \[[^\]]+\]\((\w+)\.md\)", text, re.M)
        assert listed == [name for name in names() if group_of(card_of(name)) == group]


def test_neighbours_are_mutual_and_known() -> None:
    for name in names():
        assert neighbours(name) or name in LOSSES
        assert all(name in neighbours(other) for other in neighbours(name))
    assert {"squared_error", "absolute_error", "smooth_l1"} <= set(neighbours("huber"))
    assert set(neighbours("zero_one")) == {"cross_entropy", "hinge", "logistic"}


@each_loss
def test_the_picture_is_small_and_has_all_curves_and_words(name: str) -> None:
    content = (FOLDER / f"{name}.svg").read_bytes()
    assert len(content) <= LARGEST
    root = ElementTree.fromstring(content)
    words = [text.text for text in root.iter(f"{SVG}text")]
    shown = drawing(name)
    assert "Gradient" in words
    assert card_of(name).label in "".join(word or "" for word in words)  # two scripts are two texts
    if len(shown.curves) > 1:
        assert {label for label, _, _ in shown.curves} <= set(words)
    broad = [group for group in root.iter(f"{SVG}g") if group.get("stroke-width") == "2"]
    widths = [
        max(across) - min(across)
        for group in broad
        for path in group.findall(f"{SVG}path")
        if len(across := [float(x) for x in re.findall(r"[ML](-?[\d.]+)", path.get("d", ""))]) > 1
    ]
    assert len(widths) == 2 * len(shown.curves)
    assert min(widths) > 500  # each from one side of the frame to the other


@each_loss
def test_the_gradient_in_the_picture_is_the_slope_of_the_value(name: str) -> None:
    shown, card = drawing(name), card_of(name)
    assert np.isfinite(shown.curves[0][1]).sum() > 0.99 * len(shown.x)
    along_output = shown.axis in ("margin", "logit") or card.link == "identity"
    if not along_output or name in NOT_TRAINABLE:
        return
    for _, value, gradient in shown.curves:
        slope = np.gradient(value, shown.x)[1:-1]
        off = np.abs(slope - gradient[1:-1]) > 2e-2 * (np.abs(gradient).max() + 1e-12)
        assert off.sum() <= 4  # at kinks only


@each_loss
def test_several_curves_differ(name: str) -> None:
    curves = drawing(name).curves
    for place, (_, value, gradient) in enumerate(curves):
        for _, other_value, other_gradient in curves[:place]:
            same = np.allclose(value, other_value, equal_nan=True)
            assert not (same and np.allclose(gradient, other_gradient, equal_nan=True))


@pytest.mark.parametrize(
    ("loss", "parameter"),
    [(card.name, item.name) for card in LOSSES.values() for item in card.parameters if item.kind == "float"],
)
def test_further_values_are_allowed_and_other_than_the_default(loss: str, parameter: str) -> None:
    (item,) = (item for item in LOSSES[loss].parameters if item.name == parameter)
    values = further_values(item)
    assert len({*values, item.default}) == 3
    for value in values:
        assert item.low is None or (value > item.low if item.low_open else value >= item.low)
        assert item.high is None or (value < item.high if item.high_open else value <= item.high)
