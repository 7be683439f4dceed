import { fitted, markLines } from "./graph-label.ts";
import type { SceneNode } from "./graph-scene.ts";
import { type Html, html } from "./html.ts";

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const PAD = 9;
const CORNER = 10;

const FIRST_LINE = 28;
const FURTHER_LINE = 14;
/** Of the small letters below the name. */
const SMALL_LETTER_PX = 6.7;

/** Tall enough for the name, and for the lines below it where the node stands out. */
export function boxHeight({ marks }: SceneNode, extra = ""): number {
  return FIRST_LINE + FURTHER_LINE * markLines(marks, extra).length;
}

/** A service: its shape and the lines below its name say what its colour says. */
export function boxOf(node: SceneNode, box: Box, extra = ""): Html {
  const { marks, service } = node;
  const told = markLines(marks, extra);
  const classes = [
    "node",
    ...(marks.isAlerted ? ["alerted"] : []),
    ...(marks.suspect === null ? [] : ["suspect"]),
    ...(marks.hasErrors ? ["errors"] : []),
  ];
  const room = box.width - 2 * PAD;
  return html`<g class="${classes.join(" ")}"><title>${[service, ...told].join(", ")}</title>
    ${shape(node, box)}
    <text class="name" x="${box.x + PAD}" y="${box.y + 18.5}">${fitted(service, room)}</text>
    ${told.map((words, line) => html`<text class="told" x="${box.x + PAD}" y="${box.y + 33 + line * FURTHER_LINE}">${fitted(words, room, SMALL_LETTER_PX)}</text>`)}
  </g>`;
}

/** Suspects have cut corners, the alerted service a second line around it. */
function shape({ marks }: SceneNode, { x, y, width, height }: Box): Html {
  const inner = marks.isAlerted
    ? html`<rect class="ring" x="${x - 3.5}" y="${y - 3.5}" width="${width + 7}" height="${height + 7}" rx="8" />`
    : null;
  if (marks.suspect === null) {
    return html`${inner}<rect class="shape" x="${x}" y="${y}" width="${width}" height="${height}" rx="5" />`;
  }
  const [right, bottom] = [x + width, y + height];
  const corners = [
    [x + CORNER, y],
    [right - CORNER, y],
    [right, y + CORNER],
    [right, bottom - CORNER],
    [right - CORNER, bottom],
    [x + CORNER, bottom],
    [x, bottom - CORNER],
    [x, y + CORNER],
  ];
  return html`${inner}<path class="shape" d="M${corners.map((corner) => corner.join(" ")).join("L")}Z" />`;
}
