import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { Reservation } from "../platform/bodies/in-flight.ts";
import { receiveBody } from "../platform/bodies/receive-body.ts";
import type { BodyPool } from "./body-pool.ts";

/** What became of a body that is being sent. Nothing is known about its content yet. */
export type Sent =
  /** `memory` is what the bytes lie in; it goes back to the pool when nobody needs them any more. */
  | { readonly status: "read"; readonly bytes: Uint8Array; readonly memory: Uint8Array }
  | { readonly status: "too-large" }
  | { readonly status: "no-room" }
  | { readonly status: "gone" };

export interface SentInto {
  readonly room: Reservation;
  readonly pool: BodyPool;
  readonly maxBytes: number;
}

/** Memory that a body gets with its first bytes, whatever size its sender says. */
const MAX_FIRST_BYTES = 1024 * 1024;

/** The body of a request, at most `maxBytes`, in memory of the pool. */
export async function readSent(
  request: Readable & Pick<IncomingMessage, "headers">,
  { room, pool, maxBytes }: SentInto,
): Promise<Sent> {
  const said = Number(request.headers["content-length"] ?? Number.NaN);
  let memory: Uint8Array = new Uint8Array();
  let size = 0;
  const keep = (chunk: Buffer): void => {
    const wanted = size + chunk.length;
    if (wanted > memory.length) {
      const isFirst = memory.length === 0;
      const expected = Number.isNaN(said) ? wanted * 2 : isFirst ? Math.min(said, MAX_FIRST_BYTES) : said;
      const larger = pool.take(Math.min(maxBytes, Math.max(wanted, expected)));
      larger.set(memory.subarray(0, size));
      pool.give(memory);
      memory = larger;
    }
    memory.set(chunk, size);
    size = wanted;
    release(chunk);
  };
  const end = await receiveBody(request, { room, maxBytes, keep });
  if (end === "read") return { status: "read", bytes: memory.subarray(0, size), memory };
  pool.give(memory);
  return { status: end };
}

/**
 * Gives a chunk's memory back at once. Left to the garbage collector, the chunks of large bodies start a full collection every
 * few dozen requests, which takes more processor time than reading and storing them.
 */
function release({ buffer, byteLength }: Buffer): void {
  // What is only a part of its memory shares it with others.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
