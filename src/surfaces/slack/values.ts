import { z } from "zod";
import { type HypothesisId, hypothesisId, type IncidentId, incidentId } from "../../core/ids.ts";

/** What a button carries: ids only. The server decides from its own state and the signed payload, never from this. */
export interface ButtonValue {
  readonly incidentId: IncidentId;
  /** The revision that the person was looking at. */
  readonly revision: number;
  readonly hypothesisId: HypothesisId | null;
  readonly answer: "yes" | "no" | "undo" | null;
}

const Value = z.object({
  v: z.literal(1),
  i: z.string().min(1).max(200),
  r: z.number().int().nonnegative(),
  h: z.string().min(1).max(200).optional(),
  a: z.enum(["yes", "no", "undo"]).optional(),
});

/** Small JSON with a version, for the `value` of a button. */
export function encodeValue(value: ButtonValue): string {
  return JSON.stringify({
    v: 1,
    i: value.incidentId,
    r: value.revision,
    ...(value.hypothesisId === null ? {} : { h: value.hypothesisId }),
    ...(value.answer === null ? {} : { a: value.answer }),
  });
}

/** Reads the value of a pressed button; null when it is not one of ours. */
export function decodeValue(text: unknown): ButtonValue | null {
  const parsed = Value.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const { i, r, h, a } = parsed.data;
  return {
    incidentId: incidentId(i),
    revision: r,
    hypothesisId: h === undefined ? null : hypothesisId(h),
    answer: a ?? null,
  };
}

function jsonOf(text: unknown): unknown {
  if (typeof text !== "string") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
