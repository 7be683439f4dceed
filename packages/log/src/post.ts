import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { peek } from "./peek.ts";

/** Where batches go. */
export interface Target {
  readonly url: URL;
  readonly token: string | null;
  /** For one request from its beginning to the end of its answer. */
  readonly timeoutMs: number;
}

/** How a request went. */
export type Answer =
  | { readonly kind: "taken"; readonly refused: number; readonly because: string | null }
  | { readonly kind: "again"; readonly because: string; readonly afterMs: number | null }
  | { readonly kind: "too-large" }
  | { readonly kind: "never"; readonly because: string };

const gzipAsync = promisify(gzip);
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_RETRY_AFTER_MS = 5 * 60_000;
/** Receivers refuse bodies that unpack to a hundred times their size. */
const MAX_RATIO = 50;
const HEADERS = { "content-type": "application/x-ndjson", "user-agent": "traceops-log/0.1.0" } as const;

/** Sends bodies over one kept connection. Its sockets never keep the process alive. */
export class Poster {
  readonly #target: Target;
  readonly #agent: HttpAgent;
  readonly #underWay = new Set<() => void>();

  constructor(target: Target) {
    this.#target = target;
    const options = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1 };
    this.#agent = target.url.protocol === "https:" ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** Sends one body of NDJSON. Never rejects. */
  async post(plain: Buffer): Promise<Answer> {
    try {
      const packed = await gzipAsync(plain, { level: 1 });
      const isPacked = plain.length / packed.length < MAX_RATIO;
      return await this.#send(isPacked ? packed : plain, isPacked);
    } catch (error) {
      return { kind: "again", because: `the request failed: ${reasonOf(error)}`, afterMs: null };
    }
  }

  /** Cuts what is under way. */
  abort(): void {
    for (const cut of this.#underWay) cut();
  }

  close(): void {
    this.abort();
    this.#agent.destroy();
  }

  #send(body: Buffer, isPacked: boolean): Promise<Answer> {
    const { url, token, timeoutMs } = this.#target;
    const options: RequestOptions = {
      method: "POST",
      agent: this.#agent,
      headers: {
        ...HEADERS,
        "content-length": body.length,
        ...(isPacked ? { "content-encoding": "gzip" } : {}),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    };
    return new Promise((resolve) => {
      const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, options);
      const end = (answer: Answer) => {
        clearTimeout(timer);
        this.#underWay.delete(cut);
        resolve(answer);
      };
      const cut = () => {
        end({ kind: "again", because: "no answer in time", afterMs: null });
        request.destroy();
      };
      const timer = setTimeout(cut, timeoutMs);
      timer.unref();
      this.#underWay.add(cut);
      request.on("socket", dontHold);
      request.on("error", (error) => end({ kind: "again", because: reasonOf(error), afterMs: null }));
      request.on("response", (response) => readAnswer(response, end));
      request.end(body);
    });
  }
}

/** A socket gets its handle late: while it looks a name up and for each address it tries. */
function dontHold(socket: Socket): void {
  const release = () => process.nextTick(() => socket.unref());
  socket.unref();
  if (!socket.connecting) return;
  for (const moment of ["lookup", "connectionAttempt", "connect"]) socket.once(moment, release);
}

function readAnswer(response: IncomingMessage, end: (answer: Answer) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_ANSWER_BYTES) chunks.push(chunk);
  });
  response.on("end", () => end(answerOf(response, Buffer.concat(chunks).toString("utf8"))));
  response.on("error", (error) => end({ kind: "again", because: reasonOf(error), afterMs: null }));
  response.on("aborted", () => end({ kind: "again", because: "the answer was cut off", afterMs: null }));
}

function answerOf(response: IncomingMessage, body: string): Answer {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return takenOf(body);
  if (status === 413) return { kind: "too-large" };
  const because = sentenceOf(status, body);
  if (status >= 500 || RETRIED.has(status)) {
    return { kind: "again", because, afterMs: retryAfterMs(response.headers["retry-after"], Date.now()) };
  }
  return { kind: "never", because };
}

/** A token or an address may be put right while the program runs, so what waits is not thrown away at once. */
const RETRIED = new Set([401, 403, 404, 408, 421, 425, 429]);

function takenOf(body: string): Answer {
  const answer = parsed(body);
  const refused = peek(answer, "refused");
  const because = peek(answer, "because");
  return {
    kind: "taken",
    refused: typeof refused === "number" && refused > 0 ? refused : 0,
    because: typeof because === "string" ? because.slice(0, 300) : null,
  };
}

function sentenceOf(status: number, body: string): string {
  const answer = parsed(body);
  const message = peek(answer, "error") ?? peek(answer, "message");
  return `TraceOps answered ${status}${typeof message === "string" ? `: ${message.slice(0, 300)}` : ""}`;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** How long to wait, from a Retry-After header (seconds or a date); null without one. At most five minutes. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  const seconds = /^\d{1,9}$/u.test(header.trim()) ? Number(header) : null;
  const ms = seconds === null ? Date.parse(header) - nowMs : seconds * 1_000;
  return Number.isFinite(ms) ? Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms)) : null;
}

function reasonOf(error: unknown): string {
  const code = peek(error, "code");
  if (typeof code === "string") return `TraceOps cannot be reached (${code})`;
  return error instanceof Error ? error.message.slice(0, 200) : "unknown error";
}
