import type { ModalView } from "@slack/types";
import { z } from "zod";
import { type IncidentId, incidentId } from "../../core/ids.ts";
import { ownWords, safe } from "../../core/safe.ts";
import { plainText } from "./blocks.ts";
import { LIMITS } from "./limits.ts";

export const NOTE_MODAL = "inc.note.text";
const BLOCK = "note";
const ACTION = "text";
const MAX_NOTE = 2000;

/** Where a note belongs and where to confirm it. Who writes it is never in here: that is in the signed payload. */
export interface NoteTarget {
  readonly incidentId: IncidentId;
  readonly channel: string | null;
}

/** The window in which a person types a note. */
export function noteModal(target: NoteTarget): ModalView {
  return {
    type: "modal",
    callback_id: NOTE_MODAL,
    private_metadata: JSON.stringify({ v: 1, i: target.incidentId, c: target.channel }),
    title: plainText(safe`Add a note`, LIMITS.viewTitle),
    submit: plainText(safe`Add`, LIMITS.viewButton),
    close: plainText(safe`Cancel`, LIMITS.viewButton),
    blocks: [
      {
        type: "input",
        block_id: BLOCK,
        label: plainText(safe`What should the timeline of ${ownWords(target.incidentId)} say?`, 200),
        element: { type: "plain_text_input", action_id: ACTION, multiline: true, max_length: MAX_NOTE, min_length: 1 },
      },
    ],
  };
}

const Metadata = z.object({ v: z.literal(1), i: z.string().min(1).max(200), c: z.string().max(50).nullable() });
const Submitted = z.object({
  private_metadata: z.string(),
  state: z.object({ values: z.object({ [BLOCK]: z.object({ [ACTION]: z.object({ value: z.string().nullish() }) }) }) }),
});

/** What came back from the window; null when it is not ours. */
export function readNote(view: unknown): { readonly target: NoteTarget; readonly text: string } | null {
  const submitted = Submitted.safeParse(view);
  if (!submitted.success || !z.string().max(LIMITS.text).safeParse(submitted.data.private_metadata).success)
    return null;
  const metadata = Metadata.safeParse(parsed(submitted.data.private_metadata));
  if (!metadata.success) return null;
  const text = submitted.data.state.values.note.text.value ?? "";
  return { target: { incidentId: incidentId(metadata.data.i), channel: metadata.data.c }, text: text.trim() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
