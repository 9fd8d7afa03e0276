"""A person's own table: CSV and its relatives, Parquet, NPZ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from compute.datasets.base import Dataset, DatasetCard
from compute.declaration import Parameter


def load_file(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    """Read a table from a file.

    Parameters
    ----------
    parameters
        As `FILE` declares them.
    generator
        Not used.

    Returns
    -------
    Dataset
        With notes on everything that was decided, dropped, filled or encoded.

    Raises
    ------
    ProblemError
        Whatever is wrong with the file, with the place and the ways out.
    """
    from compute.datasets.reading.dataset import read_dataset

    return read_dataset(parameters)


FILE = DatasetCard(
    name="file",
    label="My table (CSV, Parquet, NPZ)",
    short="My table",
    help="Your own table: CSV or other separated text, Parquet, or NPZ with inputs and targets.",
    parameters=(
        Parameter("path", "File", "path", "", help="CSV, TSV, TXT, Parquet, NPZ or NPY."),
        Parameter(
            "target", "Target column", "text", "",
            help="The column to predict; empty takes the last. Several, with commas between: numbers.",
        ),
        Parameter(
            "ignore", "Leave out", "text", "", help="Names of columns not to use, with commas between."
        ),
        Parameter(
            "task", "Targets are", "choice", "auto",
            choices=(("auto", "Detect"), ("classification", "Classes"), ("regression", "Numbers")),
            help="Text and at most 20 whole numbers are taken as classes, everything else as numbers.",
        ),
        Parameter(
            "delimiter", "Separator", "choice", "auto",
            choices=(
                ("auto", "Detect"), ("comma", "Comma"), ("semicolon", "Semicolon"), ("tab", "Tab"),
                ("pipe", "Bar |"), ("space", "Spaces"),
            ),
            help="What stands between the values of a line. Text files only.",
        ),
        Parameter(
            "decimal", "Decimal sign", "choice", "auto",
            choices=(("auto", "Detect"), ("point", "Point 30.5"), ("comma", "Comma 30,5")),
            help="What stands before the decimals. Text files only.",
        ),
        Parameter(
            "header", "Column names", "choice", "auto",
            choices=(("auto", "Detect"), ("yes", "In the first line"), ("no", "None")),
            help="Whether the first line holds names. Text files only.",
        ),
        Parameter(
            "quotes", "Quotation marks", "choice", "double",
            choices=(("double", "Enclose values"), ("none", "Are text")),
            help="Whether “…” may enclose separators and line ends. Text files only.",
        ),
        Parameter(
            "encoding", "Encoding", "choice", "auto",
            choices=(
                ("auto", "Detect"), ("utf-8", "UTF-8"), ("utf-16", "UTF-16"), ("latin-1", "Latin-1"),
                ("cp1252", "Windows-1252"), ("gb18030", "GBK / GB18030"), ("big5", "Big5"),
                ("shift_jis", "Shift JIS"), ("euc_kr", "EUC-KR"), ("cp1251", "Windows-1251"),
            ),
            help="How the file stores letters. Text files only.",
        ),
        Parameter(
            "missing", "Missing", "choice", "refuse",
            choices=(("refuse", "Refuse"), ("drop", "Drop the rows"), ("mean", "Fill with the mean")),
            help="What to do with empty, NaN and infinite values; said in the notes.",
        ),
        Parameter(
            "text", "Text columns", "choice", "refuse",
            choices=(
                ("refuse", "Refuse"), ("one_hot", "0/1 column a value"), ("drop", "Leave the columns out"),
                ("missing", "Treat as missing"),
            ),
            help="What to do with text among the inputs; said in the notes.",
        ),
        Parameter(
            "bad_lines", "Uneven lines", "choice", "refuse",
            choices=(("refuse", "Refuse"), ("skip", "Skip them")),
            help="What to do with lines that have too many or too few values; said in the notes.",
        ),
    ),
    family="files",
    task="auto",
    load=load_file,
)  # fmt: skip
