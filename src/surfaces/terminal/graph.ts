import {
  failureWords,
  lastSeenWords,
  neighbourhoodSentences,
  originWords,
  unitWords,
} from "../../core/graph/edge-words.ts";
import type { KnownEdge } from "../../core/graph/known-edge.ts";
import { failureShare, flatten, limited, type Neighbour, type Neighbourhood } from "../../core/graph/neighbourhood.ts";
import { grouped } from "../../core/presentation/words.ts";
import { type Paper, paperFor, type TerminalOptions } from "./paper.ts";
import { printable } from "./printable.ts";

/** More lines a direction than this is no drawing any more. */
const MAX_DRAWN = 40;
/** From this share of failed calls on a line is marked. */
const FAILING = 0.05;
/** Below, lines have no room for the time beside the name. */
const WIDE = 76;
/** A name is never cut below this, numbers are cut first. */
const MIN_LABEL = 14;
const MARK = "!";
const CORNER = { callers: "┌─", callees: "└─" } as const;

/** Callers above, the service, whom it calls below; each line with its calls, failed share and last sight. */
export function renderGraph(around: Neighbourhood, options: TerminalOptions): string {
  const paper = paperFor(options);
  const shown = limited(around, MAX_DRAWN);
  const above = treeLines(shown.callers, "callers").toReversed();
  const drawn = rows([...above, ...treeLines(shown.callees, "callees")], paper);
  const lines = [
    ...more(shown.hidden.callers, "callers", paper),
    ...drawn.slice(0, above.length),
    paper.ink("bold", cut(printable(shown.service), paper.width)),
    ...drawn.slice(above.length),
    ...more(shown.hidden.callees, "called services", paper),
    ...foot(shown, paper),
  ];
  return `${lines.join("\n")}\n`;
}

/** The same as sentences: for screen readers, and when nobody looks at a terminal. */
export function renderGraphWords(around: Neighbourhood): string {
  return `${neighbourhoodSentences(around).map(printable).join("\n")}\n`;
}

interface TreeLine {
  readonly branch: string;
  readonly neighbour: Neighbour;
}

/** Lines as they stand below the service; for callers they are turned upside down. */
function treeLines(neighbours: readonly Neighbour[], side: keyof typeof CORNER, margin = " "): readonly TreeLine[] {
  return neighbours.flatMap((neighbour, index) => {
    const isLast = index === neighbours.length - 1;
    const branch = `${margin}${isLast ? CORNER[side] : "├─"} `;
    return [{ branch, neighbour }, ...treeLines(neighbour.next, side, `${margin}${isLast ? "   " : "│  "}`)];
  });
}

function rows(lines: readonly TreeLine[], paper: Paper): readonly string[] {
  const facts = lines.map(({ neighbour }) => factsOf(neighbour.edge, paper));
  const factsWidth = Math.max(0, ...facts.map((text) => text.length));
  const room = paper.width - factsWidth - 2;
  const wanted = Math.max(0, ...lines.map((line) => columnsOf(labelOf(line))));
  const column = Math.max(MIN_LABEL, Math.min(wanted, room));
  return lines.map((line, index) => {
    const label = cut(labelOf(line), column);
    const padding = " ".repeat(Math.max(0, column - columnsOf(label)));
    const text = cut(`${label}${padding}  ${facts[index] ?? ""}`.trimEnd(), paper.width);
    return isFailing(line.neighbour.edge) ? paper.ink("red", text) : text;
  });
}

function labelOf({ branch, neighbour }: TreeLine): string {
  return `${branch}${isFailing(neighbour.edge) ? `${MARK} ` : ""}${printable(neighbour.service)}`;
}

function isFailing(edge: KnownEdge): boolean {
  return (failureShare(edge) ?? 0) >= FAILING;
}

/** Numbers line up at the right of their column. */
function factsOf(edge: KnownEdge, { width }: Paper): string {
  const count = edge.calls > 0 ? shortCount(edge.calls) : "";
  const failed = failureWords(edge) ?? originWords(edge.origin);
  if (width < WIDE) return `${count.padStart(6)} ${failed}`;
  const unit = edge.calls > 0 ? unitWords(edge) : "";
  return `${count.padStart(7)} ${unit.padEnd(7)}  ${failed.padEnd(18)}  ${lastSeenWords(edge) ?? ""}`.trimEnd();
}

/** "9,999", "120k", "3,400M": at most seven characters up to a trillion. */
function shortCount(calls: number): string {
  if (calls < 10_000) return grouped(calls);
  if (calls < 10_000_000) return `${grouped(Math.floor(calls / 1000))}k`;
  return `${grouped(Math.floor(calls / 1_000_000))}M`;
}

function more(hidden: number, what: string, paper: Paper): readonly string[] {
  return hidden > 0 ? [paper.ink("dim", ` … and ${grouped(hidden)} more ${what}`)] : [];
}

/** What the marks mean, and the newest sight where lines have no room for their own. */
function foot({ callers, callees }: Neighbourhood, paper: Paper): readonly string[] {
  const edges = [...flatten(callers), ...flatten(callees)].map(({ edge }) => edge);
  const newest = edges.reduce<KnownEdge | null>(
    (best, edge) => ((edge.lastMs ?? 0) > (best?.lastMs ?? 0) ? edge : best),
    null,
  );
  const seen = newest === null || paper.width >= WIDE ? null : lastSeenWords(newest);
  const marked = edges.some(isFailing);
  const told = [
    ...(marked ? [`${MARK} at least ${FAILING * 100} % of the calls failed.`] : []),
    ...(paper.width < WIDE ? ["Numbers are calls."] : []),
    ...(seen === null ? [] : [`The last was seen ${seen}.`]),
    "Calls that no record shows are missing.",
  ];
  return ["", ...paper.beside("", told.join(" "), { indent: 0, column: 0 }).map((line) => paper.ink("dim", line))];
}

/** Letters of East Asia and pictures take two columns. */
const DOUBLE = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\u{1F300}-\u{1FAFF}]/u;

function columnsOf(text: string): number {
  return Array.from(text).reduce((sum, letter) => sum + (DOUBLE.test(letter) ? 2 : 1), 0);
}

function cut(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let room = width - 1;
  let kept = "";
  // Names come from what is pushed here: one of thousands of letters must cost no more than its length.
  for (const letter of text) {
    room -= columnsOf(letter);
    if (room < 0) break;
    kept += letter;
  }
  return `${kept}…`;
}
