"""The explorer's numbers, without Qt: what a loss is, seen from every side.

Each view has a module with a frozen *state* (what a person chose: it can be written as TOML, undone and
reopened) and a function that turns the state into a frozen *view* (arrays, texts and notes that a widget
draws as they are). A widget keeps one state, sends edits as a new state (`dataclasses.replace`, or the named
edits of the module) and asks for the view again. Nothing here keeps anything between calls.

=============  ==========================  =====================================================
module         state → view                what it shows
=============  ==========================  =====================================================
curves         CurvesState → CurvesView    value, slopes and curvature of losses over an axis
why            WhyState → WhyView          the chain rule factor by factor, Jacobian, K/(K − 1), K/2
table          TableState → TableView      typed or pasted predictions, every loss side by side
simplex        SimplexState → SimplexView  three classes: contours, −gradient arrows, a descent path
likelihood     LikelihoodState → …View     noise, density, NLL, matching loss, estimators, outliers
information    InformationState → …View    entropy, cross-entropy and divergences of two bars
numerics       NumericsState → …View       forms that break in float16, 32 and 64
=============  ==========================  =====================================================

`efficiency` (EfficiencyState, a generator that a window can step through, and the breakdown curve) belongs to
the likelihood bench; presets stand in `table_presets` and `numerics.PRESETS`, pasted rows are read by
`table_text`, steps and flow times of saturated outputs counted by `steps`.

Beside them: `choice` (a loss with its parameters), `state_text` (TOML to and from states), `history`
(undo and redo), `figures` (views as `lab.panels.CurvePanel` for figure export and CSV), `claims` (what is
often said of these losses, what is right, and the state that shows it). A value that a person typed wrong
raises `compute.problems.ProblemError`, whose problem is a sentence to show beside the field.
"""
