import { gapSentences } from "../../core/presentation/gaps.ts";
import type { EvidenceView, IncidentView } from "../../core/presentation/view.ts";
import { capital } from "../../core/presentation/words.ts";
import { type Html, html, link } from "./html.ts";
import { type EvidenceNumbers, timeTag } from "./part-words.ts";

const MAX_RECORDS = 200;

/** Which number each record gets in the list below. */
export function numberEvidence(view: IncidentView): EvidenceNumbers {
  return new Map(view.evidence.slice(0, MAX_RECORDS).map(({ id }, index) => [id, index + 1]));
}

/** What could not be read; also says so when everything was. */
export function gapsSection(view: IncidentView): Html | null {
  if (view.state === "investigating") return null;
  const list =
    view.gaps.length === 0
      ? html`<p class="quiet">Every connected source answered in full.</p>`
      : html`<ul class="gaps">${gapSentences(view.gaps).map((text) => html`<li>${capital(text)}</li>`)}</ul>`;
  return html`<section aria-labelledby="gaps-h"><h2 id="gaps-h">What could not be seen</h2>${list}</section>`;
}

/** The records that the page's claims point to. */
export function evidenceSection(view: IncidentView): Html | null {
  if (view.evidence.length === 0) return null;
  const more = view.evidence.length - MAX_RECORDS;
  return html`<section aria-labelledby="evidence-h">
    <h2 id="evidence-h">Evidence</h2>
    <ol class="evidence">${view.evidence.slice(0, MAX_RECORDS).map(record)}</ol>
    ${more > 0 && html`<p class="quiet">${more} more records are in the JSON document.</p>`}
  </section>`;
}

function record({ id, atMs, service, source, quote, ref }: EvidenceView): Html {
  const place = service === null ? source : `${service} · ${source}`;
  return html`<li id="${id}" tabindex="-1">
    <p class="origin">${timeTag(atMs)} <span>${place}</span> <span class="ref">${link(ref, ref)}</span> <code class="id">${id}</code></p>
    <blockquote>${quote}</blockquote>
  </li>`;
}
