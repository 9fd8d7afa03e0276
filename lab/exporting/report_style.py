"""How a report looks: on a screen, light or dark, and on paper."""

from __future__ import annotations

STYLE = """\
:root { color-scheme: light dark; --ground: #F3F4F6; --card: #FFFFFF; --text: #15191F; --text2: #4A5361;
  --line: #E3E6EB; --code: #FAFBFC; --mark: #1C232D; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #121418; --card: #1C2026; --text: #E8EBF0; --text2: #AEB6C2; --line: #2B3038;
    --code: #171A1F; --mark: #E8EBF0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.55 Inter, "Segoe UI", "SF Pro Text", Cantarell, "Noto Sans", sans-serif;
  font-feature-settings: "tnum"; }
main { max-width: 1080px; margin: 0 auto; padding: 40px 24px 64px; }
header { margin-bottom: 24px; }
h1 { font-size: 28px; line-height: 1.25; font-weight: 600; margin: 0 0 8px; }
h2 { font-size: 17px; font-weight: 600; margin: 0 0 12px; }
h3 { font-size: 14px; font-weight: 600; margin: 20px 0 8px; }
p { margin: 0 0 12px; }
section > p:last-child { margin-bottom: 0; }
.question { font-size: 17px; color: var(--text2); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 20px 24px;
  margin-bottom: 16px; }
.verdict { border-left: 4px solid var(--mark); padding-left: 16px; margin-bottom: 16px; }
.verdict .headline { font-size: 20px; line-height: 1.35; font-weight: 600; margin-bottom: 4px; }
.note, figcaption, dt, caption { color: var(--text2); font-size: 13px; }
.wide { overflow-x: auto; }
.note + .wide { margin-top: 28px; }
table { border-collapse: collapse; min-width: 60%; font-size: 14px; }
caption { text-align: left; padding-bottom: 8px; }
th, td { padding: 6px 16px 6px 0; text-align: left; vertical-align: top; font-weight: 400; }
thead th { color: var(--text2); font-size: 13px; border-bottom: 1px solid var(--text2);
  vertical-align: bottom; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
.number { text-align: right; }
td.number { white-space: nowrap; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; }
figure { margin: 0; }
figure.broad { grid-column: 1 / -1; }
figure.broad .paper { overflow-x: auto; }
figure.broad svg { min-width: 600px; }
figure .paper { background: #FFFFFF; border: 1px solid var(--line); border-radius: 6px; padding: 8px; }
figure svg { display: block; width: 100%; height: auto; }
dl { margin: 0; }
dl div { display: inline-block; vertical-align: top; width: 220px; max-width: 100%; padding: 0 16px 8px 0; }
dd { margin: 0; overflow-wrap: anywhere; }
math { font-size: 17px; margin: 0; width: fit-content; }
.formula { overflow-x: auto; padding: 4px 0; }
pre, code { font: 13px/1.5 ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", monospace; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: 6px; padding: 12px 16px;
  overflow-x: auto; margin: 0 0 12px; }
a { color: inherit; }
summary { cursor: pointer; }
footer { color: var(--text2); font-size: 13px; padding: 8px 2px; }
@media print {
  :root { --ground: #FFFFFF; --card: #FFFFFF; --text: #15191F; --text2: #4A5361; --line: #E3E6EB;
    --code: #FFFFFF; --mark: #1C232D; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  section { border: 0; padding: 0; margin-bottom: 18pt; }
  table { font-size: 8pt; }
  th, td { padding-right: 8pt; }
  dl div { width: 120pt; }
  .figures { display: block; }
  figure { max-width: 150mm; margin-bottom: 10pt; }
  figure.broad { max-width: none; }
  figure.broad svg { min-width: 0; }
  figure, tr, dl div, .verdict { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .screen { display: none; }
  .wide, pre { overflow: visible; }
  pre { white-space: pre-wrap; }
}
"""
