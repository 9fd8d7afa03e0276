from __future__ import annotations

import codecs
from collections.abc import Callable

import pytest

from compute.datasets.base import Dataset
from compute.problems import Problem

Read = Callable[..., Dataset]
Refused = Callable[..., Problem]

WESTERN = "größe,b,sorte\n1.5,2,café\n2.5,3,thé\n3.5,3,thé\n"
CHINESE = "身高,体重,类别\n1.5,2,男性\n2.5,3,女性\n3.5,1,女性\n"


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (WESTERN.encode(), None),
        (codecs.BOM_UTF8 + WESTERN.encode(), None),
        (codecs.BOM_UTF16_LE + WESTERN.encode("utf-16-le"), "read as UTF-16 (little-endian)"),
        (codecs.BOM_UTF16_BE + WESTERN.encode("utf-16-be"), "read as UTF-16 (big-endian)"),
        (codecs.BOM_UTF32_LE + WESTERN.encode("utf-32-le"), "read as UTF-32 (little-endian)"),
        (WESTERN.encode("utf-16-le"), "read as UTF-16 (guessed: it has no byte-order mark)"),
        (WESTERN.encode("utf-16-be"), "read as UTF-16 (guessed: it has no byte-order mark)"),
        (WESTERN.encode("latin-1"), "read as Latin-1 (guessed"),
    ],
)
def test_western_text_in_every_encoding(read: Read, data: bytes, note: str | None) -> None:
    dataset = read(data)
    assert dataset.feature_names == ("größe", "b")
    assert dataset.target_names == ("café", "thé")
    assert dataset.inputs.tolist() == [[1.5, 2], [2.5, 3], [3.5, 3]]
    said = [n for n in dataset.notes if n.startswith(("read as U", "read as L"))]
    assert [n[: len(note)] for n in said] == [note] if note else said == []


@pytest.mark.parametrize("encoding", ["gbk", "gb18030"])
def test_chinese_text(read: Read, encoding: str) -> None:
    dataset = read(CHINESE.encode(encoding))
    assert dataset.feature_names == ("身高", "体重")
    assert dataset.target_names == ("女性", "男性")
    assert any(note.startswith("read as GBK / GB18030 (guessed") for note in dataset.notes)


def test_windows_quotes_and_euro_signs(read: Read) -> None:
    dataset = read("a,price,y\n1,2,5 €\n2,3,“6”\n".encode("cp1252"))
    assert dataset.target_names == ("5 €", "“6”")
    assert any(note.startswith("read as Windows-1252") for note in dataset.notes)


def test_a_chosen_encoding_wins(read: Read) -> None:
    data = read("рост,y\n1,да\n2,нет\n".encode("cp1251"), encoding="cp1251")
    assert data.feature_names == ("рост",)
    assert "read as Windows-1251" in data.notes
    assert read(codecs.BOM_UTF16_BE + WESTERN.encode("utf-16-be"), encoding="utf-16").features == 2


def test_a_wrong_chosen_encoding_names_the_line(refused: Refused) -> None:
    problem = refused(WESTERN.encode("latin-1"), encoding="utf-8")
    assert problem.title == "data.csv was not loaded: line 1 is not UTF-8."
    assert problem.where == "data.encoding"
    late = refused(("a,y\n" + "1,2\n" * 7).encode() + "1,é\n".encode("latin-1"), encoding="utf-8")
    assert late.title == "data.csv was not loaded: line 9 is not UTF-8."


def test_damage_after_a_mark_is_said(refused: Refused) -> None:
    assert "is not UTF-8" in refused(codecs.BOM_UTF8 + b"a,y\n1,\xff\n").title
    assert "is not UTF-16" in refused(codecs.BOM_UTF16_LE + b"a\0,\0y\0\n\0\x00\xd8").title


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 20,
        b"\x7fELF" + b"\0" * 100,
        b"a,y\n1,2\n" + b"\0" * 3,
        b"\x01\x02\x03\x04",
    ],
)
def test_binary_garbage_is_not_text(refused: Refused, data: bytes) -> None:
    assert refused(data).title == "data.csv was not loaded: it is not text."


@pytest.mark.parametrize(
    "word",
    [
        "Größe",
        "GRÖßE",
        "naïve",
        "São Paulo",
        "Ærø",
        "Smørrebrød",
        "größer öß",
        "m²·K",
        "°C",
        "¿qué?",
        "«ça»",
    ],
)
@pytest.mark.parametrize("repeat", [1, 50])
def test_western_words_are_not_taken_for_chinese(read: Read, word: str, repeat: int) -> None:
    lines = "".join(f"{i},{word if i % 2 else 'x'}\n" for i in range(2 * repeat))
    dataset = read(f"a,y\n{lines}".encode("latin-1"))
    assert word in dataset.target_names
    assert any("Latin-1 (guessed" in note for note in dataset.notes)


@pytest.mark.parametrize(
    "word", ["年龄", "身高cm", "是", "葡萄酒质量", "血压（收缩压）", "温度℃", "中文 text 混合"]
)
@pytest.mark.parametrize("repeat", [1, 50])
def test_chinese_words_are_not_taken_for_western(read: Read, word: str, repeat: int) -> None:
    lines = "".join(f"{i},{word if i % 2 else 'x'}\n" for i in range(2 * repeat))
    assert word in read(f"a,y\n{lines}".encode("gbk")).target_names


@pytest.mark.parametrize(
    ("text", "encoding"), [("возраст,рост,диагноз", "cp1251"), ("カタカナ,ひらがな,y", "shift_jis")]
)
def test_other_writing_is_asked_for_and_not_guessed(
    read: Read, refused: Refused, text: str, encoding: str
) -> None:
    data = f"{text}\n1.5,2,0.5\n2.5,3,1.5\n".encode(encoding)
    problem = refused(data)
    assert problem.title == "data.csv was not loaded: its encoding cannot be told."
    assert {"data.encoding": encoding} in [remedy.changes for remedy in problem.remedies]
    assert read(data, encoding=encoding).feature_names == tuple(text.split(",")[:2])
