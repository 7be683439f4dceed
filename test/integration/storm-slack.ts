import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { bodyOf, paramsOf } from "../../dev/slack/bodies.ts";
import { answer } from "../../dev/slack/faults.ts";
import { METHODS } from "../chaos/slack/methods.ts";
import { MessageStore } from "../chaos/slack/store.ts";

const MINUTE_MS = 60_000;

/**
 * Slack's Web API over one store, answering at once. With a limit it refuses posts as Slack does: about one a second for
 * each channel, with a few at once allowed. What it stored, and when, is counted by its own clock.
 */
export class StormSlack {
  readonly store = new MessageStore(() => Date.now());
  /** When an answer to a press arrived, by the path it was sent to. */
  readonly responses = new Map<string, number>();
  readonly calls = new Map<string, number>();
  refused = 0;
  readonly #limit: { readonly atOnce: number } | null;
  readonly #fullAtMs = new Map<string, number>();
  readonly #server: Server;
  #url = "";

  constructor({ limit }: { readonly limit: { readonly atOnce: number } | null }) {
    this.#limit = limit;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        answer(response, 500, { ok: false, error: "fatal_error", detail: String(error) });
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new TypeError("the test Slack has no port");
    this.#url = `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** For `SLACK_API_URL`. */
  get apiUrl(): string {
    return `${this.#url}/api/`;
  }

  /** For the `response_url` of one press. */
  responseUrl(name: string): string {
    return `${this.#url}/response/${name}`;
  }

  /** The most posts that any channel got within any sixty seconds. */
  mostPostsAMinute(): number {
    const byChannel = Map.groupBy(this.store.messages, ({ channel }) => channel);
    return Math.max(0, ...[...byChannel.values()].map((posts) => densest(posts.map(({ atMs }) => atMs))));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await bodyOf(request);
    const path = new URL(request.url ?? "/", this.#url).pathname;
    if (path.startsWith("/response/")) {
      this.responses.set(path.slice("/response/".length), performance.now());
      return answer(response, 200, { ok: true });
    }
    if (path.startsWith("/upload/")) return answer(response, 200, { ok: true });
    const method = path.replace(/^\/api\//u, "");
    const body = paramsOf({ request, response, raw });
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
    if (method === "chat.postMessage" && this.#isOverLimit(String(body["channel"]))) {
      this.refused += 1;
      response.setHeader("retry-after", "1");
      return answer(response, 429, { ok: false, error: "ratelimited" });
    }
    answer(response, 200, this.#perform(method, body));
  }

  #perform(method: string, body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    if (method === "files.getUploadURLExternal") {
      const file = `F${this.calls.get(method)}`;
      return { ok: true, file_id: file, upload_url: `${this.#url}/upload/${file}` };
    }
    return METHODS[method]?.(this.store, body, Date.now()) ?? { ok: true };
  }

  /** A bucket that loses one drop a second; it is known by the time at which it would be empty. */
  #isOverLimit(channel: string): boolean {
    if (this.#limit === null) return false;
    const nowMs = Date.now();
    const emptyAtMs = Math.max(nowMs, this.#fullAtMs.get(channel) ?? 0);
    if (emptyAtMs - nowMs > (this.#limit.atOnce - 1) * 1_000) return true;
    this.#fullAtMs.set(channel, emptyAtMs + 1_000);
    return false;
  }
}

/** The most of these times that lie within a minute. */
function densest(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let [first, most] = [0, 0];
  for (const [index, at] of sorted.entries()) {
    while (at - (sorted[first] ?? at) >= MINUTE_MS) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
