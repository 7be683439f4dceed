import { z } from "zod";

const SCHEMA_TITLE = "traceops.event/v1";
const MAX_NAME = 200;
/** The longest line that is taken. Redaction comes first, then texts are cut to 4,000 characters. */
const MAX_TEXT = 65_536;
const MAX_ATTRIBUTES = 96;

const NANOSECONDS = String.raw`\d{18,19}`;
const RFC_3339 = String.raw`\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})`;
const SPOKEN = "must be nanoseconds since 1970 as a decimal string, or RFC 3339 with its zone (2026-11-21T01:47:20.5Z)";

const instant = z
  .string({ error: SPOKEN })
  .regex(new RegExp(`^(?:${NANOSECONDS}|${RFC_3339})$`, "u"), { error: SPOKEN })
  .meta({
    id: "instant",
    description: "UTC nanoseconds since 1970 as a decimal string, or RFC 3339 with a zone. Never a time without a zone",
  });
const text = (max: number) =>
  z.string({ error: "must be a text" }).max(max, { error: `must be at most ${max} characters long` });
const name = (max = MAX_NAME) => text(max).min(1, { error: "must not be empty" });
const number = z.number({ error: "must be a number" });
const count = z.int({ error: "must be a whole number" }).nonnegative({ error: "must not be negative" });
const link = text(2000).nullable();
const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `must be one of ${words.join(", ")}` });
const id = z
  .string({ error: "must be a text" })
  .regex(/^[\w-]{8,64}$/u, { error: "must be 8 to 64 letters, digits, - or _" })
  .nullable()
  .meta({ id: "traceContextId" });

const attributes = z
  .record(
    z.string().min(1).max(MAX_NAME),
    z.union([text(MAX_TEXT), number, z.boolean()], { error: "must be a text, a number, true or false" }),
    { error: "must be an object of texts, numbers, true and false" },
  )
  .refine((record) => Object.keys(record).length <= MAX_ATTRIBUTES, {
    error: `must have at most ${MAX_ATTRIBUTES} entries`,
  })
  .meta({
    id: "attributes",
    maxProperties: MAX_ATTRIBUTES,
    description: "OpenTelemetry attributes; names with dots, values that are a text, a number, true or false",
  });

/** What a sender or a rule says that a record means; see `src/core/semantics/meaning.ts`. */
const semantics = z
  .object({
    category: oneOf([
      "dependency-unreachable",
      "timeout",
      "connection-refused",
      "name-resolution",
      "authentication",
      "authorization",
      "quota",
      "memory",
      "disk",
      "cpu-throttling",
      "connection-pool",
      "read-only",
      "deadlock",
      "data",
      "validation",
      "configuration",
      "certificate",
      "rate-limit",
      "image-or-startup",
      "probe",
      "upstream-error",
      "code-error",
      "unknown",
    ]).describe("Which kind of failure it is"),
    intent: oneOf(["read", "write", "call", "start", "connect"]).nullable().optional().describe("What was tried"),
    impact: oneOf(["user-facing", "degraded", "internal", "none"]).optional().describe("Who suffers"),
    suggested_actions: z
      .array(text(500))
      .max(10)
      .optional()
      .describe("Checks that only read first. Shown to people, never run"),
    because: text(500).optional().describe("The rule that said so, as a sentence"),
  })
  .meta({
    id: "semantics",
    description: "What the record means; TraceOps writes it from its rules, a sender may state it",
  });

const common = {
  timestamp: instant,
  observedTimestamp: instant.nullable().optional().describe("When a collector received it, by the collector's clock"),
  "service.name": name().nullable().optional().describe("Whose record it is"),
  "host.name": name(253).nullable().optional().describe("Host or pod whose clock stamped it"),
  traceId: id.optional().describe("The first join key: 32 hexadecimal digits in W3C trace context"),
  spanId: id.optional(),
  requestId: name().nullable().optional().describe("The second join key"),
  id: name(100).optional().describe("Written by TraceOps; names the record for ever"),
  source: name().optional().describe("Written by TraceOps: the evidence source that read it"),
  ref: name(2000).optional().describe("Written by TraceOps: where the record stands in its source"),
};

const log = z.looseObject({
  kind: z.literal("log"),
  ...common,
  severityText: oneOf(["trace", "debug", "info", "warn", "error", "fatal", "unspecified"]),
  body: text(MAX_TEXT).describe("The message; cut to 4,000 characters after redaction"),
  attributes: attributes.optional(),
  exception: z
    .object({
      type: text(1000),
      message: text(MAX_TEXT),
      frames: z.array(text(1000)).max(20).describe('"file:line function", innermost first'),
    })
    .nullable()
    .optional(),
  repeats: z
    .object({
      seconds: z.array(count).max(100_000),
      counts: z.array(count).max(100_000),
      withinSeconds: count.optional().describe("How much earlier than the second that counts it a line may be"),
    })
    .refine(({ seconds, counts }) => seconds.length === counts.length, { error: "must have two lists of one length" })
    .optional()
    .describe("Lines that this one stands for: how many in which second since 1970"),
  semantics: semantics.optional(),
});

const span = z.looseObject({
  kind: z.literal("span"),
  ...common,
  timestamp: instant.describe("When the span began"),
  name: text(1000),
  spanKind: oneOf(["internal", "server", "client", "producer", "consumer", "unspecified"]),
  parentSpanId: id.optional(),
  durationNs: z
    .string({ error: "must be whole nanoseconds as a decimal string" })
    .regex(/^\d{1,19}$/u, { error: "must be whole nanoseconds as a decimal string" }),
  status: oneOf(["unset", "ok", "error"]),
  attributes: attributes.optional(),
  semantics: semantics.optional(),
});

const metric = z.looseObject({
  kind: z.literal("metric"),
  ...common,
  name: name(),
  unit: text(63).describe("UCUM: s, By, %, 1, {request}/s. Empty when unknown"),
  value: number,
  attributes: attributes.optional(),
});

const changeFile = z.object({ path: name(1000), diff: z.array(text(1000)).max(40) });
const pods = z.array(name(253)).max(300);
const change = z.object({
  kind: oneOf([
    "deploy",
    "rollout",
    "config",
    "flag",
    "scaling",
    "migration",
    "certificate",
    "infrastructure",
    "merge",
  ]),
  status: oneOf(["deployed", "merged", "failed", "rolled-back"]).describe("Only deployed changes can be causes"),
  version: text(1000).describe("Version, commit or name of the flag"),
  previousVersion: text(1000).nullable(),
  environment: text(1000).nullable(),
  by: text(1000).nullable(),
  url: link,
  summary: text(MAX_TEXT),
  files: z.array(changeFile).max(300),
  pullRequest: z.object({ number: count, title: text(1000), url: link }).nullable(),
  rollout: z
    .object({
      newPods: pods,
      removedPods: pods,
      oldReplicas: count,
      newReplicas: count,
      completedAt: instant.nullable().describe("Null while the step is not done"),
    })
    .optional(),
});

const person = z.looseObject({
  kind: z.literal("person"),
  ...common,
  who: name(),
  text: text(MAX_TEXT),
  stated: z
    .object({
      kind: oneOf(["change", "dependency", "infrastructure", "configuration", "load", "not-an-incident", "not-known"]),
      hypothesisId: name(100).nullable(),
      isCause: z.boolean({ error: "must be true or false" }),
    })
    .optional(),
});

/** The wire form of every kind of `Event` in `src/core/event.ts`, as TraceOps writes it: one JSON object a line. */
export const wireSchemas = {
  log,
  span,
  metric,
  change: z.looseObject({ kind: z.literal("change"), ...common, change }),
  alert: z.looseObject({
    kind: z.literal("alert"),
    ...common,
    title: name(1000),
    status: oneOf(["firing", "acknowledged", "resolved"]),
    url: link.optional(),
    attributes: attributes.optional(),
  }),
  kubernetes: z.looseObject({
    kind: z.literal("kubernetes"),
    ...common,
    object: name(500).describe('"Pod/checkout-7d9f", "Node/worker-2"'),
    reason: name(),
    type: oneOf(["Normal", "Warning"]),
    note: text(MAX_TEXT),
    count: count.optional(),
  }),
  "kubernetes-object": z.looseObject({
    kind: z.literal("kubernetes-object"),
    ...common,
    object: name(500),
    manifest: z
      .record(z.string(), z.json(), { error: "must be an object" })
      .describe("As the Kubernetes API shapes it, without values of secrets"),
  }),
  person,
} as const;

export const wireEvent = z
  .discriminatedUnion("kind", [
    wireSchemas.log,
    wireSchemas.span,
    wireSchemas.metric,
    wireSchemas.change,
    wireSchemas.alert,
    wireSchemas.kubernetes,
    wireSchemas["kubernetes-object"],
    wireSchemas.person,
  ])
  .meta({ title: SCHEMA_TITLE })
  .describe("One event a line, whatever layer it comes from. Fields that are not named here become attributes");

export type WireKind = keyof typeof wireSchemas;
export type WireEvent = z.infer<typeof wireEvent>;

/** The JSON Schema (draft 2020-12) of one line of the event format as it is committed, with a final newline. */
export function eventJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(wireEvent), null, 2)}\n`;
}
