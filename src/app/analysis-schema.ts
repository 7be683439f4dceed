import { z } from "zod";

/** The version of the document; a change that breaks readers gets another one. */
const SCHEMA_ID = "traceops.analysis/v1";

const time = z.iso.datetime().describe("ISO 8601, UTC");
const id = z.string().min(1);
const evidenceIds = z.array(id).describe("Ids of entries in `evidence`");
const count = z.int().nonnegative();

const row = z.strictObject({
  id,
  at: time,
  role: z.enum(["change", "first-symptom", "spread", "alert", "recovery", "person", "context"]),
  service: z.string().nullable(),
  text: z.string(),
  count: count.describe("How many records this row folds"),
  lastAt: time,
  skewCorrectedMs: z.number().describe("What was added to the record's own clock, in ms"),
  source: z.string(),
  evidenceIds,
  editedBy: z.string().optional().describe("Who corrected the time or the text of this row"),
  movedMs: z.number().optional().describe("By how much people moved it, in ms"),
});

const argument = {
  signal: z.string().min(1).describe('The question behind it, or "learned"'),
  because: z.string().min(1),
  evidenceIds: evidenceIds.min(1),
};

const hypothesis = z.strictObject({
  id,
  rank: z.int().min(1).max(5),
  confidence: z.number().min(0).max(1),
  score: z.int().describe("Hundredths of a nat: the exact sum of all points in `parts` and `against`"),
  summary: z.string().min(1),
  cause: z.strictObject({
    kind: z.enum([
      "change",
      "config-change",
      "dependency-failure",
      "third-party-outage",
      "configuration",
      "scheduling",
      "disk",
      "resource-exhaustion",
      "memory",
      "cpu",
      "certificate",
      "network",
      "code-error",
      "infrastructure",
      "unknown",
    ]),
    detail: z.string().optional(),
    service: z.string().nullable(),
    object: z.string().optional(),
    changeId: id.optional(),
  }),
  parts: z.array(z.strictObject({ ...argument, points: z.int().positive() })),
  against: z.array(z.strictObject({ ...argument, points: z.int().max(0) })),
  nextChecks: z.array(z.string()).describe("Read-only"),
  suggestedActions: z.array(z.string()).describe("Shown, never run"),
});

/** The shape of `traceops.analysis/v1`. The committed JSON Schema is generated from it. */
export const analysisSchema = z
  .strictObject({
    schema: z.literal(SCHEMA_ID),
    incident: z.strictObject({
      id,
      title: z.string(),
      service: z.string().nullable(),
      severity: z.string(),
      startedAt: time,
      detectedAt: time,
    }),
    window: z.strictObject({ from: time, to: time, baselineFrom: time, baselineTo: time }),
    verdict: z.enum(["likely-cause", "several-candidates", "no-likely-cause", "recovered"]),
    verdictBecause: z.string().min(1),
    timeline: z.array(row).max(15),
    hiddenRows: count,
    hypotheses: z.array(hypothesis).max(5),
    gaps: z.array(
      z.strictObject({
        source: z.string().min(1),
        status: z.enum(["failed", "not-configured", "partial"]),
        detail: z.string(),
      }),
    ),
    evidence: z.array(
      z.strictObject({
        id,
        source: z.string().min(1),
        service: z.string().nullable(),
        at: time,
        quote: z.string().max(300),
        ref: z.string(),
        tag: z
          .string()
          .max(64)
          .optional()
          .describe("What kind of event a log line tells of, as its program or its words say"),
      }),
    ),
    graph: z.array(
      z.strictObject({ caller: z.string(), callee: z.string(), count, from: z.enum(["trace", "mention", "given"]) }),
    ),
    chart: z.strictObject({
      from: time,
      bucketSeconds: z.int().positive(),
      errors: z.array(count),
      byService: z.array(z.strictObject({ service: z.string(), errors: z.array(count) })).max(5),
    }),
    impact: z.strictObject({ text: z.string().nullable(), evidenceIds }),
    weightsVersion: count.describe("0 = nothing learned yet"),
    stats: z.strictObject({ lines: count, events: count, sources: count, elapsedMs: z.number().nonnegative() }),
  })
  .describe("One analysis of one incident: timeline, ranked causes with their arithmetic, gaps and evidence");

/** The JSON Schema (draft 2020-12) of `traceops.analysis/v1` as it is committed, with a final newline. */
export function analysisJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(analysisSchema), null, 2)}\n`;
}
