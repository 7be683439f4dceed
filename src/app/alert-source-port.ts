import type { Alert } from "../core/alert.ts";
import type { EpochMs } from "../core/ids.ts";
import type { Delivery, Refusal, Verdict } from "./delivery.ts";
import type { SentNote } from "./sent-note.ts";

/** An alert source with its secrets filled in, as the verbs see it. */
export interface AlertSourcePort {
  readonly name: string;
  readonly maxBodyBytes: number;
  /** Why these headers alone refuse it, before anything of the body is read; null when the body has to be seen. */
  refusedByHead(headers: Delivery["headers"]): Refusal | null;
  /** Throws or rejects with `UnavailableError` when it could not be found out. */
  verify(delivery: Delivery): Verdict | Promise<Verdict>;
  /** The sender's delivery id; null when it sends none, then the bytes are the key. */
  dedupKey(delivery: Delivery): string | null;
  /** Throws on a body of the wrong shape. */
  parse(body: unknown, receivedAtMs: EpochMs): readonly Alert<string>[];
  /** What people wrote or did at the sender; most senders tell of none. Throws like `parse`. */
  parseNotes(body: unknown, receivedAtMs: EpochMs): readonly SentNote<string>[];
  /** Answers a request to be confirmed, for senders that make one; does nothing for other bodies. Rejects with `UnavailableError`. */
  confirm?(body: unknown, signal: AbortSignal): Promise<void>;
}
