import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type { Reservation } from "./in-flight.ts";

/** How the sending of a body ended. */
export type BodyEnd =
  | "read"
  | "too-large"
  /** There is no room for it now. */
  | "no-room"
  /** The sender went away. */
  | "gone";

export interface BodyBounds {
  readonly room: Reservation;
  readonly maxBytes: number;
  /** Gets every piece in order, each after there was room for it. */
  readonly keep: (chunk: Buffer) => void;
}

/**
 * Takes the body of a request, at most `maxBytes`. Room is asked for as it comes: who announces a large body and sends it
 * slowly, or not at all, holds no more room than what came of it.
 */
export function receiveBody(
  request: Readable & Pick<IncomingMessage, "headers">,
  { room, maxBytes, keep }: BodyBounds,
): Promise<BodyEnd> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return Promise.resolve("too-large");
  // Who went away before anybody listened is not announced again.
  if (request.destroyed) return Promise.resolve("gone");
  const { promise, resolve } = Promise.withResolvers<BodyEnd>();
  let size = 0;
  const stop = (end: BodyEnd): void => {
    request.off("data", onData);
    resolve(end);
  };
  const onData = (chunk: Buffer): void => {
    size += chunk.length;
    if (size > maxBytes) return stop("too-large");
    if (!room.resize(size)) return stop("no-room");
    keep(chunk);
  };
  request.on("data", onData);
  request.once("end", () => stop("read"));
  request.once("error", () => stop("gone"));
  request.once("close", () => stop("gone"));
  return promise;
}
