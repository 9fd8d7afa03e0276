"""Decision surfaces and fitted curves at a step that is past, from the parameters kept of it."""

from __future__ import annotations

import numpy as np

from lab.instruments.book import Book
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.looking import known_runs, step_of, why_nothing
from lab.messages import Field
from lab.panel_looks import looks
from lab.preview import make_field
from lab.view_options import PanelSource, ViewOptions

KIND = "field_at"


class FieldAt:
    """Predicts on the grid over the data as the trainer does while it runs."""

    def question(self, source: PanelSource, options: ViewOptions) -> Question | str:
        """Ask for one run of each loss, hidden or not, so that showing it again asks nothing new."""
        known = known_runs(source, options)
        firsts = (
            next((run for run in look.all_runs if run in known), None) for look in looks(source, options)
        )
        runs = tuple(run for run in firsts if run is not None)
        if not runs:
            return why_nothing(source, options)
        return Question(KIND, runs, (step_of(source, options, runs),))

    def answer(self, question: Question, book: Book) -> Field:
        """Predict with each run's parameters at the latest snapshot up to the step.

        Returns
        -------
        As the trainer's message, with the latest step among the runs' snapshots: a run that ended early has
        its last one.

        Raises
        ------
        InstrumentError
            Where the data have more than two features.
        """
        parts = []
        steps = []
        for run in question.runs:
            plan = book.run(run).plan
            if plan.data.dataset.features > 2:
                raise InstrumentError("data with more than two features cannot be drawn")
            parameters = book.parameters(run, question.steps[0])
            step = book.step(run, question.steps[0])
            if parameters is None or step is None:
                continue
            steps.append(step)
            parts.append(((run,), plan, (0,), np.asarray(parameters)[None]))
        if not parts:
            raise InstrumentError("no parameters were kept up to this step")
        return make_field(max(steps), parts)


FIELD_AT = FieldAt()
