import type { IncidentView, TimelineRowView } from "../../core/presentation/view.ts";
import { grouped, roleWords } from "../../core/presentation/words.ts";
import { type Html, html } from "./html.ts";
import { citations, type EvidenceNumbers, timeTag } from "./part-words.ts";

/** What happened, in order, each row with its role in words and its records. */
export function timelineSection(view: IncidentView, numbers: EvidenceNumbers): Html {
  const hidden = view.hiddenRows > 0 && html`<p class="quiet">${view.hiddenRows} minor rows are not shown.</p>`;
  const rows =
    view.timeline.length === 0
      ? html`<p class="quiet">Nothing is on the timeline yet.</p>`
      : html`<ol class="timeline">${view.timeline.map((row) => timelineRow(row, numbers))}</ol>`;
  return html`<section aria-labelledby="timeline-h">
    <h2 id="timeline-h">Timeline <span class="zone">UTC</span></h2>
    ${rows} ${hidden}
  </section>`;
}

function timelineRow(row: TimelineRowView, numbers: EvidenceNumbers): Html {
  const many = row.count > 1 && html` <span class="many">×${grouped(row.count)} until ${timeTag(row.lastAtMs)}</span>`;
  return html`<li class="${row.role}">
    ${timeTag(row.atMs)}
    <span class="role">${roleWords(row.role)}</span>
    <div class="what">
      ${row.service !== null && html`<span class="service">${row.service}</span>`}
      <span class="text">${row.text}</span>${many}${citations(row.evidenceIds, numbers)}${skew(row.skewCorrectedMs)}
    </div>
  </li>`;
}

function skew(ms: number): Html | null {
  if (ms === 0) return null;
  const seconds = (Math.abs(ms) / 1000).toFixed(1);
  return html` <span class="quiet">its clock ran ${seconds} s ${ms < 0 ? "fast" : "slow"}, corrected</span>`;
}
