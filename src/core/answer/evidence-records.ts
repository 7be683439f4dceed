import type { EvidenceRecord } from "../analysis.ts";
import type { Event, KubernetesEvent, KubernetesObjectEvent, LogEvent } from "../event.ts";
import type { EventId } from "../ids.ts";
import type { SignalWeights } from "../learning/weights.ts";
import { headline, mask } from "../log-templates/mask.ts";
import { assertNever } from "../never.ts";
import { cutSafe, own, ownWords, type Safe, safe } from "../safe.ts";
import { classify } from "../semantics/classify.ts";
import { tagOfLog } from "../semantics/tags.ts";
import { isoTime, nsToMs } from "../time.ts";
import { sourceName } from "./gaps.ts";

const MAX_QUOTE = 300;

export interface Records {
  readonly byId: ReadonlyMap<EventId, Event>;
  readonly weights: SignalWeights;
}

/** The cited records, quoted, once each, by time of the record and id. Every id that is a record or a vote resolves. */
export function evidenceRecords(cited: Iterable<EventId>, { byId, weights }: Records): readonly EvidenceRecord[] {
  const votes = new Map(weights.learned.flatMap((weight) => weight.votes).map((vote) => [vote.id, vote]));
  const records = [...new Set(cited)].flatMap((id): readonly EvidenceRecord[] => {
    const event = byId.get(id);
    if (event !== undefined) return [recordOf(event)];
    const vote = votes.get(id);
    if (vote === undefined) return [];
    const said = { id, source: FEEDBACK, service: null, at: vote.at };
    return [{ ...said, quote: cutSafe(vote.quote, MAX_QUOTE), ref: safe`vote ${ownWords(id)}` }];
  });
  return records.toSorted((a, b) => compare(a.at, b.at) || compare(a.id, b.id));
}

const FEEDBACK = ownWords(own("feedback"));

function recordOf(event: Event): EvidenceRecord {
  const tag = event.kind === "log" ? tagShown(event) : null;
  return {
    id: event.id,
    source: sourceName(event.source),
    service: event.service,
    at: isoTime(nsToMs(event.atNs)),
    quote: cutSafe(quoteOf(event), MAX_QUOTE),
    ref: event.ref,
    ...(tag === null ? {} : { tag }),
  };
}

/** What the program called it; of an ordinary line only when it failed and its words name a kind, as "FAIL" does not. */
function tagShown(event: LogEvent): Safe | null {
  const { body, exception, attributes } = event;
  const meaning = classify(event);
  const tag = tagOfLog(event, mask(headline(body, exception?.type ?? null)), meaning);
  const isTelling = attributes["event.name"] !== undefined || (meaning.isFailure && tag?.includes("_") === true);
  return isTelling ? tag : null;
}

function quoteOf(event: Event): Safe {
  switch (event.kind) {
    case "log":
      return quoteOfLog(event);
    case "span":
      return safe`${event.name}: ${ownWords(own(event.status))} after ${ownWords(own(String(event.durationNs / 1_000_000n)))} ms`;
    case "metric":
      return safe`${event.name} = ${event.value}${event.unit}`;
    case "change":
      return quoteOfChange(event);
    case "alert":
      return safe`${event.title} (${ownWords(own(event.status))})`;
    case "kubernetes":
    case "kubernetes-object":
      return quoteOfCluster(event);
    case "person":
      return safe`${event.who}: ${event.text}`;
    default:
      return assertNever(event);
  }
}

function quoteOfLog({ body, exception }: LogEvent): Safe {
  return exception === null || body.includes(exception.type)
    ? body
    : safe`${body} | ${exception.type}: ${exception.message}`;
}

function quoteOfCluster(event: KubernetesEvent | KubernetesObjectEvent): Safe {
  return event.kind === "kubernetes"
    ? safe`${event.object} ${event.reason}: ${event.note}`
    : safe`${event.object} as the cluster reported it`;
}

function quoteOfChange({ change }: Extract<Event, { readonly kind: "change" }>): Safe {
  const by = change.by === null ? safe`` : safe` by ${change.by}`;
  const diff = change.files.flatMap((file) => file.diff).slice(0, 4);
  const changed = diff.reduce((text, line) => safe`${text} | ${line}`, safe``);
  return safe`${ownWords(own(change.kind))} ${change.version} (${ownWords(own(change.status))})${by}: ${change.summary}${changed}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
