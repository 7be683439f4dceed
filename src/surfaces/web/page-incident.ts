import type { IncidentAnswer } from "../../app/verbs.ts";
import { duration } from "../../core/time.ts";
import type { AssetLinks } from "./assets.ts";
import { chartSection } from "./chart.ts";
import { type Html, html } from "./html.ts";
import { pageShell } from "./page-shell.ts";
import { answerCard, headline } from "./part-answer.ts";
import { causesSection } from "./part-causes.ts";
import { graphSection } from "./part-graph.ts";
import { evidenceSection, gapsSection, numberEvidence } from "./part-records.ts";
import { timelineSection } from "./part-timeline.ts";
import { fullTime } from "./part-words.ts";
import type { Visitor } from "./visitor.ts";

/** The page of one incident: the answer first, then what it rests on. */
export function incidentPage(answer: IncidentAnswer, visitor: Visitor, assets: AssetLinks): Html {
  const { view } = answer;
  const numbers = numberEvidence(view);
  const path = `/i/${encodeURIComponent(view.incidentId)}`;
  const content = html`
    ${headline(view)}
    ${answerCard(view)}
    ${chartSection(view.chart)}
    ${timelineSection(view, numbers)}
    ${causesSection({ view, numbers, visitor })}
    ${gapsSection(view)}
    ${graphSection(answer)}
    ${evidenceSection(view)}
    <footer class="foot">
      <p><a href="${path}.json">This answer as JSON</a> <a href="${path}/postmortem">Postmortem</a></p>
      <p class="quiet">Answer of ${fullTime(view.updatedAtMs)}${took(view.elapsedMs)}. Evidence is quoted after secrets were removed.</p>
    </footer>`;
  return pageShell({
    title: `${view.priority} ${view.title} · TraceOps`,
    assets,
    live: { stream: `${path}/live`, sequence: answer.sequence },
    content,
  });
}

function took(elapsedMs: number | null): string {
  if (elapsedMs === null) return "";
  return elapsedMs < 1000 ? `, computed in ${Math.round(elapsedMs)} ms` : `, computed in ${duration(elapsedMs)}`;
}
