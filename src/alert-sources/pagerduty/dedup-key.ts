import type { Delivery } from "../../app/delivery.ts";

const HEAD_BYTES = 512;
const EVENT_ID = /^\s*\{\s*"event"\s*:\s*\{\s*"id"\s*:\s*"([^"\\]{1,120})"/u;

/** The event's id, else the id of the delivery; both are the same on each attempt. Reads only the head: parsing comes after storing. */
export function dedupKey({ raw, headers }: Delivery): string | null {
  const head = new TextDecoder().decode(raw.subarray(0, HEAD_BYTES));
  const eventId = EVENT_ID.exec(head)?.[1];
  if (eventId !== undefined) return `event:${eventId}`;

  const webhookId = headers["x-webhook-id"]?.slice(0, 120);
  return webhookId ? `webhook:${webhookId}` : null;
}
