import type { Finding } from "../detectors/finding.ts";
import { compare } from "../graph/build.ts";
import { type EpochMs, type EventId, epochMs } from "../ids.ts";
import { cutSafe } from "../safe.ts";
import { nsToMs } from "../time.ts";
import type { Observations } from "./observations.ts";
import { isSignificant } from "./onset.ts";
import { type Draft, QUOTE_LENGTH } from "./rows.ts";

/** What no log line reports would else be missing from the story: slow calls, a full processor, a busy database. */
const MAX_ROWS = 3;
const MAX_RECORDS = 5;
const IMPORTANCE = 90;
/** A finding began with one of its records; a time that none of them has is no time to show. */
const SAME_MS = 1_000;

/**
 * When what the best findings rest on began, each at the time of its first record. Findings about changes have the
 * change's own row, and a state without a course has no beginning.
 */
export function findingRows(findings: readonly Finding[], seen: Observations): readonly Draft[] {
  const drafts = findings.flatMap((finding) => toDraft(finding, seen) ?? []);
  const isFirst = seen.onset === null;
  return drafts
    .slice(0, MAX_ROWS)
    .toSorted((a, b) => a.atMs - b.atMs || compare(a.evidenceIds[0], b.evidenceIds[0]))
    .map((draft, index) => (isFirst && index === 0 ? { ...draft, role: "first-symptom" } : draft));
}

function toDraft({ firstAtMs, changeId, reasons, service, summary }: Finding, seen: Observations): Draft | null {
  if (firstAtMs === null || changeId !== null || hasRows(service, seen)) return null;
  const cited = [...new Set(reasons.filter(({ points }) => points > 0).flatMap(({ evidenceIds }) => evidenceIds))];
  const records = cited
    .flatMap((id) => recordOf(id, seen))
    .filter(({ atMs }) => atMs >= Math.max(firstAtMs - SAME_MS, seen.window.fromMs))
    .toSorted((a, b) => a.atMs - b.atMs || compare(a.id, b.id));
  const [first, ...rest] = records;
  if (first === undefined) return null;
  return {
    role: "spread",
    atMs: first.atMs,
    lastAtMs: records.at(-1)?.atMs ?? first.atMs,
    service,
    text: cutSafe(summary, QUOTE_LENGTH),
    count: 1,
    skewCorrectedMs: 0,
    source: first.source,
    evidenceIds: [first.id, ...rest.slice(0, MAX_RECORDS - 1).map(({ id }) => id)],
    importance: IMPORTANCE,
  };
}

/** What the service's own lines and meters tell is a row already. */
function hasRows(service: Finding["service"], { symptoms }: Observations): boolean {
  return symptoms.some((symptom) => symptom.service === service && isSignificant(symptom));
}

interface Cited {
  readonly id: EventId;
  readonly atMs: EpochMs;
  readonly source: string;
}

/** Logs and alerts have rows of their own. */
function recordOf(id: EventId, { byId }: Observations): readonly Cited[] {
  const event = byId.get(id);
  if (event === undefined || (event.kind !== "span" && event.kind !== "metric")) return [];
  return [{ id, atMs: epochMs(Math.floor(nsToMs(event.atNs))), source: event.source }];
}
