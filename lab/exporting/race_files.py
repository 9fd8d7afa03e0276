"""Write what came out of a race: its tables, each in a file of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lab.exporting.race_tables import race_tables
from lab.exporting.table_files import TABLE_FORMATS, write_table
from lab.exporting.tables import Table
from lab.racing.results import Judgement, RaceResult
from lab.whole_files import check_free


def write_race_tables(
    result: RaceResult,
    judgements: Iterable[Judgement],
    folder: Path | str,
    stem: str,
    kinds: Sequence[str],
    *,
    mark_best: bool = False,
    overwrite: bool = False,
) -> tuple[Path, ...]:
    """Write the tables of a race: "STEM-rates.csv", "STEM-finalists.csv", "STEM-comparisons.csv".

    Parameters
    ----------
    result, judgements
        The race, as far as it has come, and what it was judged.
    folder, stem
        Where to, and what the files' names begin with.
    kinds
        Keys of `lab.exporting.table_files.TABLE_FORMATS`.
    mark_best
        Mark what is best of tables for readers.
    overwrite
        Whether files that exist may be replaced. If not, nothing is written when one of them exists.

    Returns
    -------
    The files.

    Raises
    ------
    ProblemError
        Where a file exists and may not be replaced, or cannot be written.
    """
    places = _places(race_tables(result, judgements), folder, stem, kinds)
    check_free(list(places), overwrite)
    for path, (table, kind) in places.items():
        write_table(table, path, kind, mark_best=mark_best, overwrite=overwrite)
    return tuple(places)


def race_table_paths(
    result: RaceResult,
    judgements: Iterable[Judgement],
    folder: Path | str,
    stem: str,
    kinds: Sequence[str],
) -> tuple[Path, ...]:
    """Return where `write_race_tables` would write."""
    return tuple(_places(race_tables(result, judgements), folder, stem, kinds))


def _places(
    tables: Mapping[str, Table], folder: Path | str, stem: str, kinds: Sequence[str]
) -> dict[Path, tuple[Table, str]]:
    base = Path(folder).expanduser()
    return {
        base / f"{stem}-{name}{TABLE_FORMATS[kind]}": (table, kind)
        for name, table in tables.items()
        for kind in kinds
    }
