"""What a person does to the selected runs, by menu, key, panel or pointer, said once as signals."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from lab.comparing.run_acts import runs_words
from widgets.compare.entry_card import EntryCard
from widgets.compare.run_inspector import RunInspector
from widgets.compare.runs_table import RunsTable


class RunsActing(QObject):
    """Says what is wanted of the selected runs; asks for a name or for tags first where one is needed.

    Parameters
    ----------
    table, inspector
        Where runs are selected, and where note and tags are written.
    entry
        Asks for a line of text.
    """

    open_wanted = Signal(object)
    """A run whose experiment is wanted in Train, with all its runs."""
    use_wanted = Signal(object)
    """Runs whose configuration is wanted in the form."""
    starred = Signal(object, bool)
    renamed = Signal(object, str)
    noted = Signal(object, str)
    tagged = Signal(object, str)
    """Runs, and the tags that they are to have in common, with commas between."""
    recoloured = Signal(object, object)
    """Runs, and the number of their series; ``None`` for that of their loss."""
    deleted = Signal(object)

    def __init__(
        self, table: RunsTable, inspector: RunInspector, entry: EntryCard, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._table, self._inspector, self._entry = table, inspector, entry
        table.star_pressed.connect(lambda row: self.starred.emit((row,), not row.starred))
        inspector.open_pressed.connect(self.open_wanted)
        inspector.use_pressed.connect(lambda row: self.use_wanted.emit([row]))
        inspector.note_written.connect(self.noted)
        inspector.tags_written.connect(self.tagged)

    def act(self, what: str) -> None:
        """Do something with the selected runs, as `RunsTable.act_wanted` names it; without any do nothing."""
        verb, _, about = what.partition(":")
        rows = self._table.selected_runs()
        if not rows:
            return
        if verb == "star":
            self.starred.emit(rows, not all(row.starred for row in rows))
        elif verb == "colour":
            self.recoloured.emit(rows, int(about) or None)
        elif verb == "delete":
            self.deleted.emit(rows)
        elif verb == "copy":
            QGuiApplication.clipboard().setText(self._table.copied_text())
        elif verb == "open":
            if len({row.experiment.id for row in rows}) == 1:
                self.open_wanted.emit(rows[0])
        elif verb == "use":
            self.use_wanted.emit(rows)
        elif verb == "note":
            self._inspector.show()
            self._inspector.edit_note()
        elif verb == "rename":
            name = rows[0].name if len({row.name for row in rows}) == 1 else ""
            self._entry.ask(
                self._table, f"Name of {runs_words(len(rows))}", name, "Empty takes the name away.", "Rename",
                lambda text: self.renamed.emit(rows, text),
            )  # fmt: skip
        elif verb == "tag":
            common = [tag for tag in rows[0].tags if all(tag in row.tags for row in rows)]
            hint = "With commas between. These tags are those that all selected runs have."
            self._entry.ask(
                self._table, f"Tags of {runs_words(len(rows))}", ", ".join(common),
                hint if len(rows) > 1 else "With commas between.", "Tag",
                lambda text: self.tagged.emit(rows, text),
            )  # fmt: skip
