// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DETAIL_HTML_STYLE_HPP
#define FLOWLOG_OUTPUT_DETAIL_HTML_STYLE_HPP

#include <string_view>

namespace flowlog::detail {

/// How pages look. A drawing is there twice, for wide and for narrow windows, so that its texts
/// keep their size.
inline constexpr auto html_style = std::string_view{R"css(
:root{color-scheme:light dark;--page:#f5f6f8;--card:#fff;--ink:#1b2430;--soft:#5d6b7c;--line:#e1e5ea;
--bar:#d8e6f8;--warn:#fff3d6;--warn-ink:#6b4a00;--code:#f0f2f5;--reject:#d1495b;
--c0:#3b7dd8;--c1:#e58a35;--c2:#2a9d8f;--c3:#8b6bc0;--c4:#c2a01f;--c5:#5d8f3c;--c6:#c65f93;--c7:#8490a0}
@media (prefers-color-scheme:dark){:root{--page:#12161c;--card:#1b2129;--ink:#e6eaf0;--soft:#9aa7b6;
--line:#2e3742;--bar:#27405f;--warn:#3d3010;--warn-ink:#f4d58a;--code:#12161c;--reject:#e8697a;
--c0:#5b9bee;--c1:#eda25d;--c2:#45b8aa;--c3:#a88bdb;--c4:#d6b742;--c5:#7db15a;--c6:#dd7fae;--c7:#9aa5b4}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main,footer{max-width:1240px;margin:0 auto;padding:0 20px}
main{padding-top:24px}
h1{font-size:24px;line-height:1.25;margin:0 0 16px;overflow-wrap:anywhere}
h2{font-size:15px;margin:0 0 4px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0 0 12px}
.facts div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 14px;min-width:0}
.facts dt{color:var(--soft);font-size:12px}
.facts dd{margin:2px 0 0;font-size:16px;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.accounting+.accounting{margin-top:-6px}
.accounting,.about,.legend,.none{color:var(--soft);font-size:12.5px;margin:0 0 10px;overflow-wrap:anywhere}
.warning{background:var(--warn);color:var(--warn-ink);border-radius:8px;padding:8px 14px;margin:0 0 12px;
overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 16px;min-width:0}
.card.wide{margin:0 0 16px}
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,520px),1fr));gap:16px;align-items:start;
grid-auto-flow:dense}
.tables .wide{grid-column:1/-1;margin:0}
.legend span{display:inline-flex;align-items:center;gap:6px;margin-right:16px}
.legend i{width:11px;height:11px;border-radius:3px;display:inline-block}
.legend .unit{margin-right:0}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{fill:var(--soft);font-size:12px}
svg .end{text-anchor:end}
svg .halo{fill:var(--ink);paint-order:stroke;stroke:var(--card);stroke-width:3px;stroke-linejoin:round;
white-space:pre;pointer-events:none}
svg .axis,svg .grid{stroke:var(--line);fill:none}
svg .axis{stroke:var(--soft)}
svg .hit{fill:transparent}
svg .hit:hover{fill:var(--ink);fill-opacity:.08}
svg .party{fill:var(--soft)}
svg .link{fill-opacity:.38}
svg .link:hover{fill-opacity:.7}
.layer0{fill:var(--c0);background:var(--c0)}.layer1{fill:var(--c1);background:var(--c1)}
.layer2{fill:var(--c2);background:var(--c2)}.layer3{fill:var(--c3);background:var(--c3)}
.layer4{fill:var(--c4);background:var(--c4)}.layer5{fill:var(--c5);background:var(--c5)}
.layer6{fill:var(--c6);background:var(--c6)}.layer7{fill:var(--c7);background:var(--c7)}
.reject{fill:var(--reject);background:var(--reject)}
.for-narrow{display:none}
.scroll{overflow-x:auto;margin:6px -4px 0;padding:0 4px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:4px 8px;text-align:left;border-bottom:1px solid var(--line);white-space:nowrap}
td:first-child,th:first-child{padding-left:0}
td:last-child,th:last-child{padding-right:0}
thead th{color:var(--soft);font-weight:600;font-size:12px;white-space:normal;vertical-align:bottom}
tbody td:first-child{max-width:340px;overflow:hidden;text-overflow:ellipsis}
.n{text-align:right}
tfoot th,tfoot td{color:var(--soft);font-weight:400}
tfoot tr:last-child th,tfoot tr:last-child td{border-bottom:0;color:var(--ink)}
.share{position:relative;min-width:96px}
.share b{position:absolute;left:8px;top:4px;bottom:4px;max-width:calc(100% - 16px);background:var(--bar);border-radius:3px}
.share span{position:relative}
tfoot .share b{display:none}
details{margin-top:8px}
summary{color:var(--soft);font-size:12px;cursor:pointer}
pre{background:var(--code);border:1px solid var(--line);border-radius:6px;padding:8px 10px;margin:6px 0 0;
white-space:pre-wrap;overflow-wrap:anywhere;font:12px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
footer{color:var(--soft);font-size:12px;padding-top:16px;padding-bottom:32px}
footer p{margin:0}
th button{all:unset;cursor:pointer}
th button:focus-visible{outline:2px solid var(--c0);outline-offset:2px}
th[aria-sort=descending] button::after{content:" \25be"}
th[aria-sort=ascending] button::after{content:" \25b4"}
.exact{float:right;font:inherit;font-size:12px;color:var(--soft);background:none;border:1px solid var(--line);
border-radius:6px;padding:3px 10px;margin-left:12px;cursor:pointer}
@media (max-width:640px){main,footer{padding-left:12px;padding-right:12px}main{padding-top:16px}h1{font-size:19px}
.facts{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}.facts div{padding:8px 10px}.facts dd{font-size:15px}
.card{padding:12px}.for-wide{display:none}.for-narrow{display:block}table{font-size:12.5px}th,td{padding:4px 4px}
.share{min-width:0}.share b{display:none}}
@media print{:root{--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--bar:#d8e6f8;--code:#f5f5f5}
body{font-size:11px;print-color-adjust:exact;-webkit-print-color-adjust:exact}.card,.facts div{break-inside:avoid}
details,.exact{display:none}main,footer{max-width:none;padding:0}.tables{grid-template-columns:1fr 1fr}
.for-wide{display:block}.for-narrow{display:none}}
)css"};

/// What scripts do: a click on a heading sorts its table, and a button shows exact numbers.
inline constexpr auto html_script = std::string_view{R"js(
"use strict";
(() => {
  const value = (row, at) => row.cells[at].dataset.v ?? row.cells[at].textContent;
  const compare = (a, b) => {
    const x = Number(a), y = Number(b);
    return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b, "en", {numeric: true}) : x - y;
  };
  for (const table of document.querySelectorAll("table")) {
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const down = heading.ariaSort ? heading.ariaSort === "ascending" : heading.className === "n";
        headings.forEach(other => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        body.append(...[...body.rows].sort((a, b) => compare(value(a, at), value(b, at)) * (down ? -1 : 1)));
      });
    });
  }
  const cells = document.querySelectorAll("td[data-v]:not(.share)");
  if (cells.length === 0) return;
  const button = document.createElement("button");
  button.className = "exact";
  button.type = "button";
  let exact = false;
  const show = () => {
    for (const cell of cells) {
      cell.dataset.text ??= cell.textContent;
      cell.textContent = exact ? cell.dataset.v : cell.dataset.text;
    }
    button.textContent = exact ? "Rounded numbers" : "Exact numbers";
    button.setAttribute("aria-pressed", exact);
  };
  button.addEventListener("click", () => { exact = !exact; show(); });
  show();
  document.querySelector("header").prepend(button);
})();
)js"};

}  // namespace flowlog::detail

#endif
