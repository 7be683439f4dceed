import type { IncidentAnswer } from "../../app/verbs.ts";
import type { GraphEdge } from "../../core/analysis.ts";
import { grouped } from "../../core/presentation/words.ts";
import { narrowDrawing } from "./graph-narrow.ts";
import { type Scene, sceneOf } from "./graph-scene.ts";
import { wideDrawing } from "./graph-wide.ts";
import { type Html, html } from "./html.ts";

const MAX_WORDS = 40;
const FROM: Readonly<Record<GraphEdge["from"], string>> = {
  trace: "seen in traces",
  mention: "named in logs",
  given: "from the given topology",
};

/** Who calls whom around the alerted service: drawn twice, for wide and narrow screens, and the same as lists of words. */
export function graphSection(answer: Pick<IncidentAnswer, "incident" | "analysis">): Html | null {
  const scene = sceneOf(answer);
  if (scene === null || answer.analysis === null) return null;
  return html`<section aria-labelledby="graph-h">
    <h2 id="graph-h">Who calls whom</h2>
    <figure class="calls">
      ${wideDrawing(scene, spoken(scene, "on the left", "on the right"))}
      ${narrowDrawing(scene, spoken(scene, "above", "below"))}
      <figcaption>${legend(scene)} ${leftOut(scene)}</figcaption>
    </figure>
    ${inWords(scene, answer.analysis.graph)}
  </section>`;
}

function spoken({ centre, nodes, calls }: Scene, before: string, after: string): string {
  const count = (side: number) => nodes.filter(({ step }) => Math.sign(step) === side).length;
  const failing = calls.filter(({ isFailing }) => isFailing).length;
  const trouble = failing === 0 ? "" : `, errors at both ends of ${failing} of ${calls.length} calls`;
  return `Calls around ${centre}: ${count(-1)} callers ${before}, ${count(1)} called services ${after}${trouble}. The same follows in words.`;
}

/** Only signs that are in the drawing. */
function legend({ nodes, calls }: Scene): Html | null {
  const has = (test: (node: Scene["nodes"][number]) => boolean) => nodes.some(test);
  const rows = [
    has(({ marks }) => marks.isAlerted) &&
      row(
        html`<g class="node alerted"><rect class="ring" x="1" y="1" width="26" height="14" rx="5" /><rect class="shape" x="4" y="4" width="20" height="8" rx="2" /></g>`,
        "alerted: two lines around it",
      ),
    has(({ marks }) => marks.suspect !== null) &&
      row(
        html`<g class="node suspect"><path class="shape" d="M7 2H21L26 7V9L21 14H7L2 9V7Z" /></g>`,
        "suspect of that rank: cut corners",
      ),
    calls.some(({ isFailing }) => isFailing) &&
      row(
        html`<g class="call failing"><path class="line" d="M1 8H27" /><path class="cross" d="M9 3l10 10m0 -10l-10 10" /></g>`,
        "errors at both ends of a call: dashed",
      ),
  ].filter((one) => one !== false);
  return rows.length === 0 ? null : html`<ul class="legend" aria-label="Signs">${rows}</ul>`;
}

function row(sign: Html, words: string): Html {
  return html`<li><svg class="sign" viewBox="0 0 28 16" aria-hidden="true">${sign}</svg> ${words}</li>`;
}

function leftOut({ hidden, suspectsNotDrawn, centre }: Scene): Html | null {
  if (hidden === 0 && suspectsNotDrawn.length === 0) return null;
  return html`<p class="quiet">
    ${hidden > 0 && html`And ${grouped(hidden)} more services are not drawn.`}
    ${suspectsNotDrawn.map(({ service, rank }) => html` Suspect ${rank}, <b>${service}</b>, is not drawn: no call within two steps of ${centre} shows it.`)}
  </p>`;
}

function inWords({ centre, calls }: Scene, graph: readonly GraphEdge[]): Html {
  const edges = graph.filter(({ caller, callee }) => caller !== callee);
  const failing = new Set(calls.flatMap((call) => (call.isFailing ? [`${call.caller}\u0000${call.callee}`] : [])));
  const item = ({ caller, callee, from, count }: GraphEdge) => {
    const trouble = failing.has(`${caller}\u0000${callee}`) ? ", errors at both ends" : "";
    return html`<li><b>${caller}</b> calls <b>${callee}</b> <span class="quiet">${FROM[from]}${count > 0 && html`, ${grouped(count)} ${count === 1 ? "record" : "records"}`}${trouble}</span></li>`;
  };
  const group = (title: string, some: readonly GraphEdge[]) =>
    some.length > 0 &&
    html`<h3>${title}</h3><ul class="graph">${some.slice(0, MAX_WORDS).map(item)}</ul>
      ${some.length > MAX_WORDS && html`<p class="quiet">And ${grouped(some.length - MAX_WORDS)} more; all are in the JSON document.</p>`}`;
  return html`<details id="graph-words">
    <summary>The same in words</summary>
    ${group(
      `Who calls ${centre}`,
      edges.filter(({ callee }) => callee === centre),
    )}
    ${group(
      `Whom ${centre} calls`,
      edges.filter(({ caller }) => caller === centre),
    )}
    ${group(
      "Other calls",
      edges.filter(({ caller, callee }) => caller !== centre && callee !== centre),
    )}
  </details>`;
}
