import type { TimelineRow } from "../analysis.ts";
import type { Event, KubernetesEvent, KubernetesObjectEvent, LogEvent, SpanEvent } from "../event.ts";
import { type EpochMs, type EventId, stableHash } from "../ids.ts";
import { headline } from "../log-templates/mask.ts";
import { assertNever } from "../never.ts";
import { cutSafe, own, ownWords, type Safe, safe, sliceSafe } from "../safe.ts";
import { isoTime } from "../time.ts";

/** A row before anybody decided whether it is shown. */
export interface Draft {
  readonly role: TimelineRow["role"];
  readonly atMs: EpochMs;
  readonly lastAtMs: EpochMs;
  readonly service: Safe | null;
  readonly text: Safe;
  readonly count: number;
  readonly skewCorrectedMs: number;
  readonly source: string;
  readonly evidenceIds: readonly [EventId, ...EventId[]];
  /** Which rows stay when there are too many: higher first. */
  readonly importance: number;
}

/** Long records are quoted up to here; the whole text stands in the evidence. */
export const QUOTE_LENGTH = 160;

/** The first words of a record, on one line. */
export function quoteOf(event: Event): Safe {
  return cutSafe(wordsOf(event), QUOTE_LENGTH);
}

function wordsOf(event: Event): Safe {
  switch (event.kind) {
    case "log":
      return logWords(event);
    case "span":
      return spanWords(event);
    case "metric":
      return safe`${event.name} = ${event.value} ${event.unit}`;
    case "kubernetes":
    case "kubernetes-object":
      return clusterWords(event);
    case "change":
      return headline(event.change.summary, null);
    case "alert":
      return headline(event.title, null);
    case "person":
      return headline(event.text, null);
    default:
      return assertNever(event);
  }
}

function clusterWords(event: KubernetesEvent | KubernetesObjectEvent): Safe {
  if (event.kind === "kubernetes-object") return safe`the state of ${event.object}`;
  return safe`${event.object} ${event.reason}: ${headline(event.note, null)}`;
}

function logWords({ body, exception }: LogEvent): Safe {
  const words = headline(body, exception === null ? null : exception.type);
  return sliceSafe(words, IDS_IN_FRONT.exec(words)?.[0].length ?? 0);
}

/** "[req-1f2e]" or "[req=… trace=…]" in front of a line: the ids stand in the record, the room is needed for words. */
const IDS_IN_FRONT = /^\[(?:[\w.-]+=)?[\w-]*\d[\w-]*(?: [\w.-]+=[\w-]+)*\] (?=\S)/u;

function spanWords({ name, status }: SpanEvent): Safe {
  return status === "error" ? safe`${name} failed` : name;
}

/** Among rows of one instant the change stands before what it may have caused. */
const ORDER: Readonly<Record<TimelineRow["role"], number>> = {
  change: 1,
  "first-symptom": 2,
  spread: 3,
  alert: 4,
  person: 5,
  recovery: 6,
  context: 7,
};

/** The row as surfaces read it. Its id follows from its role and its first record, so it stays while others come and go. */
export function toRow(draft: Draft): TimelineRow {
  return {
    id: ownWords(own(`r${ORDER[draft.role]}${stableHash(`${draft.role}\u0000${draft.evidenceIds[0]}`)}`)),
    at: isoTime(draft.atMs),
    role: draft.role,
    service: draft.service,
    text: draft.text,
    count: draft.count,
    lastAt: isoTime(draft.lastAtMs),
    skewCorrectedMs: draft.skewCorrectedMs,
    // The key of one of our own evidence sources, never foreign text.
    source: ownWords(own(draft.source)),
    evidenceIds: draft.evidenceIds,
  };
}
