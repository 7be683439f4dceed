import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { bodyOf, paramsOf } from "../../../dev/slack/bodies.ts";
import { answer, answerWithFault } from "../../../dev/slack/faults.ts";
import { isJson, parsed, text } from "../../../dev/slack/json.ts";
import type { Fault } from "../../../dev/slack/workspace.ts";
import type { Random } from "../random.ts";
import { METHODS } from "./methods.ts";
import { MessageStore } from "./store.ts";

/** How often calls go wrong, as shares of one. */
export interface FaultRates {
  readonly rateLimit: number;
  readonly errorBefore: number;
  readonly errorAfter: number;
  readonly resetAfter: number;
  readonly storedLate: number;
  /** Carried out twice, and the answer lost. */
  readonly doubled: number;
  /** Of readings: an error instead of the answer. */
  readonly unreadable: number;
  /** How much later a late call is carried out, at most. */
  readonly latestMs: number;
}

export const CALM: FaultRates = {
  rateLimit: 0,
  errorBefore: 0,
  errorAfter: 0,
  resetAfter: 0,
  storedLate: 0,
  doubled: 0,
  unreadable: 0,
  latestMs: 0,
};
export const ROUGH: FaultRates = {
  rateLimit: 0.03,
  errorBefore: 0.03,
  errorAfter: 0.03,
  resetAfter: 0.03,
  storedLate: 0.015,
  doubled: 0,
  unreadable: 0.02,
  latestMs: 20_000,
};

const RESPOND = "/respond/";
const WRITES = new Set(["chat.postMessage", "chat.update", "chat.delete"]);
const READS = new Set(["conversations.history", "conversations.replies"]);

/**
 * Slack's Web API over one store, going wrong at set rates. The emulator of the other suites knows more of Slack; this one
 * holds thousands of messages and answers within a millisecond, so that the program is what is measured.
 */
export class ChaosSlack {
  readonly store = new MessageStore(() => Date.now());
  readonly calls = new Map<string, number>();
  readonly faults = new Map<string, number>();
  /** May be changed at any time. */
  rates: FaultRates;
  lastCallMs = 0;
  readonly #random: Random;
  readonly #server: Server;
  #files = 0;

  constructor(random: Random, rates: FaultRates) {
    this.#random = random;
    this.rates = rates;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        answer(response, 500, { ok: false, error: "fatal_error", detail: String(error) });
      });
    });
    // A program that is stopped and continued finds its connections closed soon enough by itself.
    this.#server.keepAliveTimeout = 60_000;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", resolve);
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** For `SLACK_API_URL`. */
  get apiUrl(): string {
    return `${this.#url}/api/`;
  }

  get #url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await bodyOf(request);
    const path = new URL(request.url ?? "/", this.#url).pathname;
    if (path.startsWith("/upload/")) return void response.writeHead(200).end("OK");
    if (path.startsWith(RESPOND)) return this.#respond(path.slice(RESPOND.length), raw, response);
    const method = path.replace(/^\/api\//u, "");
    const body = paramsOf({ request, response, raw });
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
    const calledMs = Date.now();
    this.lastCallMs = calledMs;
    const fault = this.#faultOf(method);
    if (fault !== null) this.faults.set(fault.kind, (this.faults.get(fault.kind) ?? 0) + 1);
    await answerWithFault(fault, { request, response, raw }, async () => this.#perform(method, body, calledMs));
  }

  /** What the program says to one person under the address of a press. */
  #respond(user: string, raw: Buffer, response: ServerResponse): void {
    const said = parsed(raw.toString());
    this.store.whisper(user, isJson(said) ? text(said["text"]) : "");
    response.writeHead(200).end("ok");
  }

  #perform(
    method: string,
    body: Readonly<Record<string, unknown>>,
    calledMs: number,
  ): Readonly<Record<string, unknown>> {
    if (method === "files.getUploadURLExternal") {
      this.#files += 1;
      return { ok: true, file_id: `F${this.#files}`, upload_url: `${this.#url}/upload/${this.#files}` };
    }
    return METHODS[method]?.(this.store, body, calledMs) ?? { ok: true };
  }

  #faultOf(method: string): Fault | null {
    const drawn = this.#random.next();
    const { rateLimit, errorBefore, errorAfter, resetAfter, storedLate, doubled, unreadable } = this.rates;
    if (READS.has(method)) return drawn < unreadable ? { kind: "error-before" } : null;
    if (!WRITES.has(method)) return null;
    const lateMs = Math.round(this.rates.latestMs * (0.1 + 0.9 * this.#random.next()));
    const ladder: readonly (readonly [number, Fault])[] = [
      [rateLimit, { kind: "rate-limit", retryAfterS: 1 + this.#random.below(3) }],
      [errorBefore, { kind: "error-before" }],
      [errorAfter, { kind: "error-after" }],
      [resetAfter, { kind: "reset-after" }],
      [storedLate, { kind: "stored-late", ms: lateMs }],
      [doubled, { kind: "doubled", isAnswerLost: true }],
    ];
    let upTo = 0;
    for (const [rate, fault] of ladder) {
      upTo += rate;
      if (drawn < upTo) return fault;
    }
    return null;
  }
}
