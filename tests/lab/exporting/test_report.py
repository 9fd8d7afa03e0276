from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from compute.plan import RunEnd
from compute.problems import ProblemError
from lab.experiment_file import dump_experiment, parse_experiment
from lab.exporting.inline_svg import inline_svg
from lab.exporting.report import report_figures, report_page, write_report
from lab.exporting.report_sections import formula_markup
from lab.figure_look import Provenance
from lab.panel_views import make_panel
from lab.panels import Panel
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.exporting.html_reading import Page
from tests.lab.exporting.made_race import made_judgements, made_race
from tests.lab.recorded_runs import scripted_session
from tests.lab.test_export import session_of

NASTY = "A <b>\"race\"</b> & 'more' </style><script>x</script> ]]>"
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9mm" '
    b'height="9mm" viewBox="0 0 9 9"><title>t</title><desc>d</desc><metadata><x/></metadata>'
    b'<defs><clipPath id="clip0"><path d="M0 0"/></clipPath></defs>'
    b'<g clip-path="url(#clip0)"><text>a &lt; b</text><use xlink:href="#clip0"/></g></svg>'
)


def renamed(session: Session, **changes: Any) -> Session:
    session._run_config = session.config.model_copy(update=changes)
    return session


def provenance(session: Session) -> Provenance:
    return Provenance("losslab export abc --format html", "n", dump_experiment(session.run_config), "0.1.0")


def draw(
    panels: Sequence[Panel], folder: Path, stem: str, formats: Sequence[str], overwrite: bool,
    look: object = None, made_by: object = None,
) -> Sequence[Path]:  # fmt: skip
    path = folder / f"{stem}.svg"
    path.write_bytes(SVG)
    return (path,)


def page_of(session: Session, **more: Any) -> Page:
    return Page(report_page(session, provenance(session), **more))


def test_a_report_is_sound_and_holds_what_matters() -> None:
    session = renamed(session_of(), question="Which is faster?")
    page = page_of(session)
    assert page.words("h1") == ["Two losses"]
    assert page.words("h2") == ["Results", "Losses", "Data", "Settings", "Run", "Run it again"]
    for words in ("Which is faster?", "Cross-entropy", "MSE on raw outputs", "Learning rate", "CPU · NumPy",
                  "Samples", "0 to 2, paired: each starts all losses alike",
                  "losslab export abc --format html", "losslab run two-losses.toml", "numpy"):  # fmt: skip
        assert words in page.words(), words
    assert page.tags.count("math") == 2
    assert page.words("style") == []


def test_names_of_any_kind_are_words_and_nothing_else() -> None:
    session = session_of()
    losses = tuple(loss.model_copy(update={"label": NASTY}) for loss in session.config.losses[:1])
    renamed(session, name=NASTY, question=NASTY, losses=(*losses, session.config.losses[1]))
    session.interventions = (NASTY,)
    page = page_of(session, figures=[(NASTY, SVG)])
    assert page.words("h1") == [NASTY] and page.words("title")[0] == NASTY
    assert NASTY in page.words("h3") and NASTY in page.words("li")
    assert "script" not in page.tags and "b" not in page.tags


def test_the_experiment_can_be_taken_from_the_report() -> None:
    session = renamed(session_of(), name=NASTY)
    (link,) = page_of(session).links
    head, _, packed = link["href"].partition("base64,")
    assert head == "data:application/toml;"
    assert parse_experiment(base64.b64decode(packed).decode()) == session.run_config
    assert link["download"].endswith(".toml") and "/" not in link["download"] and "<" not in link["download"]


def test_divergence_and_changes_by_hand_are_said() -> None:
    session = session_of(ended=[RunEnd(4, 7, "diverged", 1, math.nan)])
    session.interventions = ("learning rate 0.1 → 0.3 at step 20",)
    words = page_of(session).words()
    assert "Diverged" in words and "Changed by hand while it ran" in words
    assert any("diverged" in text and "step 7" in text for text in words)
    assert "learning rate 0.1 → 0.3 at step 20" in words


def test_a_race_comes_with_its_verdict_first() -> None:
    judgements = made_judgements()
    page = page_of(session_of(), race=made_race(), judgements=judgements)
    assert page.words("h2")[:3] == ["Verdict", "Results", "Losses"]
    assert page.words("h1") == [made_race().config.name]
    assert judgements[0].headline in page.words("p") and judgements[0].detail in page.words("p")
    assert judgements[0].comparisons[0].sentence in page.words("td")
    assert "0.970" in page.words("strong")
    assert "losslab race two-losses.toml" in page.words("pre")
    quiet = replace(judgements[0], headline="")
    assert "Verdict" not in page_of(session_of(), race=made_race(), judgements=[quiet]).words("h2")


def test_figures_stand_in_the_page_without_mixing_their_parts() -> None:
    page = page_of(session_of(), figures=[("One", SVG), ("Two", SVG)])
    assert page.tags.count("svg") == 2
    assert {"f0-clip0", "f1-clip0"} <= page.identities
    assert "metadata" not in page.tags and "desc" not in page.tags


@pytest.mark.parametrize(("content", "words"), [
    (b"<html></html>", "not an SVG"), (b"<svg", "not an SVG"),
    (SVG.replace(b"#clip0\"/>", b"https://example.org/x\"/>"), "refers to https"),
])  # fmt: skip
def test_what_is_no_figure_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        inline_svg(content, "f0-", "a")


def test_every_loss_of_the_catalogue_has_a_formula_that_browsers_draw() -> None:
    from compute.losses import LOSSES

    for card in LOSSES.values():
        assert formula_markup(card.formula, card.plain).startswith("<math"), card.name


def test_a_formula_that_cannot_be_set_is_plain_text() -> None:
    assert formula_markup(r"\begin{cases", "a < b") == "<code>a &lt; b</code>"


def test_the_file_is_written_with_figures_and_replaces_nothing_unasked(tmp_path: Path) -> None:
    session, path = session_of(), tmp_path / "report.html"
    panels = [make_panel(session, kind, ViewOptions()) for kind in ("objective", "gradient")]
    figures = report_figures(panels, draw)
    assert [title for title, _ in figures] == [panel.title for panel in panels]
    write_report(session, path, provenance(session), figures)
    assert Page(path.read_text(encoding="utf-8")).tags.count("svg") == 2
    with pytest.raises(ProblemError, match="exists already"):
        write_report(session, path, provenance(session))
    write_report(session, path, provenance(session), overwrite=True)
    assert Page(path.read_text(encoding="utf-8")).tags.count("svg") == 0
    assert list(tmp_path.iterdir()) == [path]


def test_without_runs_there_is_nothing_to_report(tmp_path: Path) -> None:
    session, _trainer = scripted_session()
    with pytest.raises(ProblemError, match="nothing to report"):
        write_report(session, tmp_path / "r.html", Provenance("losslab"))
    assert list(tmp_path.iterdir()) == []
