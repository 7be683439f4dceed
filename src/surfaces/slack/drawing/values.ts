import { z } from "zod";
import { type HypothesisId, hypothesisId, type IncidentId, incidentId, stableHash } from "../../../core/ids.ts";
import type { CauseView, IncidentView } from "../../../core/presentation/view.ts";

/** What a button carries: ids only. The server decides from its own state and the signed payload, never from this. */
export interface ButtonValue {
  readonly incidentId: IncidentId;
  /** The revision that the person was looking at. */
  readonly revision: number;
  /** Which sentence the card said then, as a short hash; null when the button does not tell. */
  readonly said: string | null;
  readonly hypothesisId: HypothesisId | null;
  readonly answer: "yes" | "no" | "undo" | null;
}

const Value = z.object({
  v: z.literal(1),
  i: z.string().min(1).max(200),
  r: z.number().int().nonnegative(),
  s: z.string().max(20).optional(),
  h: z.string().min(1).max(200).optional(),
  a: z.enum(["yes", "no", "undo"]).optional(),
});

/** Small JSON with a version, for the `value` of a button. */
export function encodeValue(value: ButtonValue): string {
  return JSON.stringify({
    v: 1,
    i: value.incidentId,
    r: value.revision,
    ...(value.said === null ? {} : { s: value.said }),
    ...(value.hypothesisId === null ? {} : { h: value.hypothesisId }),
    ...(value.answer === null ? {} : { a: value.answer }),
  });
}

/** Reads the value of a pressed button; null when it is not one of ours. */
export function decodeValue(text: unknown): ButtonValue | null {
  const parsed = Value.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const { i, r, s, h, a } = parsed.data;
  return {
    incidentId: incidentId(i),
    revision: r,
    said: s ?? null,
    hypothesisId: h === undefined ? null : hypothesisId(h),
    answer: a ?? null,
  };
}

/** What the card's menu offers. */
export const MENU_CHOICES = ["note", "update", "mute", "dismiss"] as const;
export type MenuChoice = (typeof MENU_CHOICES)[number];

/** What an entry of the card's menu carries. */
export interface MenuValue {
  readonly incidentId: IncidentId;
  readonly revision: number;
  readonly choice: MenuChoice;
}

const Menu = z.object({
  v: z.literal(1),
  i: z.string().min(1).max(200),
  r: z.number().int().nonnegative(),
  a: z.enum(MENU_CHOICES),
});

/** The value of one menu entry, within the 75 characters that every client takes. */
export function encodeMenu({ incidentId: i, revision: r, choice: a }: MenuValue): string {
  return JSON.stringify({ v: 1, i, r, a });
}

/** Reads the value of a chosen menu entry; null when it is not one of ours. */
export function decodeMenu(text: unknown): MenuValue | null {
  const parsed = Menu.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  return { incidentId: incidentId(parsed.data.i), revision: parsed.data.r, choice: parsed.data.a };
}

/** The value of a button about this incident, or about one cause of it. */
export function valueOf(
  view: IncidentView,
  vote?: { readonly cause: CauseView; readonly answer?: "yes" | "no" | "undo" },
): string {
  return encodeValue({
    incidentId: view.incidentId,
    revision: view.revision,
    said: saidBy(view),
    hypothesisId: vote?.cause.id ?? null,
    answer: vote?.answer ?? null,
  });
}

/**
 * True when the person looked at another answer than the one that holds. Notes and votes raise the revision too: while the
 * card says the same sentence, nobody has to be told that it was drawn earlier.
 */
export function isOutdated({ revision, said }: ButtonValue, view: IncidentView): boolean {
  return revision < view.revision && said !== saidBy(view);
}

function saidBy({ notification }: IncidentView): string {
  return stableHash(notification).slice(0, 6);
}

function jsonOf(text: unknown): unknown {
  if (typeof text !== "string") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
