import { round } from "../../core/presentation/chart-scale.ts";
import type { Safe } from "../../core/safe.ts";
import { type Box, boxHeight, boxOf } from "./graph-box.ts";
import type { Scene, SceneCall, SceneNode } from "./graph-scene.ts";
import { type Html, html } from "./html.ts";

const WIDTH = 880;
const EDGE = 6;
const ROW_GAP = 14;
const MAX_BOX = 220;
/** Between columns, for the lines. */
const MIN_GAP = 40;
const TIP = 7;

/** Callers left, whom it calls right, in columns by distance. */
export function wideDrawing(scene: Scene, label: string): Html {
  const { boxes, height } = layout(scene.nodes);
  const marked = scene.calls.toSorted((a, b) => Number(a.isFailing) - Number(b.isFailing));
  return html`<svg class="wide" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">
    ${marked.map((call) => line(call, boxes))}
    ${scene.nodes.map((node) => withBox(node, boxes))}
  </svg>`;
}

type Boxes = ReadonlyMap<Safe, Box>;

function withBox(node: SceneNode, boxes: Boxes): Html | null {
  const box = boxes.get(node.service);
  return box === undefined ? null : boxOf(node, box);
}

function layout(nodes: readonly SceneNode[]): { readonly boxes: Boxes; readonly height: number } {
  const steps = [...new Set(nodes.map(({ step }) => step))].toSorted((a, b) => a - b);
  const columns = steps.map((step) => nodes.filter((node) => node.step === step));
  const heights = columns.map(columnHeight);
  const height = Math.max(...heights) + 2 * EDGE;
  const width = Math.min(MAX_BOX, (WIDTH - 2 * EDGE - MIN_GAP * (steps.length - 1)) / steps.length);
  const gap = steps.length < 2 ? 0 : (WIDTH - 2 * EDGE - width * steps.length) / (steps.length - 1);
  const boxes = new Map<Safe, Box>();
  for (const [column, members] of columns.entries()) {
    let y = (height - (heights[column] ?? 0)) / 2;
    for (const node of members) {
      const box = {
        x: round(EDGE + column * (width + gap)),
        y: round(y),
        width: round(width),
        height: boxHeight(node),
      };
      boxes.set(node.service, box);
      y += box.height + ROW_GAP;
    }
  }
  return { boxes, height: round(height) };
}

function columnHeight(nodes: readonly SceneNode[]): number {
  return nodes.reduce((sum, node) => sum + boxHeight(node) + ROW_GAP, -ROW_GAP);
}

/** A curve from the caller to the callee, its tip at the callee; dashed and crossed where both ends have errors. */
function line({ caller, callee, isFailing }: SceneCall, boxes: Boxes): Html | null {
  const [from, to] = [boxes.get(caller), boxes.get(callee)];
  if (from === undefined || to === undefined) return null;
  const { start, end, tip, bend } = path(from, to);
  const curve = `M${start.x} ${start.y}C${start.x + bend.start} ${start.y} ${end.x + bend.end} ${end.y} ${end.x} ${end.y}`;
  const head = `M${end.x + tip} ${end.y}L${end.x} ${end.y - 4.5}L${end.x} ${end.y + 4.5}Z`;
  const middle = { x: (start.x + end.x) / 2 + (3 / 8) * (bend.start + bend.end), y: (start.y + end.y) / 2 };
  return html`<g class="${isFailing ? "call failing" : "call"}"><path class="line" d="${curve}" /><path class="tip" d="${head}" />
    ${isFailing && cross(middle)}</g>`;
}

function cross({ x, y }: { readonly x: number; readonly y: number }): Html {
  return html`<path class="cross" d="M${round(x - 5)} ${round(y - 5)}l10 10m0 -10l-10 10" />`;
}

/** Forward lines leave on the right; those to the left or within a column arrive from the other side. */
function path(from: Box, to: Box) {
  const bow = Math.max(24, Math.abs(to.x - from.x) / 3);
  if (from.x < to.x) {
    const start = { x: from.x + from.width, y: middleOf(from) };
    const end = { x: to.x - TIP, y: middleOf(to) };
    const half = round((end.x - start.x) / 2);
    return { start, end, tip: TIP, bend: { start: half, end: -half } };
  }
  if (from.x > to.x) {
    const start = { x: from.x, y: round(from.y + from.height - 7) };
    const end = { x: to.x + to.width + TIP, y: round(to.y + to.height - 7) };
    return { start, end, tip: -TIP, bend: { start: -round(bow / 2), end: round(bow / 2) } };
  }
  const start = { x: from.x + from.width, y: middleOf(from) };
  const end = { x: to.x + to.width + TIP, y: middleOf(to) };
  return { start, end, tip: -TIP, bend: { start: 26, end: 20 } };
}

function middleOf({ y, height }: Box): number {
  return round(y + height / 2);
}
