"""What a lesson's measures look at: what its runs recorded, prepared once for all claims, and its views."""

from __future__ import annotations

from collections.abc import Mapping

from lab.instruments.frozen import FrozenRun, freeze
from lab.lessons.view_values import SeenView
from lab.view_options import PanelSource


class LessonResults:
    """The recordings of a lesson's runs that are through, and its views with what was simulated for them.

    Parameters
    ----------
    sources
        Name of a run → its recording.
    views
        Name of a view → the view.
    """

    def __init__(
        self,
        sources: Mapping[str, PanelSource] | None = None,
        views: Mapping[str, SeenView] | None = None,
    ) -> None:
        self.sources: dict[str, PanelSource] = dict(sources or {})
        self.views: dict[str, SeenView] = dict(views or {})
        self._frozen: dict[int, tuple[PanelSource, dict[int, FrozenRun]]] = {}

    def frozen(self, source: PanelSource) -> dict[int, FrozenRun]:
        """Return a recording's runs by their index, to be asked at any parameters.

        The data are prepared when it is first asked for: several claims ask for the same.
        """
        kept = self._frozen.get(id(source))
        if kept is None:
            made = freeze(source.run_config, [state.info.index for state in source.runs])
            # the recording is kept beside it, so that its identity is not given to another one
            kept = self._frozen[id(source)] = (source, made)
        return kept[1]
