import { type EpochMs, type EventId, epochMs } from "../../core/ids.ts";
import type { Incident } from "../../core/incident.ts";
import type { ChartMark, IncidentState } from "../../core/presentation/view.ts";
import { clockTime, isoTime } from "../../core/time.ts";
import { type Html, html } from "./html.ts";

/** The state of an incident as a badge says it. */
export const STATE_WORDS: Readonly<Record<IncidentState, string>> = {
  investigating: "Investigating",
  "likely-cause": "Likely cause found",
  "several-candidates": "Several candidates",
  "no-likely-cause": "No likely cause",
  recovered: "Recovered by itself",
  resolved: "Resolved",
};

export const STATUS_WORDS: Readonly<Record<Incident["status"], string>> = {
  triggered: "Open",
  acknowledged: "Acknowledged",
  resolved: "Resolved",
};

export const KIND_WORDS: Readonly<Record<ChartMark["kind"], string>> = {
  change: "Change",
  alert: "Alert",
  recovery: "Recovery",
};

/** "01:45:00": of a UTC instant, where a heading says the zone. */
export function clock(ms: number): string {
  return clockTime(epochMs(ms)).slice(0, 8);
}

/** "01:45". */
export function clockMinutes(ms: number): string {
  return clock(ms).slice(0, 5);
}

/** "21 Nov 2026, 01:45:00 UTC" as text, with the machine's form beside it. */
export function fullTime(at: EpochMs): Html {
  const [date = "", time = ""] = isoTime(at).split("T");
  return html`<time datetime="${isoTime(at)}">${date} ${time.slice(0, 8)} UTC</time>`;
}

/** "01:45:00" with the whole instant for machines and as a hint. */
export function timeTag(at: EpochMs): Html {
  return html`<time datetime="${isoTime(at)}" title="${isoTime(at)}">${clock(at)}</time>`;
}

const MAX_LINKS = 4;

/** Which number each record has in the list of evidence. */
export type EvidenceNumbers = ReadonlyMap<EventId, number>;

/** Links to the records behind a claim by their number, at most four, and how many more there are. */
export function citations(ids: readonly EventId[], numbers: EvidenceNumbers): Html | null {
  const known = [...new Set(ids)].flatMap((id) => {
    const number = numbers.get(id);
    return number === undefined ? [] : [{ id, number }];
  });
  if (known.length === 0) return null;
  const more = known.length - MAX_LINKS;
  const links = known
    .slice(0, MAX_LINKS)
    .map(({ id, number }) => html` <a href="#${id}" aria-label="Evidence ${number}">${number}</a>`);
  return html`<span class="cites">${links}${more > 0 && html` <span class="more">+${more}</span>`}</span>`;
}
