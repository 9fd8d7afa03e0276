from __future__ import annotations

import struct
import zlib

import pytest

from compute.problems import ProblemError
from lab.figure_look import PRESETS, FigureLook, Provenance, page_of
from lab.png_text import SIGNATURE, with_text


def tiny_png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return SIGNATURE + header + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def chunks(content: bytes) -> list[tuple[bytes, bytes]]:
    """All chunks of a PNG; fails where a length or a checksum is wrong."""
    found, place = [], len(SIGNATURE)
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        kind, body = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        (check,) = struct.unpack_from(">I", content, place + 8 + length)
        assert check == zlib.crc32(kind + body)
        found.append((kind, body))
        place += 12 + length
    return found


def test_texts_stand_behind_the_header_in_the_encoding_that_fits() -> None:
    content = with_text(tiny_png(), {"Comment": "losslab run a.toml", "Experiment": "Δ = 1", "Title": ""})
    kinds = [kind for kind, _ in chunks(content)]
    assert kinds == [b"IHDR", b"tEXt", b"iTXt", b"IDAT", b"IEND"]
    assert chunks(content)[1][1] == b"Comment\0losslab run a.toml"
    assert chunks(content)[2][1] == b"Experiment\0\0\0\0\0" + "Δ = 1".encode()


@pytest.mark.parametrize(("content", "keyword"), [(b"GIF89a", "Title"), (None, ""), (None, "a\0b"),
                                                  (None, "x" * 80)])  # fmt: skip
def test_what_is_no_png_or_no_keyword_is_refused(content: bytes | None, keyword: str) -> None:
    with pytest.raises(ValueError, match="PNG"):
        with_text(tiny_png() if content is None else content, {keyword: "words"})


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("plots", [1, 2, 4, 5, 9])
def test_pages_hold_every_plot_at_a_readable_size(name: str, plots: int) -> None:
    page = page_of(PRESETS[name], plots)
    width, height = page.layout
    rows = -(-plots // page.columns)
    assert page.width == PRESETS[name].width
    assert page.columns <= PRESETS[name].columns
    assert 11 * page.points >= 6.9  # points of the smallest type
    assert width / page.columns >= 200 and height / rows >= 140


def test_pages_grow_with_the_caption_but_slides_do_not() -> None:
    single, slide = PRESETS["single"], PRESETS["slide"]
    heights = [page_of(single, 1, caption=lines).height for lines in (0, 1, 2)]
    assert heights[0] < heights[1] < heights[2]
    assert page_of(slide, 4, caption=2).height == page_of(slide, 1).height


def test_an_unknown_page_is_refused_with_those_there_are() -> None:
    with pytest.raises(ProblemError, match="single, double, slide"):
        FigureLook("poster")


def test_the_program_is_named_without_a_version_too() -> None:
    assert Provenance("losslab run a.toml").program == "Loss Lab"
    assert Provenance("losslab run a.toml", version="0.1.0").program == "Loss Lab 0.1.0"
