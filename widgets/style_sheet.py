"""The one application style sheet, as text made from tokens.

Object names it knows
    Surfaces (use QFrame): ``win``, ``top_bar``, ``view_strip``, ``time_strip``, ``status_bar``,
    ``side_left``, ``side_right``, ``panel_head``, ``card``, ``chip`` (a card inside a panel),
    ``raised`` (readout, popover), ``message``, ``hairline``, ``bar_line``, ``segments``,
    ``clear`` (no background), ``reading`` (a scrolled text; property ``ring``: has the keyboard).
Property ``k``
    Buttons: ``primary``, ``ghost``, ``icon``, ``flush``, ``quiet``, ``tab``, ``segment``, ``row``; without
    it a plain button.
    Labels: ``big``, ``lesson``, ``question``, ``verdict``, ``message``, ``name``, ``title``, ``subtitle``,
    ``value``, ``tick``, ``tag``, ``text2``, ``text3``, ``ok``, ``warn``, ``error``, ``code``.
    Line edits: ``name`` (looks like a title until it is typed in).
Property ``error`` (true)
    On a field: 2 px error border.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

from widgets.tokens import TYPE

_SURFACES = """
#win { background: $win; }
QFrame#top_bar { background: $panel; border: none; border-bottom: 1px solid $line; }
QFrame#view_strip { background: $panel; border: none; border-bottom: 1px solid $line; }
QFrame#time_strip { background: $panel; border: none; border-top: 1px solid $line; }
QFrame#status_bar { background: $panel; border: none; border-top: 1px solid $line; }
QFrame#side_left { background: $panel; border: none; border-right: 1px solid $line; }
QFrame#side_right { background: $panel; border: none; border-left: 1px solid $line; }
QFrame#panel_head { background: $panel; border: none; border-bottom: 1px solid $line; }
QFrame#card, QFrame#chip, QFrame#message { background: $card; border: 1px solid $line; border-radius: 8px; }
QFrame#raised { background: $raised; border: 1px solid $line2; border-radius: 8px; }
QFrame#bar_line { background: $line; border: none; }
QFrame#hairline { background: $line; border: none; min-height: 1px; max-height: 1px; }
QFrame#segments { background: $hover; border: none; border-radius: 6px; }
#clear { background: transparent; border: none; }
QFrame#chip[focused="true"] { border: 1px solid $line2; }
QToolTip { background: $raised; color: $text; border: 1px solid $line2; padding: 4px 6px; font-size: 12px; }
QSplitter::handle { background: $line; }
QSplitter::handle:vertical { background: transparent; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
"""

_BUTTONS = """
QPushButton, QToolButton, QCheckBox, QRadioButton { outline: none; }
QPushButton { background: $raised; color: $text; border: 1px solid $line2; border-radius: 6px; min-height:
    26px;
    padding: 0 11px; font-weight: 500; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $press; }
QPushButton:focus { border: 2px solid $accent; min-height: 24px; padding: 0 10px; }
QPushButton:disabled { background: transparent; color: $text3; border: 1px solid $line; }
QPushButton[k="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[k="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[k="primary"]:pressed { background: $accent_press; border-color: $accent_press; }
QPushButton[k="primary"]:focus { border: 2px solid $line2; }
QPushButton[k="primary"]:disabled { background: transparent; color: $text3; border: 1px solid $line; }
QPushButton[k="ghost"], QPushButton[k="tab"] { background: transparent; border: 1px solid transparent; }
QPushButton[k="ghost"]:hover, QPushButton[k="tab"]:hover { background: $hover; }
QPushButton[k="ghost"]:pressed { background: $press; }
QPushButton[k="ghost"]:focus, QPushButton[k="tab"]:focus, QPushButton[k="flush"]:focus,
    QPushButton[k="row"]:focus { border: 2px solid $accent; }
QPushButton[k="ghost"]:disabled { color: $text3; border-color: transparent; }
QPushButton[k="tab"] { color: $text2; }
QPushButton[k="tab"]:checked { background: $sel; color: $text; font-weight: 600; }
QPushButton[k="tab"]:disabled { color: $text3; border-color: transparent; }
QPushButton[k="flush"], QPushButton[k="quiet"] { background: transparent; border: 1px solid transparent;
    min-height: 22px; padding:
    0 3px; }
QPushButton[k="flush"]:hover, QPushButton[k="quiet"]:hover { background: $hover; }
QPushButton[k="flush"]:pressed, QPushButton[k="quiet"]:pressed { background: $press; }
QPushButton[k="flush"]:focus, QPushButton[k="quiet"]:focus { border: 2px solid $accent; min-height: 20px;
    padding: 0 2px; }
QPushButton[k="quiet"] { color: $text2; font-weight: 400; }
QPushButton[k="flush"]:disabled { color: $text3; border-color: transparent; }
QPushButton[k="row"] { background: transparent; border: 1px solid transparent; border-radius: 4px;
    text-align: left;
    padding: 0 7px; }
QPushButton[k="row"]:hover { background: $hover; }
QPushButton[k="row"]:focus { padding: 0 6px; }
QPushButton[k="segment"] { background: transparent; color: $text2; border: 1px solid transparent;
    min-height: 22px;
    padding: 0 9px; font-weight: 500; }
QPushButton[k="segment"]:hover { color: $text; }
QPushButton[k="segment"]:checked { background: $raised; color: $text; border: 1px solid $line2; font-weight:
    600; }
QPushButton[k="segment"]:focus { border: 2px solid $accent; min-height: 20px; padding: 0 8px; }
QPushButton[k="segment"]:disabled { color: $text3; background: transparent; }
QPushButton[k="segment"]:checked:disabled { border: 1px solid $line; }
QPushButton[k="icon"], QToolButton { background: transparent; border: 1px solid transparent; border-radius:
    6px;
    min-width: 26px; max-width: 26px; min-height: 26px; max-height: 26px; padding: 0; }
QPushButton[k="icon"]:hover, QToolButton:hover { background: $hover; }
QPushButton[k="icon"]:pressed, QToolButton:pressed, QToolButton:open { background: $press; }
QPushButton[k="icon"]:checked, QToolButton:checked { background: $sel; }
QPushButton[k="icon"]:focus, QToolButton:focus { border: 2px solid $accent; min-width: 24px; max-width: 24px;
    min-height: 24px; max-height: 24px; padding: 0; }
QPushButton[k="icon"]:disabled { border-color: transparent; }
QToolButton::menu-indicator, QPushButton::menu-indicator { image: none; width: 0; }
"""

_FIELDS = """
QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit, QTextEdit { background: $field; color: $text;
    border: 1px solid $line2; border-radius: 6px; selection-background-color: $accent;
    selection-color: $on_accent; }
QLineEdit, QComboBox, QAbstractSpinBox { min-height: 26px; max-height: 26px; }
QLineEdit { padding: 0 7px; }
QLineEdit:focus, QComboBox:focus, QComboBox:on, QAbstractSpinBox:focus { border: 2px solid $accent;
    min-height: 24px; max-height: 24px; }
QLineEdit:focus { padding: 0 6px; }
QLineEdit[k="name"] { background: transparent; border: 1px solid transparent; min-height: 20px;
    max-height: 20px; padding: 0 5px; font-size: 14px; font-weight: 600; }
QLineEdit[k="name"]:hover:!focus { border-color: $line2; }
QLineEdit[k="name"]:focus { background: $field; border: 2px solid $accent; min-height: 18px; max-height: 18px;
    padding: 0 4px; }
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $accent; }
QLineEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled { background: transparent; color: $text3;
    border: 1px solid $line; }
QLineEdit[error="true"], QComboBox[error="true"] { border: 2px solid $error; min-height: 24px; max-height:
    24px; }
QLineEdit[error="true"] { padding: 0 6px; }
QComboBox { padding: 0 2px 0 8px; combobox-popup: 0; }
QComboBox:focus, QComboBox:on, QComboBox[error="true"] { padding: 0 1px 0 7px; }
QComboBox:hover:!focus, QLineEdit:hover:!focus { border-color: $text3; }
QLineEdit[error="true"]:hover, QComboBox[error="true"]:hover { border-color: $error; }
QComboBox::drop-down { border: none; width: 22px; subcontrol-position: center right; }
QComboBox::down-arrow { image: url("$folder/down-$name.svg"); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $raised; color: $text; border: 1px solid $line2; padding: 4px;
    outline: none; selection-background-color: $press; selection-color: $text; }
QComboBox QAbstractItemView::item { min-height: 26px; padding: 0 6px; border-radius: 4px; }
QComboBox QAbstractItemView::item:disabled { color: $text3; }
QCheckBox, QRadioButton { spacing: 7px; background: transparent; min-height: 24px; }
QCheckBox:disabled, QRadioButton:disabled { color: $text3; }
QCheckBox::indicator, QRadioButton::indicator, QListView::indicator { width: 14px; height: 14px;
    background: $field; border: 1px solid $line2; border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $text3; }
QCheckBox::indicator:checked, QListView::indicator:checked { background: $accent;
    border-color: $accent; image: url("$folder/check-$name.svg"); }
QCheckBox::indicator:indeterminate { background: $accent; border-color: $accent;
    image: url("$folder/dash-$name.svg"); }
QRadioButton::indicator:checked { background: $accent; border: 1px solid $accent;
    image: url("$folder/dot-$name.svg"); }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: 2px solid $accent; width: 12px; height:
    12px; }
QCheckBox::indicator:checked:focus, QRadioButton::indicator:checked:focus { border: 2px solid $line2; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $line; background:
    transparent; }
QCheckBox::indicator:checked:disabled { background: $text3; }
QSlider:horizontal { min-height: 28px; max-height: 28px; background: transparent; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $line2; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal { width: 12px; margin: -5px 0; border-radius: 7px; background: $handle;
    border: 1px solid $accent; }
QSlider::handle:horizontal:hover { background: $handle_hover; }
QSlider::handle:horizontal:focus { width: 8px; margin: -6px 0; border-radius: 8px; background: $on_accent;
    border: 4px solid $accent; }
QSlider::groove:horizontal:disabled, QSlider::sub-page:horizontal:disabled { background: $line; }
QSlider::handle:horizontal:disabled { background: $panel; border-color: $line; }
QProgressBar { background: $press; border: none; border-radius: 2px; min-height: 4px; max-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
"""

_LISTS = """
QAbstractScrollArea { background: transparent; border: none; }
QScrollArea#reading { border: 2px solid transparent; border-radius: 6px; }
QScrollArea#reading[ring="true"] { border-color: $accent; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QPlainTextEdit, QTextEdit { background: $field; border: 1px solid $line2; }
QScrollArea > QWidget > QWidget#clear { background: transparent; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; margin: 0; }
QScrollBar:horizontal { height: 10px; margin: 0; }
QScrollBar::handle { background: $scroll; border-radius: 3px; }
QScrollBar::handle:vertical { min-height: 28px; margin: 2px; }
QScrollBar::handle:horizontal { min-width: 28px; margin: 2px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $line2; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QTreeView, QListView, QTableView { background: transparent; color: $text; border: none; outline: none;
    selection-background-color: $sel; selection-color: $text; gridline-color: $line; }
QTreeView::item, QListView::item { min-height: 26px; border: none; }
QTableView::item { padding: 0 8px; border: none; }
QTreeView::item:hover, QListView::item:hover, QTableView::item:hover { background: $hover; }
QTreeView::item:selected, QListView::item:selected, QTableView::item:selected { background: $sel; color:
    $text; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: transparent; color: $text2; border: none; border-bottom: 1px solid $line;
    padding: 0 8px; min-height: 26px; font-size: 12px; font-weight: 600; }
QTableCornerButton::section { background: transparent; border: none; }
QMenu { background: $raised; color: $text; border: 1px solid $line2; padding: 4px; }
QMenu::item { min-height: 26px; padding: 0 24px 0 10px; border-radius: 4px; }
QMenu::item:selected { background: $press; }
QMenu::item:disabled { color: $text3; }
QMenu::separator { height: 1px; background: $line; margin: 4px 6px; }
QMenu::icon { padding-left: 8px; }
QMenu::icon:checked { background: $sel; border: 1px solid $line2; border-radius: 4px; }
QMenu::indicator { width: 16px; height: 16px; left: 6px; }
QMenu::indicator:checked { image: url("$folder/tick-$name.svg"); }
QMenu::right-arrow { image: url("$folder/right-$name.svg"); width: 12px; height: 12px; }
"""

_LABELS = """
QLabel { background: transparent; border: none; }
QLabel[k="text2"], QLabel[k="subtitle"], QLabel[k="tick"], QLabel[k="tag"] { color: $text2; }
QLabel[k="text3"] { color: $text3; }
QLabel[k="ok"] { color: $ok; }
QLabel[k="warn"] { color: $warn; font-size: 12px; font-weight: 500; }
QLabel[k="error"] { color: $error; font-size: 12px; font-weight: 500; }
QLabel[k="code"] { color: $text; font-size: 12px; font-family: "DejaVu Sans Mono", Menlo, Consolas; }
QLabel:disabled { color: $text3; }
"""


def style_sheet(name: str, tokens: Mapping[str, str], folder: str) -> str:
    """Return the sheet of theme ``name`` from its tokens; ``folder`` holds the files of `asset_files`."""
    light = name == "light"
    words = dict(tokens) | {
        "name": name,
        "folder": folder,
        "handle": tokens["card"] if light else tokens["accent"],
        "handle_hover": tokens["hover"] if light else tokens["accent_hover"],
    }
    type_rules = "\n".join(
        f'QLabel[k="{role}"] {{ font-size: {pixels}px; font-weight: {weight}; }}'
        for role, (pixels, weight) in TYPE.items()
        if role not in ("primary", "button", "field", "formula")
    )
    return Template(_SURFACES + _LABELS + type_rules + _BUTTONS + _FIELDS + _LISTS).substitute(words)


def asset_files(name: str, tokens: Mapping[str, str]) -> dict[str, str]:
    """Return file name -> SVG text of the images the sheet refers to (a style sheet cannot tint)."""

    def svg(size: int, token: str, path: str, fill: bool = False) -> str:
        color = tokens[token]
        stroke = f'fill="none" stroke="{color}" stroke-width="1.4" stroke-linecap="round"'
        paint = f'fill="{color}"' if fill else f'{stroke} stroke-linejoin="round"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" '
            f'viewBox="0 0 {size} {size}"><g {paint}>{path}</g></svg>'
        )

    return {
        f"down-{name}.svg": svg(12, "text2", '<path d="M3 4.5l3 3 3-3"/>'),
        f"right-{name}.svg": svg(12, "text2", '<path d="M4.5 3l3 3-3 3"/>'),
        f"check-{name}.svg": svg(14, "on_accent", '<path d="M3.4 7.3l2.5 2.5 4.8-5.2" stroke-width="1.8"/>'),
        f"dash-{name}.svg": svg(14, "on_accent", '<path d="M4 7h6" stroke-width="1.8"/>'),
        f"dot-{name}.svg": svg(14, "on_accent", '<circle cx="7" cy="7" r="3"/>', fill=True),
        f"tick-{name}.svg": svg(16, "text", '<path d="M3.5 8.4l3 3 6-6.6"/>'),
    }
