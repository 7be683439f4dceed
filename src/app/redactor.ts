import type { Alert } from "../core/alert.ts";
import type { Event } from "../core/event.ts";
import type { Evidence } from "../core/evidence.ts";
import type { Safe } from "../core/safe.ts";
import type { SentNote } from "./sent-note.ts";

/** The only way from foreign text to `Safe`. Fails closed: what cannot be checked comes out as a fixed marker. */
export interface Redactor {
  text(raw: string): Safe;
  /** Ids with something to hide in them get another one: the same everywhere, so that what belongs together still does. */
  alert(raw: Alert<string>): Alert;
  note(raw: SentNote<string>): SentNote;
  event(raw: Event<string>): Event;
  evidence(raw: Evidence<string>): Evidence;
}
