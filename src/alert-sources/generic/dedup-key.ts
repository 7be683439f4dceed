import { createHash } from "node:crypto";
import { z } from "zod";
import type { Delivery } from "../../app/delivery.ts";

const Named = z.object({ id: z.string().min(1).max(200) });
const REPEAT_WINDOW_MS = 10 * 60_000;

/**
 * The event's own id, as its digest: keys are kept for ever, and a sender may put anything into an id. Without one, equal
 * bytes within ten minutes are one event: the same words next week are a new one. Bytes that came with a signature are one event
 * for ever, because whoever saw them once could send them again.
 */
export function dedupKey({ raw, headers, receivedAtMs }: Delivery): string | null {
  const named = Named.safeParse(parse(raw));
  if (named.success) return `id:${digestOf(named.data.id)}`;

  const digest = digestOf(raw);
  if (headers["x-traceops-signature"] !== undefined) return `bytes:${digest}`;
  return `bytes:${digest}:${Math.floor(receivedAtMs / REPEAT_WINDOW_MS)}`;
}

function digestOf(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function parse(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(raw));
  } catch {
    return null;
  }
}
