import type { Redactor } from "../../src/app/redactor.ts";
import type { SentNote } from "../../src/app/sent-note.ts";
import type { Alert } from "../../src/core/alert.ts";
import type { Event } from "../../src/core/event.ts";
import { alertFingerprint, epochMs, epochNs, eventId } from "../../src/core/ids.ts";
import { type Chance, createChance } from "./chance.ts";
import { ENCODINGS } from "./encodings.ts";
import type { SecretKind } from "./kind.ts";
import { leakedCharacters } from "./leaks.ts";

/** One way in: what a text becomes on its way from outside to whatever is stored, queued, shown or logged. */
interface WayIn {
  readonly name: string;
  /** The record with the text in every field that the way may fill, made safe, as JSON. */
  readonly taken: (redactor: Redactor, text: string) => string;
}

const AT = { atNs: epochNs(1_795_225_600_000_000_000n), observedNs: null };
const base = (text: string) => ({
  ...AT,
  id: eventId("bench", "1"),
  service: text,
  host: text,
  source: "bundle",
  ref: text,
  traceId: idOf(text),
  spanId: idOf(text),
  requestId: text,
});
/** What has exactly the form of a trace's or span's id is one, also where its digits would make a card number. */
const idOf = (text: string) => (/^(?:[0-9a-f]{16}|[0-9a-f]{32})$/u.test(text) ? null : text);
const attributes = (text: string) => ({ "upstream.note": text, [`note of ${text}`]: 1, tries: 3 });

/** Bodies first of all: logs of the bundle, of OTLP, JSON lines and plain text become this record. */
const log = (text: string): Event<string> => ({
  ...base(text),
  kind: "log",
  severity: "error",
  body: `upstream refused: ${text}`,
  attributes: attributes(text),
  exception: { type: text, message: text, frames: [text, `${text}\n    at run (/app/main.js:3:1)`] },
});
const span = (text: string): Event<string> => ({
  ...base(text),
  kind: "span",
  name: text,
  spanKind: "server",
  parentSpanId: idOf(text),
  durationNs: 7n,
  status: "error",
  attributes: attributes(text),
});
const metric = (text: string): Event<string> => ({
  ...base(text),
  kind: "metric",
  name: text,
  unit: text,
  value: 1,
  attributes: attributes(text),
});
const change = (text: string): Event<string> => ({
  ...base(text),
  kind: "change",
  change: {
    kind: "deploy",
    status: "deployed",
    version: text,
    previousVersion: text,
    environment: text,
    by: text,
    url: text,
    summary: `release: ${text}`,
    files: [
      { path: text, diff: text.split("\n").flatMap((line) => [`+${line}`]) },
      { path: "b", diff: [`-${text}`, `+${text}`] },
    ],
    pullRequest: { number: 1, title: text, url: text },
    rollout: { newPods: [text], removedPods: [text], oldReplicas: 1, newReplicas: 1, completedAtMs: null },
  },
});
const kubernetes = (text: string): Event<string> => ({
  ...base(text),
  kind: "kubernetes",
  object: text,
  reason: text,
  type: "Warning",
  note: `probe failed: ${text}`,
  count: 1,
});
const manifest = (text: string): Event<string> => ({
  ...base(text),
  kind: "kubernetes-object",
  object: text,
  manifest: { metadata: { annotations: { note: text } }, spec: { args: ["--note", text] }, data: { "app.conf": text } },
});
const person = (text: string): Event<string> => ({ ...base(text), kind: "person", who: text, text: `I saw ${text}` });
const alertEvent = (text: string): Event<string> => ({
  ...base(text),
  kind: "alert",
  title: text,
  status: "firing",
  url: text,
  attributes: attributes(text),
});
const alert = (text: string): Alert<string> => ({
  source: "pagerduty",
  eventId: text,
  fingerprint: alertFingerprint(text),
  groupKey: text,
  externalId: text,
  status: "firing",
  severity: "critical",
  title: `${text} failed`,
  service: text,
  startedAtMs: epochMs(1_795_225_600_000),
  occurredAtMs: epochMs(1_795_225_600_000),
  url: text,
  by: text,
  labels: attributes(text),
});
const note = (text: string): SentNote<string> => ({
  source: "pagerduty",
  key: text,
  fingerprint: alertFingerprint(text),
  externalId: text,
  authorId: null,
  who: text,
  text: `I saw ${text}`,
  atMs: epochMs(1_795_225_600_000),
});

const json = (value: unknown) =>
  JSON.stringify(value, (_key, each: unknown) => (typeof each === "bigint" ? `${each}` : each));
const event =
  (make: (text: string) => Event<string>): WayIn["taken"] =>
  (redactor, text) =>
    json(redactor.event(make(text)));

/** Every kind of record that anything from outside becomes. */
export const WAYS_IN: readonly WayIn[] = [
  { name: "words: notes, Slack, errors", taken: (redactor, text) => redactor.text(text) },
  { name: "alert: webhooks, polled incidents", taken: (redactor, text) => json(redactor.alert(alert(text))) },
  { name: "note at the sender", taken: (redactor, text) => json(redactor.note(note(text))) },
  { name: "log: bundle, OTLP, JSON lines, text, CloudWatch", taken: event(log) },
  { name: "span", taken: event(span) },
  { name: "metric", taken: event(metric) },
  { name: "change: deploys, GitHub", taken: event(change) },
  { name: "Kubernetes event", taken: event(kubernetes) },
  { name: "Kubernetes object", taken: event(manifest) },
  { name: "person", taken: event(person) },
  { name: "alert of the past", taken: event(alertEvent) },
  {
    name: "answers of sources",
    taken: (redactor, text) =>
      json([
        redactor.evidence({ status: "empty", searched: text }),
        redactor.evidence({ status: "not-configured", detail: text }),
      ]),
  },
];

export interface WaysInResult {
  readonly texts: number;
  readonly leaks: readonly string[];
  readonly leakedTexts: number;
}

/** A record is one text, so what arrives in pieces arrives in two records here and is not measured. */
const WHOLE = ENCODINGS.filter(({ name }) => ["plain", "URL", "Base64", "JSON in JSON", "JSON escapes"].includes(name));
const MAX_LEAKS = 20;

/** Every value of these kinds in every encoding through every way in. */
export function measureWaysIn(
  kinds: readonly SecretKind[],
  redactor: Redactor,
  how: { readonly values: number; readonly seed: number },
): WaysInResult {
  let [texts, leakedTexts] = [0, 0];
  const leaks: string[] = [];
  for (const kind of kinds) {
    // What two different secrets come out as alike says nothing of either, so it needs to be looked at once.
    const clean = new Set<string>();
    for (const { way, encoding, text, secret } of samplesOf(kind, createChance(how.seed), how.values)) {
      texts++;
      const out = way.taken(redactor, text);
      if (clean.has(out)) continue;
      if (leakedCharacters(secret, out) === 0) {
        clean.add(out);
        continue;
      }
      leakedTexts++;
      if (leaks.length < MAX_LEAKS) leaks.push(`${kind.name}, ${encoding}, ${way.name}: ${out.slice(0, 600)}`);
    }
  }
  return { texts, leaks, leakedTexts };
}

function* samplesOf(kind: SecretKind, chance: Chance, values: number) {
  for (let value = 0; value < values; value++) {
    const { text, secret } = kind.make(chance);
    for (const encoding of WHOLE) {
      const [encoded = ""] = encoding.chunks(text, secret);
      for (const way of WAYS_IN) yield { way, encoding: encoding.name, text: encoded, secret };
    }
  }
}
