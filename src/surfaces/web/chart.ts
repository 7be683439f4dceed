import {
  type Bars,
  barsOf,
  countTicks,
  markLetter,
  round,
  shortCount,
  spanWords,
  timeTicks,
} from "../../core/presentation/chart-scale.ts";
import type { ChartMark, IncidentView } from "../../core/presentation/view.ts";
import { type Html, html } from "./html.ts";
import { clock, clockMinutes, KIND_WORDS, timeTag } from "./part-words.ts";

type Chart = NonNullable<IncidentView["chart"]>;

interface Size {
  readonly name: "wide" | "narrow";
  readonly width: number;
  readonly height: number;
  readonly maxTicks: number;
}

// Two drawings, because text in a drawing shrinks with it: on a phone one for 1,280 pixels cannot be read.
const SIZES: readonly Size[] = [
  { name: "wide", width: 880, height: 260, maxTicks: 9 },
  { name: "narrow", width: 340, height: 240, maxTicks: 4 },
];
const EDGE = { left: 46, right: 12, top: 34, bottom: 40 };
const MAX_BARS = 130;
const FLAG = { width: 22, height: 18, gap: 3 };

/** Errors over time, drawn: stacked bars by service, with changes, alerts and the recovery marked; and the same as a table. */
export function chartSection(chart: Chart | null): Html | null {
  const bars = chart === null ? null : barsOf(chart, MAX_BARS);
  if (chart === null || bars === null) return null;
  return html`<section aria-labelledby="errors-h">
    <h2 id="errors-h">Errors over time</h2>
    <figure class="chart">
      ${SIZES.map((size) => drawing(chart, bars, size))}
      <figcaption>
        ${serviceLegend(bars)}
        ${markLegend(chart.marks)}
      </figcaption>
    </figure>
    ${table(bars)}
  </section>`;
}

function drawing(chart: Chart, bars: Bars, size: Size): Html {
  const ticks = countTicks(Math.max(...bars.totals));
  const top = ticks.at(-1) ?? 1;
  const x = (ms: number) =>
    round(EDGE.left + ((ms - bars.fromMs) / (bars.toMs - bars.fromMs)) * (size.width - EDGE.left - EDGE.right));
  const y = (count: number) =>
    round(size.height - EDGE.bottom - (count / top) * (size.height - EDGE.top - EDGE.bottom));
  const scale = { x, y, size };
  return html`<svg class="${size.name}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${chart.alt}">
    ${ticks.map((count) => countLine(count, scale))}
    ${timeTicks(bars.fromMs, bars.toMs, size.maxTicks).map((ms) => timeTick(ms, scale))}
    ${bars.totals.map((_, bar) => stack(bars, bar, scale))}
    <text class="axis" x="${EDGE.left}" y="${size.height - 4}">Time (UTC)</text>
    <text class="axis end" x="${size.width - EDGE.right}" y="${size.height - 4}">Error lines per ${spanWords(bars.barMs)}</text>
    ${flags(chart.marks, scale)}
  </svg>`;
}

interface Scale {
  readonly x: (ms: number) => number;
  readonly y: (count: number) => number;
  readonly size: Size;
}

function countLine(count: number, { y, size }: Scale): Html {
  return html`<line class="grid" x1="${EDGE.left}" x2="${size.width - EDGE.right}" y1="${y(count)}" y2="${y(count)}" />
    <text class="tick end" x="${EDGE.left - 6}" y="${y(count) + 4}">${shortCount(count)}</text>`;
}

function timeTick(ms: number, { x, size }: Scale): Html {
  const base = size.height - EDGE.bottom;
  return html`<line class="grid" x1="${x(ms)}" x2="${x(ms)}" y1="${base}" y2="${base + 4}" />
    <text class="tick middle" x="${x(ms)}" y="${base + 17}">${clockMinutes(ms)}</text>`;
}

function stack(bars: Bars, bar: number, { x, y }: Scale): readonly Html[] {
  const left = x(bars.fromMs + bar * bars.barMs);
  const width = Math.max(1, round(x(bars.fromMs + (bar + 1) * bars.barMs) - left - 1));
  return bars.layers.flatMap(({ counts }, layer) => {
    const count = counts[bar] ?? 0;
    if (count === 0) return [];
    const below = bars.layers.slice(0, layer).reduce((sum, under) => sum + (under.counts[bar] ?? 0), 0);
    const topY = y(below + count);
    const height = Math.max(1, round(y(below) - topY));
    return [html`<rect class="s${layer % 6}" x="${left}" y="${topY}" width="${width}" height="${height}" />`];
  });
}

/** A line per mark with its letter on top; letters that would cover each other move right. */
function flags(marks: readonly ChartMark[], { x, size }: Scale): readonly Html[] {
  const lefts = marks.reduce<readonly number[]>((placed, mark) => {
    const wanted = Math.max(x(mark.atMs) - FLAG.width / 2, (placed.at(-1) ?? -100) + FLAG.width + FLAG.gap);
    return [...placed, Math.min(wanted, size.width - FLAG.width)];
  }, []);
  return marks.map((mark, index) => {
    const [at, left] = [x(mark.atMs), lefts[index] ?? 0];
    const middle = left + FLAG.width / 2;
    return html`<g class="mark ${mark.kind}">
      <path class="line" d="M${at} ${size.height - EDGE.bottom}V${EDGE.top - 4}L${middle} ${FLAG.height + 2}" />
      <rect x="${left}" y="2" width="${FLAG.width}" height="${FLAG.height}" rx="4" />
      <text class="letter" x="${middle}" y="15.5">${markLetter(index)}</text>
    </g>`;
  });
}

function serviceLegend(bars: Bars): Html | null {
  if (bars.layers.length === 0) return null;
  return html`<ul class="legend" aria-label="Colours">
    ${bars.layers.map(
      ({ name }, layer) =>
        html`<li><svg class="swatch" viewBox="0 0 12 12" aria-hidden="true"><rect class="s${layer % 6}" width="12" height="12" rx="2" /></svg> ${name}</li>`,
    )}
  </ul>`;
}

function markLegend(marks: readonly ChartMark[]): Html | null {
  if (marks.length === 0) return null;
  return html`<ol class="marks" aria-label="Marks in the chart">
    ${marks.map(
      ({ atMs, kind, label }, index) =>
        html`<li><span class="letter ${kind}">${markLetter(index)}</span> ${timeTag(atMs)} <b>${KIND_WORDS[kind]}</b> ${label}</li>`,
    )}
  </ol>`;
}

function table(bars: Bars): Html {
  const rows = bars.totals.flatMap((total, bar) => (total === 0 ? [] : [{ total, bar }]));
  return html`<details id="chart-table">
    <summary>The same numbers as a table</summary>
    <div class="scroll" role="region" aria-labelledby="errors-caption" tabindex="0">
    <table>
      <caption id="errors-caption">Error lines per ${spanWords(bars.barMs)}, only times with errors, in UTC</caption>
      <thead><tr><th scope="col">From</th>${bars.layers.map(({ name }) => html`<th scope="col" class="number">${name}</th>`)}<th scope="col" class="number">All</th></tr></thead>
      <tbody>${rows.map(
        ({ total, bar }) => html`<tr><th scope="row">${clock(bars.fromMs + bar * bars.barMs)}</th>
          ${bars.layers.map(({ counts }) => html`<td class="number">${counts[bar] ?? 0}</td>`)}<td class="number">${total}</td></tr>`,
      )}</tbody>
    </table>
    </div>
  </details>`;
}
