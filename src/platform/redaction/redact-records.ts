import type { SentNote } from "../../app/sent-note.ts";
import type { Alert } from "../../core/alert.ts";
import type { AlertEvent, Attributes, Change, Event, ExceptionInfo, RolloutStep } from "../../core/event.ts";
import type { Evidence } from "../../core/evidence.ts";
import { alertFingerprint } from "../../core/ids.ts";
import { assertNever } from "../../core/never.ts";
import { cutSafe, joinSafe, type Safe } from "../../core/safe.ts";
import { hideOpenKeys } from "./open-keys.ts";
import { redactManifest } from "./redact-manifest.ts";
import { passed, passedAttributes, type ToSafe } from "./safe-text.ts";
import type { Hides } from "./secret-names.ts";

const HIDDEN = passed("[redacted-secret]");
const MAX_BODY = 4000;
/** A file inside a config map: whole, for a gateway's routes are compared with the Services of the cluster. */
const MAX_FILE = 32_000;
const MAX_LINE = 1000;
const MAX_ATTRIBUTES = 128;
const MAX_LIST = 300;
const MAX_DIFF_LINES = 40;
const MAX_FRAMES = 20;

/** How the texts of a record are made safe. */
export interface Walk {
  /** For what is different in every record. */
  readonly text: ToSafe;
  /** For what comes back in many records: services, hosts, attribute values, stack frames. Checking them once is enough. */
  readonly known: ToSafe;
  /** For numbers, whatever name they stand under. */
  readonly number: (value: number) => number | Safe;
  /** For the names of attributes. */
  readonly nameOf: (raw: string) => SafeName;
  /** For keys that only join records: the same key gives the same name, and a secret in it is gone. */
  readonly keyOf: (raw: string) => string;
}

export interface SafeName {
  readonly name: Safe;
  readonly hides: Hides;
}

/** An alert whose texts have passed the rules. */
export function redactAlert({ labels, ...raw }: Alert<string>, walk: Walk): Alert {
  const { text, keyOf } = walk;
  return {
    ...raw,
    eventId: keyOf(raw.eventId),
    fingerprint: alertFingerprint(keyOf(raw.fingerprint)),
    groupKey: keyOf(raw.groupKey),
    externalId: raw.externalId === null ? null : addressOf(raw.externalId, walk),
    title: cutSafe(text(raw.title), MAX_LINE),
    service: orNull(raw.service, text),
    url: orNull(raw.url, text),
    by: orNull(raw.by, text),
    ...(labels === undefined ? {} : { labels: redactAttributes(labels, walk) }),
  };
}

/** A note whose texts have passed the rules, with the ids that its alert has. */
export function redactNote(raw: SentNote<string>, walk: Walk): SentNote {
  const { text, keyOf } = walk;
  return {
    ...raw,
    key: keyOf(raw.key),
    fingerprint: alertFingerprint(keyOf(raw.fingerprint)),
    externalId: addressOf(raw.externalId, walk),
    who: text(raw.who),
    text: text(raw.text),
  };
}

/** Ids as machines make them: "Q1ABC2DEF3GHIJ", UUIDs. */
const MADE_ID = /^(?:[A-Z][A-Z0-9]{4,13}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/u;

/** The sender is called with its incident's id, which no rule of an install's own may change. */
function addressOf(id: string, { keyOf }: Walk): string {
  return MADE_ID.test(id) ? id : keyOf(id);
}

/** Evidence whose records have passed the rules. */
export function redactEvidence(raw: Evidence<string>, walk: Walk): Evidence {
  const { text, known } = walk;
  switch (raw.status) {
    case "found": {
      const { topology, ...rest } = raw;
      const events = hideOpenKeys(raw.events).map((event) => redactEvent(event, walk));
      const edges = topology?.map(([caller, callee]) => [known(caller), known(callee)] as const);
      return { ...rest, events, partial: orNull(raw.partial, text), ...(edges ? { topology: edges } : {}) };
    }
    case "empty":
      return { status: "empty", searched: text(raw.searched) };
    case "failed":
      return { ...raw, detail: text(raw.detail) };
    case "not-configured":
      return { ...raw, detail: text(raw.detail) };
    default:
      return assertNever(raw);
  }
}

/** A record whose texts have passed the rules, field by field. */
export function redactEvent(raw: Event<string>, walk: Walk): Event {
  const { text, known } = walk;
  const base = redactBase(raw, walk);
  const line = (value: string) => cutSafe(known(value), MAX_LINE);
  switch (raw.kind) {
    case "log":
      return {
        ...raw,
        ...base,
        body: cutSafe(text(raw.body), MAX_BODY),
        attributes: redactAttributes(raw.attributes, walk),
        exception: redactException(raw.exception, walk),
      };
    case "span":
      return {
        ...raw,
        ...base,
        name: line(raw.name),
        parentSpanId: idOrNull(raw.parentSpanId, text),
        attributes: redactAttributes(raw.attributes, walk),
      };
    case "metric":
      return {
        ...raw,
        ...base,
        name: line(raw.name),
        unit: line(raw.unit),
        attributes: redactAttributes(raw.attributes, walk),
      };
    case "change":
      return { ...raw, ...base, change: redactChange(raw.change, text) };
    case "alert":
      return { ...redactAlertEvent(raw, walk), ...base };
    case "kubernetes":
      return {
        ...raw,
        ...base,
        object: line(raw.object),
        reason: line(raw.reason),
        note: cutSafe(text(raw.note), MAX_BODY),
      };
    case "kubernetes-object":
      return { ...raw, ...base, object: line(raw.object), manifest: redactManifest(raw.manifest, manifestRules(walk)) };
    case "person":
      return { ...raw, ...base, who: line(raw.who), text: cutSafe(text(raw.text), MAX_BODY) };
    default:
      return assertNever(raw);
  }
}

function redactAlertEvent({ attributes, ...raw }: AlertEvent<string>, walk: Walk) {
  const { text, known } = walk;
  return {
    ...raw,
    title: cutSafe(known(raw.title), MAX_LINE),
    url: orNull(raw.url, text),
    ...(attributes === undefined ? {} : { attributes: redactAttributes(attributes, walk) }),
  };
}

function manifestRules({ known, number, nameOf }: Walk) {
  return { text: (raw: string) => cutSafe(known(raw), MAX_FILE), number, hidden, nameOf };
}

/** An empty value says that there is none. */
function hidden(raw: string | number): Safe {
  return raw === "" ? passed("") : HIDDEN;
}

function redactRollout(raw: RolloutStep<string>, text: ToSafe): RolloutStep {
  const names = (pods: readonly string[]) => pods.slice(0, MAX_LIST).map((pod) => cutSafe(text(pod), MAX_LINE));
  return { ...raw, newPods: names(raw.newPods), removedPods: names(raw.removedPods) };
}

function redactBase(raw: Event<string>, walk: Walk) {
  const { text, known } = walk;
  return {
    service: orNull(raw.service, known),
    host: orNull(raw.host, known),
    ref: cutSafe(place(raw.ref, walk), MAX_LINE),
    traceId: idOrNull(raw.traceId, text),
    spanId: idOrNull(raw.spanId, text),
    requestId: orNull(raw.requestId, text),
  };
}

/** A line of a file: the file is checked once, and no rule reaches over the "#" to the number behind it. */
const LINE_OF_FILE = /^([\w./-]{1,140}#L)\d{1,9}$/u;

function place(ref: string, { text, known }: Walk): Safe {
  const file = LINE_OF_FILE.exec(ref)?.[1];
  return file !== undefined && known(file) === file ? passed(ref) : text(ref);
}

function redactException(raw: ExceptionInfo<string> | null, { known }: Walk): ExceptionInfo | null {
  if (raw === null) return null;
  return {
    type: cutSafe(known(raw.type), MAX_LINE),
    message: cutSafe(known(raw.message), MAX_BODY),
    frames: raw.frames.slice(0, MAX_FRAMES).map((frame) => cutSafe(known(frame), MAX_LINE)),
  };
}

function redactChange({ rollout, ...raw }: Change<string>, text: ToSafe): Change {
  const line = (value: string) => cutSafe(text(value), MAX_LINE);
  return {
    ...raw,
    ...(rollout === undefined ? {} : { rollout: redactRollout(rollout, text) }),
    version: line(raw.version),
    previousVersion: orNull(raw.previousVersion, text),
    environment: orNull(raw.environment, text),
    by: orNull(raw.by, text),
    url: orNull(raw.url, text),
    summary: cutSafe(text(raw.summary), MAX_BODY),
    files: raw.files.slice(0, MAX_LIST).map((file) => ({
      path: line(file.path),
      diff: redactDiff(file.diff.slice(0, MAX_DIFF_LINES), text),
    })),
    pullRequest: raw.pullRequest && {
      number: raw.pullRequest.number,
      title: line(raw.pullRequest.title),
      url: orNull(raw.pullRequest.url, text),
    },
  };
}

const DIFF_SIGN = /^[+-]/u;

/**
 * Together and without their signs: a key or a block of YAML goes over several lines, and a sign would stand before a
 * secret as if it were a part of it. Where the rules took lines away, the signs of the rest are gone too.
 */
function redactDiff(lines: readonly string[], text: ToSafe): readonly Safe[] {
  const signs = lines.map((line) => DIFF_SIGN.exec(line)?.[0] ?? "");
  const bare = lines.map((line, index) => line.slice(signs[index]?.length).replaceAll(LINE_END, " "));
  const clean = text(bare.join("\n")).split("\n");
  const isWhole = clean.length === lines.length;
  return clean.map((line, index) =>
    cutSafe(joinSafe([passed(isWhole ? (signs[index] ?? "") : ""), passed(line)], ""), MAX_LINE),
  );
}

const LINE_END = /[\r\n]+/gu;

/** Nearly all attributes hold nothing to hide and stay the same object. */
function redactAttributes(raw: Attributes<string>, walk: Walk): Attributes {
  const labels = Object.keys(raw);
  if (labels.length <= MAX_ATTRIBUTES && labels.every((label) => isSafeAlready(label, raw[label], walk)))
    return passedAttributes(raw);
  // `fromEntries` defines own properties, so a label named "__proto__" stays a label.
  const entries = Object.entries(raw).slice(0, MAX_ATTRIBUTES);
  return Object.fromEntries(
    entries.map(([label, value]) => {
      const { name, hides } = walk.nameOf(label);
      return [name, redactValue(value, hides, walk)];
    }),
  );
}

function isSafeAlready(label: string, value: string | number | boolean | undefined, walk: Walk): boolean {
  const { name, hides } = walk.nameOf(label);
  return name === label && value !== undefined && redactValue(value, hides, walk) === value;
}

function redactValue(value: string | number | boolean, hides: Hides, { number, known }: Walk) {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return hides === "all" ? HIDDEN : number(value);
  return hides === "nothing" ? cutSafe(known(value), MAX_BODY) : hidden(value);
}

function orNull(raw: string | null, text: ToSafe): Safe | null {
  return raw === null ? null : cutSafe(text(raw), MAX_LINE);
}

const HEX_ID = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/u;

/** Ids of exactly this form join records; one in ten thousand would pass for a card number. */
function idOrNull(raw: string | null, text: ToSafe): Safe | null {
  return raw !== null && HEX_ID.test(raw) ? passed(raw) : orNull(raw, text);
}
