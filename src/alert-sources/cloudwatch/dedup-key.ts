import type { Delivery } from "../../app/delivery.ts";
import { Envelope, readJson } from "./envelope.ts";

/** The message's id, the same on each attempt; it is under the signature. */
export function dedupKey({ raw }: Delivery): string | null {
  const envelope = Envelope.safeParse(readJson(raw));
  return envelope.success ? `message:${envelope.data.MessageId}` : null;
}
