import type { Event } from "../event.ts";
import type { EpochMs } from "../ids.ts";
import { cutSafe, own, ownWords, type Safe, safe, sliceSafe } from "../safe.ts";
import { clockTime, duration } from "../time.ts";
import type { Observations, Symptom } from "../timeline/observations.ts";

const MAX_QUOTE = 100;
/** "[req-1 trace=2] " before the message: ids help to find a line, not to read it. */
const BRACKETED_IDS = /^(?:\[[^\]]*(?:=|req|trace|span|thread)[^\]]*\]\s*)+/iu;

/** The first line of a symptom's first record, short enough for one line of ours; its template when the record says less. */
export function quoteOf({ template, sampleIds: [first] }: Symptom, { byId }: Observations): Safe {
  const event = first === undefined ? undefined : byId.get(first);
  const text = event === undefined ? template : textOf(event, template);
  const start = BRACKETED_IDS.exec(text)?.[0].length ?? 0;
  const end = text.indexOf("\n");
  return cutSafe(sliceSafe(text, start, end === -1 ? undefined : end), MAX_QUOTE);
}

function textOf(event: Event, template: Safe): Safe {
  if (event.kind === "log") return event.body;
  return event.kind === "kubernetes" ? safe`${event.reason}: ${event.note}` : template;
}

/** "×412", with thousands apart: "×12,345". */
export function times(count: number): Safe {
  return ownWords(own(`×${grouped(count)}`));
}

/** "12,345", the same in every locale. */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ",");
}

/** "1 error", "412 errors". */
export function errors(count: number): Safe {
  return ownWords(own(`${grouped(count)} ${count === 1 ? "error" : "errors"}`));
}

/** From one instant to another: "(01:45:00Z → 01:47:20Z)". */
export function fromTo(from: EpochMs, to: EpochMs): Safe {
  return safe`(${clockTime(from)} → ${clockTime(to)})`;
}

/** The length of a stretch, rounded down to whole seconds: "2 h". */
export function lengthOf(fromMs: EpochMs, toMs: EpochMs): Safe {
  return duration(toMs - fromMs);
}

/** "a, b and c"; at most `limit` names, the rest as a number. */
export function listed(names: readonly Safe[], limit = 3): Safe {
  const shown = names.slice(0, limit);
  const rest = names.length - shown.length;
  const all = rest > 0 ? [...shown, safe`${rest} more`] : shown;
  const last = all.at(-1);
  if (last === undefined) return ownWords(own("none"));
  const head = all.slice(0, -1);
  return head.length === 0 ? last : safe`${cutSafe(joinNames(head), 200)} and ${last}`;
}

function joinNames(names: readonly Safe[]): Safe {
  return names.reduce((text, name) => safe`${text}, ${name}`);
}
