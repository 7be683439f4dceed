import type { ServerResponse } from "node:http";
import { AppError, type AppErrorCode, UnavailableError } from "../app/errors.ts";
import type { HttpResponse } from "../platform/http-route.ts";
import { BodyTooLargeError, SenderGoneError } from "./read-body.ts";

const STATUS_OF_CODE: Readonly<Record<AppErrorCode, number>> = {
  "not-found": 404,
  "invalid-input": 400,
  conflict: 409,
  forbidden: 403,
};

const TEXT_OF_STATUS: ReadonlyMap<number, string> = new Map([
  [200, "ok"],
  [202, "accepted"],
  [400, "bad request"],
  [401, "not authorised"],
  [403, "forbidden"],
  [404, "not found"],
  [405, "method not allowed"],
  [409, "conflict"],
  [413, "too large"],
  [503, "unavailable, try again"],
]);

/** A fixed text for a status: what went wrong inside is never told to a caller. */
export function fixedAnswer(status: number): HttpResponse {
  const body = `${TEXT_OF_STATUS.get(status) ?? "something went wrong"}\n`;
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}

/** The status of a thrown error. Message text decides nothing. */
export function statusOf(cause: unknown): number {
  if (cause instanceof AppError) return STATUS_OF_CODE[cause.code];
  if (cause instanceof UnavailableError) return 503;
  if (cause instanceof BodyTooLargeError) return 413;
  // A path that cannot be decoded, or a body whose end never comes: no fault of ours.
  return cause instanceof URIError || cause instanceof SenderGoneError ? 400 : 500;
}

/** Writes an answer once; does nothing when the caller is gone or was answered already. */
export function send(response: ServerResponse, answer: HttpResponse): void {
  if (response.headersSent || response.destroyed) return;
  const body = typeof answer.body === "string" ? Buffer.from(answer.body) : answer.body;
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
  // The rest of a body that was refused is not read: the connection cannot carry another request.
  if (answer.status === 413) response.setHeader("connection", "close");
  response.setHeader("content-length", body.byteLength);
  response.statusCode = answer.status;
  response.end(body);
}
