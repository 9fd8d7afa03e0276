from __future__ import annotations

import io
import math
from pathlib import Path

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from compute.plan import RunEnd
from compute.problems import ProblemError
from lab.exporting.latex_text import latex_text
from lab.exporting.measured import rounded
from lab.exporting.summary_table import summary_table
from lab.exporting.table_files import TABLE_FORMATS, table_bytes, table_frame, write_table
from lab.exporting.table_text import cell_text, latex_table, markdown_table
from lab.exporting.tables import Cell, Column, Number, Table, best_cells
from lab.summary import summarize_runs
from tests.lab.exporting.latex_reading import LatexError, read_table
from tests.lab.test_export import session_of

NASTY = r'50% of {A_1} & "B" \ #1 $x^2$ ~ | *bold* <b> `code` [link](x)'


def table_of(*rows: tuple[Cell, ...], better: tuple[str, ...] = ("", "high", "low"), note: str = "") -> Table:
    columns = tuple(
        Column(title, kind)  # type: ignore[arg-type]
        for title, kind in zip(("Loss", "Accuracy", "Steps"), better, strict=True)
    )
    return Table("Digits", columns, rows, note, best_cells(columns, rows))


PLAIN = table_of(
    ("Cross-entropy", Number(0.97236, 0.0041), Number(640.0)),
    ("Huber, δ = 0.5", Number(0.9621, 0.0016), Number(math.inf, words="never (1 of 3)")),
    (NASTY, Number(math.nan), None),
)


# --- numbers --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("value", "deviation", "shown"), [
    (0.97236, 0.0041, "0.972 ± 0.004"), (0.97236, 0.0014, "0.9724 ± 0.0014"),
    (0.97236, 0.0096, "0.972 ± 0.010"), (0.97236, math.nan, "0.972"), (0.97236, 0.0, "0.972 ± 0"),
    (-0.5, 2.0, "0 ± 2"), (1234.5, 40.0, "1230 ± 40"), (0.0, math.nan, "0"),
    (1.234e-5, 3e-7, "(1.23 ± 0.03) × 10⁻⁵"), (2.5e7, math.nan, "2.50 × 10⁷"),
    (math.inf, math.nan, "never"), (-math.inf, math.nan, "−∞"), (math.nan, math.nan, "–"),
    (0.0, 0.003, "0.000 ± 0.003"),
])  # fmt: skip
def test_numbers_are_rounded_to_what_their_deviation_leaves(
    value: float, deviation: float, shown: str
) -> None:
    assert cell_text(Number(value, deviation)) == shown


@given(st.floats(-1e9, 1e9), st.floats(1e-9, 1e9))
def test_rounding_moves_a_value_by_less_than_its_deviation(value: float, deviation: float) -> None:
    assume(deviation > 1e-9 * abs(value))  # finer than that is below what a float of this size holds
    shown = rounded(value, deviation)
    scale = 10.0**shown.exponent
    assert abs(float(shown.value) * scale - value) <= 0.52 * deviation
    assert float(shown.deviation) * scale == pytest.approx(deviation, rel=0.3)
    decimals = len(shown.value.partition(".")[2])
    assert decimals == len(shown.deviation.partition(".")[2])


@pytest.mark.parametrize(("value", "deviation"), [(math.nan, 0.1), (math.inf, 0.1), (1.0, -0.1),
                                                  (1.0, math.inf)])  # fmt: skip
def test_what_cannot_be_rounded_raises(value: float, deviation: float) -> None:
    with pytest.raises(ValueError, match=r"rounded|deviation"):
        rounded(value, deviation)


# --- what is best ---------------------------------------------------------------------------------
def test_best_is_by_direction_and_ties_as_printed_are_both_best() -> None:
    table = table_of(("a", Number(0.9), Number(10.0)), ("b", Number(0.9001), Number(9.0)),
                     ("c", Number(0.5), Number(math.inf)))  # fmt: skip
    assert table.best == {(0, 1), (1, 1), (1, 2)}


def test_a_number_with_few_digits_is_not_best_by_being_rounded() -> None:
    """0.184 ± 0.028 is printed as 0.18, and is more than 0.183 all the same."""
    table = table_of(("a", None, Number(0.184, 0.028)), ("b", None, Number(0.183, 0.013)))
    assert table.best == {(1, 2)}


def test_nothing_is_best_where_all_are_alike_alone_or_unknown() -> None:
    inf = Number(math.inf)
    assert table_of(("a", Number(0.9), inf), ("b", Number(0.9), inf)).best == frozenset()
    assert table_of(("a", Number(0.9), inf), ("b", Number(0.9), Number(1.0))).best == {(1, 2)}
    assert table_of(("a", Number(0.9), None), ("b", Number(math.nan), "x")).best == frozenset()


def test_best_among_some_rows_only() -> None:
    columns = (Column("Loss"), Column("Accuracy", "high"))
    rows = (("a", Number(0.9)), ("b", Number(0.8)), ("c", Number(0.7)))
    assert best_cells(columns, rows, (1, 2)) == {(1, 1)}


def test_rows_must_have_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="cell for each column"):
        Table("t", (Column("a"), Column("b")), (("x",),))


# --- LaTeX ----------------------------------------------------------------------------------------
def test_latex_compiles_and_has_every_cell() -> None:
    rows = read_table(latex_table(PLAIN))
    assert rows[0] == ["Loss", "Accuracy", "Steps"]
    assert rows[1] == ["Cross-entropy", r"$0.972 \pm 0.004$", "$640$"]
    assert rows[2] == [r"Huber, $\delta$ = 0.5", r"$0.9621 \pm 0.0016$", "never (1 of 3)"]
    assert rows[3][1:] == ["--", "--"]
    assert r"\toprule" in latex_table(PLAIN) and "siunitx" not in latex_table(PLAIN)


def test_latex_marks_the_best_on_request() -> None:
    rows = read_table(latex_table(PLAIN, mark_best=True))
    assert rows[1][1] == r"{\boldmath\bfseries $0.972 \pm 0.004$}"
    assert r"\bfseries" not in latex_table(PLAIN)


@given(st.text(st.characters(max_codepoint=0x24F), max_size=40))
def test_any_name_compiles_in_latex(name: str) -> None:
    table = table_of((name, Number(1.0), Number(2.0)), note=name)
    assert len(read_table(latex_table(table, mark_best=True))) == 2


def test_every_loss_of_the_catalogue_compiles_in_latex() -> None:
    from compute.losses import LOSSES

    names = [text for card in LOSSES.values() for text in (card.label, card.short) if text]
    assert len(names) > 40
    for name in names:
        read_table(latex_table(table_of((name, None, None))))


@pytest.mark.parametrize("broken", [
    r"\begin{tabular}{l} a & b \\ \end{tabular}", r"\begin{tabular}{l} 50% \\ \end{tabular}",
    r"\begin{tabular}{l} a_1 \\ \end{tabular}", r"\begin{tabular}{l} {a \\ \end{tabular}",
    r"\begin{tabular}{l} $a \\ \end{tabular}", r"\begin{tabular}{l} \foo \\ \end{tabular}",
])  # fmt: skip
def test_the_reader_refuses_what_would_not_compile(broken: str) -> None:
    with pytest.raises(LatexError):
        read_table(broken)


def test_signs_of_latex_are_printed() -> None:
    assert latex_text("a\nb\t{}") == r"a b \{\}"
    assert latex_text("R² ≤ 1\u2009000") == r"R$^2$ $\leq$ 1\,000"


# --- Markdown -------------------------------------------------------------------------------------
def cells_of(markdown: str) -> list[list[str]]:
    """The table as a Markdown reader sees it, marks of emphasis apart."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            strong = "*" if any(child.type == "strong_open" for child in token.children or []) else ""
            rows[-1].append(strong + "".join(c.content for c in token.children or [] if c.type == "text"
                                             or c.type == "text_special"))  # fmt: skip
    return rows


def test_markdown_is_a_table_with_every_cell_unchanged() -> None:
    rows = cells_of(markdown_table(PLAIN))
    assert rows[1] == ["Cross-entropy", "0.972 ± 0.004", "640"]
    assert rows[3] == [NASTY, "–", "–"]
    assert cells_of(markdown_table(PLAIN, mark_best=True))[1][1] == "*0.972 ± 0.004"
    assert "|:---|---:|---:|" in markdown_table(PLAIN)


@given(st.text(max_size=30))
def test_any_name_stays_in_its_cell_of_markdown(name: str) -> None:
    table = Table("t", (Column("Loss"), Column("Accuracy")), ((name, Number(1.0)), ("b", Number(2.0))))
    rows = cells_of(markdown_table(table))
    assert [len(row) for row in rows] == [2, 2, 2]
    assert rows[1][1] == "1.00"


# --- for programs ---------------------------------------------------------------------------------
def test_csv_and_parquet_hold_full_numbers_with_deviations_apart() -> None:
    csv = pl.read_csv(io.BytesIO(table_bytes(PLAIN, "csv")))
    parquet = pl.read_parquet(io.BytesIO(table_bytes(PLAIN, "parquet")))
    for frame in (csv, parquet):
        assert frame.columns == ["Loss", "Accuracy", "Accuracy deviation", "Steps"]
        assert frame["Accuracy"].to_list() == [0.97236, 0.9621, None]
        assert frame["Accuracy deviation"].to_list() == [0.0041, 0.0016, None]
        assert frame["Steps"].to_list() == [640.0, math.inf, None]
        assert frame["Loss"].to_list()[2] == NASTY


def test_whole_numbers_and_texts_keep_their_type() -> None:
    frame = table_frame(Table("t", (Column("Loss"), Column("Runs")), (("a", 3), ("b", None))))
    assert frame.dtypes == [pl.String, pl.Int64]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="csv, parquet, latex, markdown"):
        table_bytes(PLAIN, "xlsx")


@pytest.mark.parametrize("kind", TABLE_FORMATS)
def test_tables_are_written_whole_and_replace_nothing_unasked(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"table{TABLE_FORMATS[kind]}"
    path.write_text("mine")
    with pytest.raises(ProblemError, match="exists already"):
        write_table(PLAIN, path, kind)
    assert path.read_text() == "mine"
    write_table(PLAIN, path, kind, overwrite=True)
    assert path.read_bytes() == table_bytes(PLAIN, kind)
    assert list(tmp_path.iterdir()) == [path]


# --- the summary ----------------------------------------------------------------------------------
def test_the_summary_is_a_row_a_loss_with_the_numbers_of_the_summary() -> None:
    session = session_of(ended=[RunEnd(4, 7, "diverged", 1, math.nan)])
    summary, table = summarize_runs(session), summary_table(session)
    frame = table_frame(table)
    assert frame["Loss"].to_list() == [row.name for row in summary.rows]
    spread = summary.rows[0].finals["validation_accuracy"]
    assert frame["Validation accuracy"][0] == spread.mean
    assert frame["Validation accuracy deviation"][0] == spread.deviation
    assert frame["Diverged"].to_list() == [0, 1] and frame["Runs"].to_list() == [3, 3]
    assert frame["Learning rate"].to_list() == [0.1, 0.1]
    steps = next(name for name in frame.columns if name.startswith("Steps to validation accuracy 0.95"))
    assert frame[steps][0] == math.inf
    assert read_table(latex_table(table, mark_best=True))[1][0] == "Cross-entropy"
