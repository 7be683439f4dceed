import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { BodyPool } from "./body-pool.ts";
import type { Reservation } from "./in-flight.ts";

/** What became of a body that is being sent. Nothing is known about its content yet. */
export type Sent =
  /** `memory` is what the bytes lie in; it goes back to the pool when nobody needs them any more. */
  | { readonly status: "read"; readonly bytes: Uint8Array; readonly memory: Uint8Array }
  | { readonly status: "too-large" }
  /** There is no room for it now. */
  | { readonly status: "no-room" }
  /** The sender went away. */
  | { readonly status: "gone" };

export interface SentInto {
  readonly room: Reservation;
  readonly pool: BodyPool;
  readonly maxBytes: number;
}

/** Memory that a body gets before anything of it came, whatever size its sender says. */
const MAX_FIRST_BYTES = 1024 * 1024;

/**
 * The body of a request, at most `maxBytes`. Room is asked for as it comes: who announces a large body and sends it slowly
 * holds no more room than what came of it.
 */
export function readSent(
  request: Readable & Pick<IncomingMessage, "headers">,
  { room, pool, maxBytes }: SentInto,
): Promise<Sent> {
  const { promise, resolve } = Promise.withResolvers<Sent>();
  const said = Number(request.headers["content-length"] ?? Number.NaN);
  if (said > maxBytes) return Promise.resolve({ status: "too-large" });
  let memory = pool.take(Number.isNaN(said) ? 0 : Math.min(said, MAX_FIRST_BYTES));
  let size = 0;
  let isDone = false;
  const stop = (sent: Sent): void => {
    if (isDone) return;
    isDone = true;
    request.off("data", onData);
    if (sent.status !== "read") pool.give(memory);
    resolve(sent);
  };
  const onData = (chunk: Buffer): void => {
    const wanted = size + chunk.length;
    if (wanted > maxBytes) return stop({ status: "too-large" });
    if (!room.resize(wanted)) return stop({ status: "no-room" });
    if (wanted > memory.length) {
      const larger = pool.take(Math.min(maxBytes, Number.isNaN(said) ? wanted * 2 : Math.max(wanted, said)));
      larger.set(memory.subarray(0, size));
      pool.give(memory);
      memory = larger;
    }
    memory.set(chunk, size);
    size = wanted;
    release(chunk);
  };
  request.on("data", onData);
  request.once("end", () => stop({ status: "read", bytes: memory.subarray(0, size), memory }));
  request.once("error", () => stop({ status: "gone" }));
  request.once("close", () => stop({ status: "gone" }));
  return promise;
}

/**
 * Gives a chunk's memory back at once. Left to the garbage collector, the chunks of large bodies start a full collection every
 * few dozen requests, which takes more processor time than reading and storing them.
 */
function release({ buffer, byteLength }: Buffer): void {
  // What is only a part of its memory shares it with others.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
