import { z } from "zod";
import type { Analysis, Hypothesis } from "../../src/core/analysis.ts";

const Cause = z.strictObject({
  kind: z.string().optional(),
  detail: z.string().optional(),
  service: z.string().optional(),
  object: z.string().optional(),
  changeRef: z.string().optional(),
});

/** What a scenario's answer must say. Every field is a promise to the reader of `expected.json`. */
export const Expected = z.strictObject({
  about: z.string(),
  /** One of these. */
  verdict: z.array(z.enum(["likely-cause", "several-candidates", "no-likely-cause", "recovered"])).min(1),
  /** Null: no hypothesis may be claimed. */
  firstCause: Cause.nullable(),
  /** These rows, in this order; others may stand between them. `at` is the UTC clock to the second. */
  timeline: z.array(z.strictObject({ role: z.string(), service: z.string(), at: z.string() })),
  /** Suspicions that must be listed below the first cause, with something that speaks against them. */
  lower: z.array(z.strictObject({ ...Cause.shape, withAgainst: z.boolean() })),
  /** Suspicions that must not be listed at all. */
  never: z.array(Cause),
});

export type ExpectedAnswer = z.infer<typeof Expected>;
type ExpectedCause = z.infer<typeof Cause>;

/** In what a hypothesis claims something else than expected, in words; empty when it is the expected one. */
export function differences(
  hypothesis: Hypothesis | undefined,
  expected: ExpectedCause | null,
  analysis: Analysis,
): readonly string[] {
  if (expected === null) return hypothesis === undefined ? [] : [`nothing was expected, but: ${hypothesis.summary}`];
  if (hypothesis === undefined) return ["no hypothesis"];
  const claim = claimOf(hypothesis, analysis);
  return FIELDS.flatMap(({ name, isPart }) => {
    const [wanted, told] = [expected[name], claim[name]];
    const isRight = wanted === undefined || (isPart ? told.includes(wanted) : told === wanted);
    return isRight ? [] : [`${name} is "${told}", not "${wanted}"`];
  });
}

/** A version stands inside the sentence that quotes the change; the other fields are names. */
const FIELDS = [
  { name: "kind", isPart: false },
  { name: "detail", isPart: false },
  { name: "service", isPart: false },
  { name: "object", isPart: true },
  { name: "changeRef", isPart: true },
] as const;

function claimOf({ cause }: Hypothesis, analysis: Analysis): Readonly<Record<(typeof FIELDS)[number]["name"], string>> {
  const change = analysis.evidence.find(({ id }) => id === cause.changeId);
  return {
    kind: cause.kind,
    detail: cause.detail ?? "",
    service: cause.service ?? "",
    object: cause.object ?? "",
    changeRef: change?.quote ?? "",
  };
}

/** Whether a hypothesis claims this cause; fields that are not given do not matter. */
export function claims(hypothesis: Hypothesis, expected: ExpectedCause, analysis: Analysis): boolean {
  return differences(hypothesis, expected, analysis).length === 0;
}

/** The expected rows that the timeline holds in the expected order: all of them when it is right. */
export function rowsInOrder(analysis: Analysis, expected: ExpectedAnswer["timeline"]): ExpectedAnswer["timeline"] {
  let from = 0;
  return expected.filter(({ role, service, at }) => {
    const index = analysis.timeline.findIndex(
      (row, position) =>
        position >= from && row.role === role && row.service === service && row.at.slice(11, 19) === at,
    );
    if (index >= 0) from = index + 1;
    return index >= 0;
  });
}
