import type { IncomingMessage } from "node:http";

/** The body is larger than its reader allows. */
export class BodyTooLargeError extends Error {
  constructor() {
    super("body too large");
    this.name = "BodyTooLargeError";
  }
}

/** The raw bytes of a request, exactly as sent. Throws `BodyTooLargeError` as soon as they pass the limit, and when the sender goes away. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw new BodyTooLargeError();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Uint8Array = typeof chunk === "string" ? new TextEncoder().encode(chunk) : toBytes(chunk);
    size += bytes.byteLength;
    if (size > maxBytes) throw new BodyTooLargeError();
    chunks.push(bytes);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function toBytes(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : new Uint8Array();
}
