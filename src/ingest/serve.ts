import type { IncomingMessage, ServerResponse } from "node:http";
import type { TenantId } from "../core/ids.ts";
import type { InFlight, Reservation } from "../platform/bodies/in-flight.ts";
import { type HttpResponse, headerTexts } from "../platform/http-route.ts";
import { recycleBatch } from "../platform/log-scan/batch-builder.ts";
import type { BodyPool } from "./body-pool.ts";
import {
  type BodyLimits,
  type IngestProblem,
  type IngestProtocol,
  type IngestRequest,
  type IngestRoute,
  USUAL_LIMITS,
} from "./define.ts";
import type { IngestDeps } from "./deps.ts";
import { inflate, inflateLimit, isGzip } from "./inflate.ts";
import { type SendingPolicy, senderOf } from "./may-send.ts";
import { readSent } from "./read-sent.ts";
import { storeBatch } from "./store-batch.ts";

export interface ServeDeps extends IngestDeps {
  readonly inFlight: InFlight;
  readonly pool: BodyPool;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** One request of one sender, from its head to its answer, which is written only when everything is stored. */
export async function serveIngest(deps: ServeDeps, route: IngestRoute, { request, response }: Exchange): Promise<void> {
  const address = new URL(request.url ?? "/", "http://localhost");
  if (address.pathname !== route.path && address.pathname !== `${route.path}/`) return answer(response, NOT_FOUND);
  if (request.method !== "POST") return answer(response, WRONG_METHOD);
  const asked: IngestRequest = {
    headers: headerTexts(request.headers),
    query: address.searchParams,
    receivedAtMs: deps.clock.nowMs(),
  };
  const room = deps.inFlight.reserve(0);
  // Whatever happens, the room is given back, once nothing is held any more: a leak would end in 429 for everybody.
  let settled: Promise<unknown> = Promise.resolve();
  try {
    const done = await receive(deps, route, { request, response, asked, room });
    settled = done?.settled ?? settled;
    if (done !== null) answer(response, done.response);
  } finally {
    void settled.then(() => room?.release());
  }
}

/** An answer, and when nothing of the request is held any more. */
interface Done {
  readonly response: HttpResponse;
  readonly settled?: Promise<unknown>;
}

interface Received extends Exchange {
  readonly asked: IngestRequest;
  readonly room: Reservation | null;
}

/** The answer; null when nobody waits for one any more. The head alone decides about the body's reading. */
async function receive(deps: ServeDeps, route: IngestRoute, received: Received): Promise<Done | null> {
  const { request, asked, room } = received;
  const protocol = protocolOf(route, asked);
  const words = protocol ?? Object.values(route.protocols)[0];
  const refuse = (problem: IngestProblem): Done => ({
    response: words === undefined ? NOT_FOUND : refusal(words, problem, asked),
  });
  const remoteAddress = request.socket.remoteAddress ?? "";
  const tenant = senderOf({ headers: asked.headers, remoteAddress }, deps.senders);
  if (tenant === null) return refuse({ status: 401, message: notAllowed(deps.senders) });
  if (protocol === undefined) return refuse({ status: 415, message: wrongType(route) });
  const encoding = (asked.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (!["identity", "gzip", "x-gzip"].includes(encoding)) return refuse({ status: 415, message: WRONG_ENCODING });
  if (room === null) return refuse(BUSY);
  const limits = route.limits ?? USUAL_LIMITS;
  const sent = await readSent(request, { room, pool: deps.pool, maxBytes: limits.maxSentBytes });
  if (sent.status === "gone") return null;
  if (sent.status === "no-room") return refuse(BUSY);
  if (sent.status === "too-large") return refuse(tooLarge(limits.maxSentBytes));
  const done = await unpackAndTake(deps, protocol, { asked, tenant, room, limits, sent: sent.bytes });
  // What was not stored in time is still being stored, from these very bytes.
  if (done.settled === undefined) deps.pool.give(sent.memory);
  else void done.settled.then(() => deps.pool.give(sent.memory));
  return done;
}

interface Unpacking {
  readonly asked: IngestRequest;
  readonly tenant: TenantId;
  readonly room: Reservation;
  readonly limits: BodyLimits;
  readonly sent: Uint8Array;
}

async function unpackAndTake(
  deps: ServeDeps,
  protocol: IngestProtocol,
  { asked, tenant, room, limits, sent }: Unpacking,
): Promise<Done> {
  const maxBytes = limits.maxUnpackedBytes;
  const refuse = (problem: IngestProblem): Done => ({ response: refusal(protocol, problem, asked) });
  if (isGzip(sent) && !room.resize(sent.length + inflateLimit(sent, maxBytes))) return refuse(BUSY);
  const body = await inflate(sent, maxBytes);
  if (body.status === "too-large") return refuse(tooLarge(maxBytes));
  if (body.status === "broken") return refuse(BROKEN);
  const held = sent.length + (body.bytes === sent ? 0 : body.bytes.length);
  room.resize(held);
  const more = (bytes: number) => room.resize(held + bytes);
  return take(deps, protocol, { asked, tenant, bytes: body.bytes, more });
}

interface Taken {
  readonly asked: IngestRequest;
  readonly tenant: TenantId;
  readonly bytes: Uint8Array;
  readonly more: (bytes: number) => boolean;
}

async function take(deps: ServeDeps, protocol: IngestProtocol, taken: Taken): Promise<Done> {
  const { asked, tenant, bytes, more } = taken;
  const refuse = (problem: IngestProblem): Done => ({ response: refusal(protocol, problem, asked) });
  const catalog = deps.catalogOf(tenant);
  const reading = await protocol.read({ bytes, request: asked, catalog, more });
  if (reading.status === "busy") return refuse(BUSY);
  if (reading.status === "invalid") return refuse({ status: 400, message: `Nothing was stored: ${reading.because}.` });
  if (reading.status === "too-large")
    return refuse({ status: 413, message: `Nothing was stored: ${reading.because}.` });
  const { outcome, settled } = await storeBatch(deps, tenant, reading);
  // Senders keep the batch and send it again after a 503.
  if (outcome === "not-stored") return { ...refuse(NOT_STORED), settled };
  const response = protocol.accepted(reading, asked);
  if (reading.records !== null) recycleBatch(reading.records);
  return { response };
}

/** Without tokens a program on this machine has to learn why it is a stranger here. */
function notAllowed({ tokens }: SendingPolicy): string {
  return tokens.length > 0
    ? "Send one of INGEST_TOKENS as a bearer token."
    : "Without INGEST_TOKENS only programs on this machine may send, and only while PUBLIC_URL is not set or local. Set INGEST_TOKENS and send one as a bearer token.";
}

const NOT_STORED: IngestProblem = { status: 503, message: "The records could not be stored now: send them again." };

function protocolOf(route: IngestRoute, { headers }: IngestRequest): IngestProtocol | undefined {
  const mediaType = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (mediaType === "") return Object.values(route.protocols)[0];
  return Object.hasOwn(route.protocols, mediaType) ? route.protocols[mediaType] : undefined;
}

const BUSY: IngestProblem = {
  status: 429,
  message: "Too much is being received at once: send it again a little later.",
};
const BROKEN: IngestProblem = { status: 400, message: "The body is gzip but cannot be unpacked." };
const WRONG_ENCODING =
  "The body may be gzip or not packed; deflate, zstd and others are not read. Set the exporter's compression to gzip.";
const RETRY_AFTER_S: Partial<Record<IngestProblem["status"], string>> = { 429: "1", 503: "5" };

function tooLarge(maxBytes: number): IngestProblem {
  return {
    status: 413,
    message: `The body is larger than ${maxBytes / 1024 ** 2} MiB, as sent or unpacked, or packed more than a hundredfold: send less at once.`,
  };
}

function wrongType(route: IngestRoute): string {
  return `This address reads ${Object.keys(route.protocols).join(", ")}. Set the content-type to one of them.`;
}

function refusal(protocol: IngestProtocol, problem: IngestProblem, asked: IngestRequest): HttpResponse {
  const told = protocol.refused(problem, asked);
  const retryAfter = RETRY_AFTER_S[problem.status];
  return retryAfter === undefined ? told : { ...told, headers: { ...told.headers, "retry-after": retryAfter } };
}

const TEXT = { "content-type": "text/plain; charset=utf-8" };
const NOT_FOUND: HttpResponse = { status: 404, headers: TEXT, body: "not found\n" };
const WRONG_METHOD: HttpResponse = { status: 405, headers: { ...TEXT, allow: "POST" }, body: "method not allowed\n" };

/** Answers that end the connection when the body has not come to its end: what still comes may be endless, or a stranger's. */
const ENDS_CONNECTION: ReadonlySet<number> = new Set([401, 413]);

/** Writes the answer once. What still comes of a body is thrown away, so that its sender gets to read the answer. */
function answer(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  if (response.headersSent || response.destroyed) return;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (!response.req.complete) {
    if (ENDS_CONNECTION.has(status)) response.setHeader("connection", "close");
    response.req.resume();
  }
  response.setHeader("content-length", Buffer.byteLength(body));
  response.statusCode = status;
  response.end(body);
}
