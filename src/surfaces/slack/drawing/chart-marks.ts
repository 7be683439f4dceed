import { round } from "../../../core/presentation/chart-scale.ts";
import type { ChartMark } from "../../../core/presentation/view.ts";
import { clockTime } from "../../../core/time.ts";
import { INK, textAt, widthOf } from "./chart-text.ts";

/** Marks of one kind that stand so close that their words would cover each other. */
interface Flag {
  readonly kind: ChartMark["kind"];
  readonly xs: readonly number[];
  readonly words: string;
  readonly width: number;
}

export interface PlacedFlag extends Flag {
  readonly left: number;
  readonly lane: number;
}

interface Space {
  readonly left: number;
  readonly right: number;
  readonly x: (ms: number) => number;
}

export const LANE = 16;
const LANES = 4;
/** A row further down costs less than words that stand beside their line. */
const LANE_COST = 6;
const SIZE = 10.5;
const GAP = 3;
const CLOSE = 26;
/** How far the later ones of a group reach up: a full line each would hide the bars. */
const STUB = 12;
/** Kinds differ in their word, in the stroke of their line and only then in colour. */
const STYLE = {
  change: { one: "Change", many: "changes", fill: "#ffffff", dash: "" },
  alert: { one: "Alert", many: "alerts", fill: "#ffd0bd", dash: ' stroke-dasharray="4 2.5"' },
  recovery: { one: "Recovery", many: "recoveries", fill: "#bdf0cf", dash: ' stroke-dasharray="1.2 2.2"' },
} as const;

/** Where the flags stand above the plot: each as near to its time as the others leave room. */
export function placeFlags(marks: readonly ChartMark[], space: Space): readonly PlacedFlag[] {
  return flagsOf(marks, space).reduce<readonly PlacedFlag[]>((placed, flag) => {
    const spot = bestSpot(flag, placed, space);
    return spot === null ? placed : [...placed, { ...flag, ...spot }];
  }, []);
}

/** How many rows of flags the drawing needs. */
export function lanesOf(flags: readonly PlacedFlag[]): number {
  return Math.max(0, ...flags.map(({ lane }) => lane + 1));
}

function flagsOf(marks: readonly ChartMark[], { x }: Space): readonly Flag[] {
  const groups = marks.reduce<readonly (readonly ChartMark[])[]>((before, mark) => {
    const last = before.findLastIndex(([first]) => first?.kind === mark.kind);
    const [first] = before[last] ?? [];
    if (first === undefined || x(mark.atMs) - x(first.atMs) > CLOSE) return [...before, [mark]];
    return before.map((group, index) => (index === last ? [...group, mark] : group));
  }, []);
  return groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { one, many } = STYLE[first.kind];
    const what = group.length === 1 ? one : `${group.length} ${many}`;
    const words = `${what}${group.length === 1 ? "" : " from"} ${clockTime(first.atMs).slice(0, 5)}`;
    const xs = group.map(({ atMs }) => round(x(atMs)));
    return [{ kind: first.kind, xs, words, width: Math.ceil(widthOf(words, SIZE)) + 6 }];
  });
}

function bestSpot(flag: Flag, placed: readonly PlacedFlag[], { left, right }: Space) {
  const wanted = (flag.xs[0] ?? 0) - flag.width / 2;
  const clamp = (at: number) => round(Math.max(left, Math.min(right - flag.width, at)));
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  const spots = lanes.flatMap((lane) => {
    const others = placed.filter((other) => other.lane === lane);
    const beside = others.flatMap((other) => [other.left - flag.width - GAP, other.left + other.width + GAP]);
    return [wanted, ...beside]
      .map(clamp)
      .filter((at) => others.every((o) => at + flag.width < o.left || at > o.left + o.width))
      .map((at) => ({ left: at, lane, cost: Math.abs(at - wanted) + lane * LANE_COST }));
  });
  const [best] = spots.toSorted((a, b) => a.cost - b.cost);
  return best === undefined ? null : { left: best.left, lane: best.lane };
}

/** The lines of the marks and, on top of them, their words. */
export function drawFlags(
  flags: readonly PlacedFlag[],
  top: number,
  plot: readonly [top: number, base: number],
): string {
  const lines = flags.map((flag) => linesOf(flag, top + flag.lane * LANE + LANE - 2, plot));
  const words = flags.map(({ kind, left, lane, width, words: said }) => {
    const y = top + lane * LANE;
    return (
      `<rect x="${left}" y="${y}" width="${width}" height="${LANE - 2}" rx="3" fill="${STYLE[kind].fill}"/>` +
      textAt([round(left + width / 2), y + 10.6], said, { size: SIZE, anchor: "middle", fill: INK.paper, bold: true })
    );
  });
  return [...lines, ...words].join("");
}

function linesOf(
  { kind, xs, left, width }: PlacedFlag,
  under: number,
  [plotTop, base]: readonly [number, number],
): string {
  const { fill, dash } = STYLE[kind];
  return xs
    .map((x, index) => {
      const start = round(Math.max(left + 3, Math.min(left + width - 3, x)));
      const path =
        index === 0 ? `M${start} ${under}L${x} ${Math.max(plotTop, under)}V${base}` : `M${x} ${base - STUB}V${base}`;
      // A dark line below keeps the mark visible where it crosses a bar of its own brightness.
      return `<path d="${path}" fill="none" stroke="${INK.paper}" stroke-width="2.6"/><path d="${path}" fill="none" stroke="${fill}" stroke-width="1.4"${dash}/>`;
    })
    .join("");
}
