import { z } from "zod";
import { type IncidentId, incidentId } from "../../../core/ids.ts";
import { type Safe, safe } from "../../../core/safe.ts";
import { actions, button } from "./blocks.ts";
import type { Drawing } from "./message.ts";

export const UNDO_ACTION = "fix.undo";

/** What an "Undo" button takes back: a correction, a note, or a mute by its service. */
export interface Fix {
  readonly incidentId: IncidentId;
  readonly what: "correction" | "note" | "mute";
  readonly id: string;
}

const Value = z.object({
  v: z.literal(1),
  i: z.string().min(1).max(200),
  k: z.enum(["correction", "note", "mute"]),
  f: z.string().min(1).max(300),
});

/** The value of an "Undo" button. */
export function encodeFix({ incidentId: i, what: k, id: f }: Fix): string {
  return JSON.stringify({ v: 1, i, k, f });
}

/** Reads the value of a pressed "Undo"; null when it is not one of ours. */
export function decodeFix(text: string | undefined): Fix | null {
  try {
    const { i, k, f } = Value.parse(JSON.parse(text ?? ""));
    return { incidentId: incidentId(i), what: k, id: f };
  } catch {
    return null;
  }
}

/** Adds a way back to an answer. `what` names it for screen readers: "the note". */
export function withUndo(drawing: Drawing, what: Safe, fix: Fix | null): Drawing {
  if (fix === null) return drawing;
  const undo = button({
    action: UNDO_ACTION,
    text: safe`Undo`,
    label: safe`Undo: ${what}`,
    value: encodeFix(fix),
  });
  return { ...drawing, blocks: [...drawing.blocks, ...actions(`undo-${fix.what}-${fix.id}`, [undo])] };
}
