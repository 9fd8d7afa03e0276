"""Every instrument has a picture in the guide, made by a picture maker, and small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.instrument_pictures import PICTURES, Picture, config_of
from docs.instrument_scenes import INSTRUMENT_SCENES
from lab.instruments.kinds import INSTRUMENT_KINDS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guide/instruments.md").read_text(encoding="utf-8")
LARGEST = 150_000


def test_every_instrument_is_drawn() -> None:
    assert {picture.kind for picture in PICTURES} == set(INSTRUMENT_KINDS)


def test_every_picture_is_in_the_guide_and_there() -> None:
    shown = set(re.findall(r"\(\.\./images/([^)]+)\)", GUIDE))
    made = {f"instrument_{picture.name}.png" for picture in PICTURES}
    made |= {f"{name}_light.png" for name, _, _ in INSTRUMENT_SCENES}
    assert made <= shown
    for name in shown:
        assert (ROOT / "docs/images" / name).stat().st_size < LARGEST, name


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_every_experiment_can_be_trained(picture: Picture) -> None:
    config = config_of(picture)
    assert len(config.losses) == picture.losses
    assert config.seeds.count == 1
