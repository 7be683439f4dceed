import { round } from "../../core/presentation/chart-scale.ts";
import type { Safe } from "../../core/safe.ts";
import { type Box, boxHeight, boxOf } from "./graph-box.ts";
import type { Scene, SceneNode } from "./graph-scene.ts";
import { type Html, html } from "./html.ts";

const WIDTH = 340;
const EDGE = 6;
const INDENT = 22;
const ROW_GAP = 12;
/** From the left side of a box to the line that joins it with those further away. */
const RAIL = 10;
const TIP = 7;

/** Callers above, whom it calls below, further ones further in: for a telephone, where columns have no room. */
export function narrowDrawing(scene: Scene, label: string): Html {
  const { nodes } = scene;
  const [centre] = nodes;
  if (centre === undefined) return html``;
  const above = inTree(nodes, centre.service, -1).toReversed();
  const order = [...above, centre, ...inTree(nodes, centre.service, 1)];
  const { boxes, height } = layout(order, scene);
  return html`<svg class="narrow" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">
    ${order.map((node) => rail(node, boxes, scene))}
    ${order.map((node) => withBox(node, boxes, scene))}
  </svg>`;
}

type Boxes = ReadonlyMap<Safe, Box>;

/** One side in the order of a tree: each node before those that reach the centre through it. */
function inTree(nodes: readonly SceneNode[], towards: Safe, side: 1 | -1): readonly SceneNode[] {
  return nodes
    .filter((node) => node.towards === towards && Math.sign(node.step) === side)
    .flatMap((node) => [node, ...inTree(nodes, node.service, side)]);
}

function layout(order: readonly SceneNode[], scene: Scene): { readonly boxes: Boxes; readonly height: number } {
  const boxes = new Map<Safe, Box>();
  let y = EDGE;
  for (const node of order) {
    const x = EDGE + Math.abs(node.step) * INDENT;
    const height = boxHeight(node, extraWords(node, scene));
    boxes.set(node.service, { x, y, width: WIDTH - EDGE - x, height });
    y += height + ROW_GAP;
  }
  return { boxes, height: round(y - ROW_GAP + EDGE) };
}

function withBox(node: SceneNode, boxes: Boxes, scene: Scene): Html | null {
  const box = boxes.get(node.service);
  return box === undefined ? null : boxOf(node, box, extraWords(node, scene));
}

/** What the line to the next node has no room to say. */
function extraWords({ service, towards }: SceneNode, { calls }: Scene): string {
  const between = calls.filter(
    ({ caller, callee }) => (caller === service && callee === towards) || (caller === towards && callee === service),
  );
  return between.length > 1 ? "both ways" : "";
}

/** From the node to the one it belongs to: down or up along that one's left side, the tip at the callee. */
function rail(node: SceneNode, boxes: Boxes, { calls }: Scene): Html | null {
  const [own, other] = [boxes.get(node.service), boxes.get(node.towards ?? node.service)];
  if (own === undefined || other === undefined || node.towards === null) return null;
  const isCaller = node.step < 0;
  const ends = isCaller ? [node.service, node.towards] : [node.towards, node.service];
  const isFailing = calls.some(
    ({ caller, callee, isFailing: fails }) => fails && caller === ends[0] && callee === ends[1],
  );
  const [x, y] = [other.x + RAIL, round(own.y + own.height / 2)];
  const joint = isCaller ? other.y - TIP : other.y + other.height;
  const tip = isCaller
    ? `M${x} ${other.y}L${x - 4.5} ${joint}L${x + 4.5} ${joint}Z`
    : `M${own.x} ${y}L${own.x - TIP} ${y - 4.5}L${own.x - TIP} ${y + 4.5}Z`;
  return html`<g class="${isFailing ? "call failing" : "call"}"><path class="line" d="M${isCaller ? own.x : own.x - TIP} ${y}H${x}V${joint}" /><path class="tip" d="${tip}" /></g>`;
}
