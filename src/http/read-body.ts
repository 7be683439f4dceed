import type { IncomingMessage } from "node:http";
import { UnavailableError } from "../app/errors.ts";

/** The body is larger than its reader allows. */
export class BodyTooLargeError extends Error {
  constructor() {
    super("body too large");
    this.name = "BodyTooLargeError";
  }
}

/** How many bytes of bodies may be held at once, by all requests together: anybody can send, also without a signature. */
export class BodyBudget {
  #leftBytes: number;

  constructor(maxBytes: number) {
    this.#leftBytes = maxBytes;
  }

  /** Throws `UnavailableError` when that would be too many: the sender then tries again. */
  take(bytes: number): void {
    if (bytes > this.#leftBytes) {
      throw new UnavailableError("http", { retryable: true, detail: "too many bytes of webhooks are held already" });
    }
    this.#leftBytes -= bytes;
  }

  give(bytes: number): void {
    this.#leftBytes += bytes;
  }
}

/** The raw bytes of a request, exactly as sent. Throws `BodyTooLargeError` as soon as they pass the limit, and when the sender goes away. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw new BodyTooLargeError();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop must not close the connection: the answer still has to go out on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes: Uint8Array = typeof chunk === "string" ? new TextEncoder().encode(chunk) : toBytes(chunk);
    size += bytes.byteLength;
    if (size > maxBytes) throw new BodyTooLargeError();
    chunks.push(bytes);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/**
 * The same within a budget that all requests share, which gets the bytes back when `use` has ended. Throws what `readBody`,
 * `BodyBudget.take` and `use` throw.
 */
export async function withBody<T>(
  { request, maxBytes, budget }: { request: IncomingMessage; maxBytes: number; budget: BodyBudget },
  use: (raw: Uint8Array) => Promise<T>,
): Promise<T> {
  // What is announced is what will be held; without an announcement it may be all that is allowed.
  const announced = request.headers["content-length"];
  const held = announced === undefined ? maxBytes : Math.min(Number(announced), maxBytes);
  budget.take(held);
  try {
    return await use(await readBody(request, maxBytes));
  } finally {
    budget.give(held);
  }
}

function toBytes(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : new Uint8Array();
}
