from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from compute.datasets.reading import structure
from compute.datasets.reading.structure import find_records, split_record

CELLS = ["", "1", "2.5", "red", "a,b", "a\nb", 'say "x"', ",,", "é\n\n,"]


def written(seed: int, end: str) -> tuple[list[list[str]], bytes]:
    generator = np.random.default_rng(seed)
    rows = [
        [CELLS[i] for i in generator.integers(0, len(CELLS), generator.integers(2, 6))]
        for _ in range(int(generator.integers(1, 12)))
    ]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(rows)
    return rows, text.getvalue().encode()


@pytest.mark.parametrize("block", [1, 2, 7, 64, 1 << 20])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_records_are_those_of_the_csv_module_whatever_the_block(
    monkeypatch: pytest.MonkeyPatch, block: int, end: str
) -> None:
    monkeypatch.setattr(structure, "BLOCK", block)
    for seed in range(60):
        rows, data = written(seed, end)
        for content in (data, data.rstrip(b"\r\n")):
            records = find_records(content, ",", True)
            assert records.fields.tolist() == [len(row) for row in rows]
            found = [
                split_record(content[a:b].decode(), ",", True)
                for a, b in zip(records.starts, records.ends, strict=True)
            ]
            assert found == rows
            assert records.lines.tolist() == [content[:a].count(b"\n") + 1 for a in records.starts]
            assert records.open_quote == 0


def test_an_open_quote_is_where_the_first_line_end_is_inside() -> None:
    assert find_records(b'a,"b"\n1,"2\n3,4\n', ",", True).open_quote == 2
    assert find_records(b'a,"b"\n1,"2\n3,4\n', ",", False).open_quote == 0
