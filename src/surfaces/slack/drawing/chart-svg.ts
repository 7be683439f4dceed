import { epochMs } from "../../../core/ids.ts";
import {
  type Bars,
  barsOf,
  countTicks,
  round,
  shortCount,
  spanWords,
  timeTicks,
} from "../../../core/presentation/chart-scale.ts";
import type { IncidentView } from "../../../core/presentation/view.ts";
import { clockTime, isoTime } from "../../../core/time.ts";
import { drawFlags, LANE, lanesOf, placeFlags } from "./chart-marks.ts";
import { FONT, fitted, INK, nameOf, textAt, widthOf } from "./chart-text.ts";

export type Chart = NonNullable<IncidentView["chart"]>;

/** Units of the drawing. A phone shows it about 360 points wide, so one unit is a point there and 11 can be read. */
export const CANVAS = { width: 360, height: 270 } as const;
const EDGE = { left: 40, right: 10 };
const TITLE = 34;
const LEGEND_ROW = 15;
/** Narrower bars than this touch: gaps between them would hide the textures. */
const FINE = 4;
/** The engine counts in at most 120 buckets, so that picture and sentence name the same counts. */
const MAX_BARS = 125;
/** More than this in one bucket is no count that anybody reads. */
const MAX_COUNT = 1e11;
/** Layers differ in brightness and texture, and stand in the legend in the order of the stack. */
export const LAYERS = [
  { fill: "#56b4e9", texture: "" },
  { fill: "#e69f00", texture: "M0 6L6 0M-1 1L1 -1M5 7L7 5" },
  { fill: "#f2b5d4", texture: "M0 3H6" },
  { fill: "#2fbf8f", texture: "M3 0V6" },
  { fill: "#f0e442", texture: "M0 0L6 6M6 0L0 6" },
  { fill: "#9aa5b4", texture: "M2 3H4" },
] as const;

interface Frame {
  readonly bars: Bars;
  readonly top: number;
  readonly base: number;
  readonly x: (ms: number) => number;
  readonly y: (count: number) => number;
  readonly ticks: readonly number[];
}

/** The counts as a drawing for a small screen: the same chart always gives the same text. Null where there is nothing to draw. */
export function chartSvg(chart: Chart): string | null {
  const bars = barsOf(cleaned(chart), MAX_BARS);
  if (bars === null) return null;
  const right = CANVAS.width - EDGE.right;
  const x = (ms: number) => EDGE.left + ((ms - bars.fromMs) / (bars.toMs - bars.fromMs)) * (right - EDGE.left);
  const marks = chart.marks.filter(({ atMs }) => atMs >= bars.fromMs && atMs <= bars.toMs);
  const flags = placeFlags(marks, { left: 4, right: CANVAS.width - 4, x });
  const frame = frameOf(bars, TITLE + lanesOf(flags) * LANE + 6, x);
  const { width, height } = CANVAS;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="${FONT}">`,
    `<defs>${LAYERS.map(pattern).join("")}<clipPath id="plot"><rect x="${EDGE.left}" y="${frame.top - 2}" width="${right - EDGE.left}" height="${frame.base - frame.top + 2}"/></clipPath></defs>`,
    `<rect width="${width}" height="${height}" fill="${INK.paper}"/>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" fill="none" stroke="${INK.edge}"/>`,
    titles(bars),
    grid(frame),
    `<g clip-path="url(#plot)" shape-rendering="crispEdges">${bars.layers.map((_, layer) => layerPath(frame, layer)).join("")}</g>`,
    nothing(frame),
    drawFlags(flags, TITLE, [frame.top, frame.base]),
    timeAxis(frame),
    legend(bars),
    "</svg>",
  ].join("");
}

/** Counts that are no numbers would tear the drawing; they cannot come from our engine, but from a stored answer they could. */
function cleaned(chart: Chart): Chart {
  const byService = chart.byService.slice(0, LAYERS.length - 1);
  return {
    ...chart,
    errors: clean(chart.errors),
    byService: byService.map(({ service, errors }) => ({ service, errors: clean(errors) })),
  };
}

function clean(counts: readonly number[]): readonly number[] {
  return counts.map((count) => (count > 0 ? Math.min(count, MAX_COUNT) : 0));
}

function frameOf(bars: Bars, top: number, x: Frame["x"]): Frame {
  const base = CANVAS.height - legendRows(bars) * LEGEND_ROW - 44;
  const ticks = countTicks(Math.max(...bars.totals));
  const highest = ticks.at(-1) ?? 1;
  return { bars, top, base, x, ticks, y: (count) => round(base - (count / highest) * (base - top)) };
}

function titles(bars: Bars): string {
  const peak = Math.max(...bars.totals);
  const at = clockTime(epochMs(bars.fromMs + bars.totals.indexOf(peak) * bars.barMs)).slice(0, 8);
  const total = bars.totals.reduce((sum, count) => sum + count, 0);
  const most =
    peak === 0 ? "none in this time" : `highest ${shortCount(peak)} at ${at} UTC, ${shortCount(total)} in all`;
  return (
    textAt([8, 15], `Error lines per ${spanWords(bars.barMs)}`, { size: 12.5, bold: true }) +
    textAt([8, 28], most, { size: 11, fill: INK.quiet })
  );
}

function grid({ ticks, y }: Frame): string {
  return ticks
    .map(
      (count) =>
        `<path d="M${EDGE.left} ${y(count)}H${CANVAS.width - EDGE.right}" stroke="${INK.grid}"/>` +
        textAt([EDGE.left - 4, y(count) + 4], shortCount(count), { size: 11, anchor: "end" }),
    )
    .join("");
}

function layerPath({ bars, x, y }: Frame, layer: number): string {
  const counts = bars.layers[layer]?.counts ?? [];
  const under = bars.layers.slice(0, layer);
  const gap = x(bars.fromMs + bars.barMs) - x(bars.fromMs) < FINE ? 0 : 0.3;
  const boxes = counts.flatMap((count, bar) => {
    if (count === 0) return [];
    const below = under.reduce((sum, each) => sum + (each.counts[bar] ?? 0), 0);
    const [left, right] = [x(bars.fromMs + bar * bars.barMs), x(bars.fromMs + (bar + 1) * bars.barMs)];
    // One error among thousands must still be seen.
    const [low, high] = [y(below), Math.min(y(below + count), y(below) - 1.5)];
    return [`M${round(left + gap)} ${low}V${round(high)}H${round(right - gap)}V${low}Z`];
  });
  const fill = layerFill(bars, layer);
  return `<path d="${boxes.join("")}" fill="url(#p${fill})"/>`;
}

/** What is left over is always grey, however many services have a layer of their own. */
function layerFill({ layers }: Bars, layer: number): number {
  return layers[layer]?.name === "other services" ? LAYERS.length - 1 : layer % LAYERS.length;
}

function pattern({ fill, texture }: (typeof LAYERS)[number], index: number): string {
  const lines = texture === "" ? "" : `<path d="${texture}" stroke="${INK.paper}" stroke-width="1.1"/>`;
  return `<pattern id="p${index}" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="${fill}"/>${lines}</pattern>`;
}

function nothing({ bars, top, base }: Frame): string {
  const isEmpty = bars.totals.every((count) => count === 0);
  const style = { size: 12.5, anchor: "middle" } as const;
  return isEmpty ? textAt([CANVAS.width / 2, round((top + base) / 2)], "No error lines in this time", style) : "";
}

function timeAxis({ bars, base, x }: Frame): string {
  const right = CANVAS.width - EDGE.right;
  const ticks = timeTicks(bars.fromMs, bars.toMs, 5).filter((ms) => x(ms) < right - 8);
  const hasSeconds = ticks.some((ms) => ms % 60_000 !== 0) || ticks.length === 0;
  const labels = (ticks.length === 0 ? [bars.fromMs] : ticks).map((ms) => {
    const at = round(x(ms));
    const words = clockTime(epochMs(ms)).slice(0, hasSeconds ? 8 : 5);
    return (
      `<path d="M${at} ${base}v4" stroke="${INK.quiet}"/>` +
      textAt([Math.max(at, EDGE.left - 8), base + 15], words, { size: 11, anchor: "middle" })
    );
  });
  const [day, lastDay] = [bars.fromMs, bars.toMs - 1].map((ms) => isoTime(epochMs(ms)).slice(0, 10));
  const days = day === lastDay ? day : `${day} to ${lastDay}`;
  const zone = textAt([right, base + 29], `Time in UTC, ${days}`, { size: 11, anchor: "end", fill: INK.quiet });
  return `<path d="M${EDGE.left} ${base}H${right}" stroke="${INK.quiet}"/>${labels.join("")}${zone}`;
}

function legendRows({ layers }: Bars): number {
  return Math.ceil(layers.length / legendColumns(layers.length));
}

function legendColumns(entries: number): number {
  return entries <= 3 ? 1 : 2;
}

/** Read from left to right, in the order of the stack from the ground up. */
function legend(bars: Bars): string {
  const top = CANVAS.height - legendRows(bars) * LEGEND_ROW - 8;
  const columns = legendColumns(bars.layers.length);
  const column = (CANVAS.width - 16) / columns;
  return bars.layers
    .map(({ name, counts }, layer) => {
      const [x, y] = [8 + (layer % columns) * column, top + Math.floor(layer / columns) * LEGEND_ROW];
      const total = ` ${shortCount(counts.reduce((sum, count) => sum + count, 0))}`;
      const words = `${fitted(nameOf(name, layer), column - 22 - widthOf(total, 11), 11)}${total}`;
      // The swatch starts on a whole tile, so that its texture is cut like that of the bars.
      return `<g transform="translate(${x} ${y})"><rect width="12" height="12" fill="url(#p${layerFill(bars, layer)})"/></g>${textAt([x + 16, y + 10], words, { size: 11 })}`;
    })
    .join("");
}
