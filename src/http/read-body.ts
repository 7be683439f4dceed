import type { IncomingMessage } from "node:http";
import { UnavailableError } from "../app/errors.ts";
import type { Reservation } from "../platform/bodies/in-flight.ts";
import { receiveBody } from "../platform/bodies/receive-body.ts";

/** The body is larger than its reader allows. */
export class BodyTooLargeError extends Error {
  constructor() {
    super("body too large");
    this.name = "BodyTooLargeError";
  }
}

/** The sender went away before the end; nobody waits for an answer. */
export class SenderGoneError extends Error {
  constructor() {
    super("the sender went away");
    this.name = "SenderGoneError";
  }
}

/**
 * The raw bytes of a request, exactly as sent, in a room that grows as they come. Throws `BodyTooLargeError` as soon as they
 * pass the limit, `UnavailableError` when there is no room for more, and `SenderGoneError`.
 */
export async function readBody(
  request: IncomingMessage,
  { room, maxBytes }: { readonly room: Reservation; readonly maxBytes: number },
): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  const keep = (chunk: Buffer): void => {
    chunks.push(chunk);
    size += chunk.length;
  };
  const end = await receiveBody(request, { room, maxBytes, keep });
  if (end === "too-large") throw new BodyTooLargeError();
  if (end === "no-room") throw noRoom();
  if (end === "gone") throw new SenderGoneError();
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** The sender tries again. */
export function noRoom(): UnavailableError {
  return new UnavailableError("http", { retryable: true, detail: "too many bytes of requests are held already" });
}
