import type { WireKind } from "../../app/event-schema.ts";
import { type FieldPicker, isJsonObject, type JsonObject } from "./flat-fields.ts";
import { readInstant } from "./wire-instant.ts";

/** A line in the canonical spelling, before it is checked: one property per field of the schema. */
export type Draft = Readonly<Record<string, unknown>>;

/** What the fields of one kind may be worked out from. `fields` holds everything that has no name of this kind. */
export interface DraftParts {
  readonly fields: FieldPicker;
  readonly timestamp: unknown;
}

/** The fields that only this kind has, in the canonical spelling, with defaults for what may be left out. */
export function draftOfKind(kind: WireKind, record: JsonObject, parts: DraftParts): Draft {
  return DRAFTS[kind](record, parts);
}

const DRAFTS: Readonly<Record<WireKind, (record: JsonObject, parts: DraftParts) => Draft>> = {
  log: () => ({}),
  span: spanDraft,
  metric: ({ name, unit, value }, { fields }) => ({
    name: name ?? fields.pick(["metric", "metricname"]),
    unit: unit ?? "",
    value: typeof value === "string" && value.trim() !== "" ? Number(value) : value,
  }),
  change: ({ change }) => ({ change: isJsonObject(change) ? { ...CHANGE_DEFAULTS, ...change } : change }),
  alert: ({ title, status, url }, { fields }) => ({
    title: title ?? fields.pick(["summary", "alertname"]),
    status: status ?? "firing",
    url,
  }),
  kubernetes: (record, { fields }) => ({
    object: objectName(record["object"]) ?? objectName(record["involvedObject"]),
    reason: record["reason"],
    type: record["type"] ?? "Normal",
    note: record["note"] ?? fields.pick(["message"]) ?? "",
    count: record["count"] ?? 1,
  }),
  "kubernetes-object": ({ object, manifest }) => ({ object, manifest }),
  person: ({ who, text, stated }, { fields }) => ({
    who: who ?? fields.pick(["by", "user", "author"]),
    text: text ?? fields.pick(["message", "note"]),
    stated,
  }),
};

const CHANGE_DEFAULTS = {
  status: "deployed",
  version: "",
  previousVersion: null,
  environment: null,
  by: null,
  url: null,
  summary: "",
  files: [],
  pullRequest: null,
};

function objectName(object: unknown): unknown {
  if (!isJsonObject(object)) return object;
  const { kind, name } = object;
  return typeof kind === "string" && typeof name === "string" ? `${kind}/${name}` : undefined;
}

function spanDraft(record: JsonObject, parts: DraftParts): Draft {
  return {
    name: record["name"],
    spanKind: spanKindOf(record["spanKind"] ?? "unspecified"),
    parentSpanId: record["parentSpanId"] ?? parts.fields.pick(["parentspanid", "parentid"]),
    durationNs: durationOf(record["durationNs"], parts),
    status: statusOf(record["status"] ?? "unset"),
    semantics: record["semantics"],
  };
}

const SPAN_KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;

/** "server", "SPAN_KIND_SERVER" and OTLP's 2 are the same. */
function spanKindOf(kind: unknown): unknown {
  if (typeof kind === "number") return SPAN_KINDS[kind] ?? kind;
  return typeof kind === "string" ? kind.toLowerCase().replace(/^span_kind_/u, "") : kind;
}

const STATUSES = ["unset", "ok", "error"] as const;

/** "error", "STATUS_CODE_ERROR", OTLP's 2 and {"code": 2} are the same. */
function statusOf(status: unknown): unknown {
  const code = isJsonObject(status) ? (status["code"] ?? "unset") : status;
  if (typeof code === "number") return STATUSES[code] ?? code;
  return typeof code === "string" ? code.toLowerCase().replace(/^status_code_/u, "") : code;
}

/** Whole nanoseconds: given, from milliseconds, or from where the span ended. */
function durationOf(given: unknown, parts: DraftParts): unknown {
  if (typeof given === "number" && Number.isSafeInteger(given)) return String(given);
  if (given !== undefined) return given;
  const ms = parts.fields.pick(["durationms"]);
  if (ms === null) return sinceStart(parts);
  return typeof ms === "number" && Number.isFinite(ms) && ms >= 0 ? String(BigInt(Math.round(ms * 1e6))) : ms;
}

function sinceStart({ fields, timestamp }: DraftParts): string | undefined {
  const end = readInstant(fields.pick(["endtimestamp", "endtimeunixnano", "endtime"]));
  if (end.status !== "read" || typeof timestamp !== "string") return undefined;
  const long = end.ns - BigInt(timestamp);
  return long < 0n ? undefined : String(long);
}
