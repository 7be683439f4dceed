import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { bodyOf } from "../bodies.ts";
import { isJson, parsed } from "../json.ts";
import type { SlackServer } from "../server.ts";
import { Acts, type AppEntries } from "./acts.ts";
import { pictureOf } from "./picture.ts";

const ASSETS: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  "/": { file: "index.html", type: "text/html; charset=utf-8" },
  "/page.css": { file: "page.css", type: "text/css; charset=utf-8" },
  "/page.js": { file: "page.js", type: "text/javascript; charset=utf-8" },
  "/blocks.js": { file: "blocks.js", type: "text/javascript; charset=utf-8" },
  "/messages.js": { file: "messages.js", type: "text/javascript; charset=utf-8" },
  "/places.js": { file: "places.js", type: "text/javascript; charset=utf-8" },
  "/words.js": { file: "words.js", type: "text/javascript; charset=utf-8" },
  "/windows.js": { file: "windows.js", type: "text/javascript; charset=utf-8" },
  "/fields.js": { file: "fields.js", type: "text/javascript; charset=utf-8" },
};

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'self'; img-src 'self' data:; style-src 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};
const QUIET_MS = 40;

/** The page on which a person without an account plays a workspace: reads, presses, types. */
export class Site {
  readonly #slack: SlackServer;
  readonly #acts: Acts;
  readonly #listeners = new Set<ServerResponse>();
  #isTelling = false;

  constructor(slack: SlackServer, app: AppEntries) {
    this.#slack = slack;
    this.#acts = new Acts(slack, app);
    for (const { workspace } of slack.teams) workspace.onChange = () => this.#changed();
  }

  /** True when the request was one of this page. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const url = new URL(request.url ?? "/", "http://page.invalid");
    const asset = request.method === "GET" ? ASSETS[url.pathname] : undefined;
    if (asset !== undefined) {
      const body = readFileSync(join(import.meta.dirname, "assets", asset.file));
      response.writeHead(200, { ...HEADERS, "content-type": asset.type }).end(body);
      return true;
    }
    if (url.pathname === "/page/state") json(response, pictureOf(this.#slack.team(), url.searchParams.get("me") ?? ""));
    else if (url.pathname === "/page/changes") this.#listen(request, response);
    else if (url.pathname.startsWith("/page/file/")) this.#file(url.pathname.slice("/page/file/".length), response);
    else if (url.pathname === "/page/act" && request.method === "POST") void this.#act(request, response);
    else return false;
    return true;
  }

  /** Ends the live lines, or the server could not stop. */
  stop(): void {
    for (const listener of this.#listeners) listener.end();
  }

  async #act(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = parsed((await bodyOf(request)).toString("utf8"));
      json(response, await this.#acts.perform(isJson(body) ? body : {}));
    } catch (error) {
      json(response, { problem: error instanceof Error ? error.message : "it failed" });
    }
  }

  #listen(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream" }).write("data: hello\n\n");
    this.#listeners.add(response);
    request.on("close", () => this.#listeners.delete(response));
  }

  /** Several changes in a moment are one for the reader. */
  #changed(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    setTimeout(() => {
      this.#isTelling = false;
      for (const listener of this.#listeners) listener.write("data: changed\n\n");
    }, QUIET_MS).unref();
  }

  #file(id: string, response: ServerResponse): void {
    const file = this.#slack.team().workspace.files.find((candidate) => candidate.id === id);
    if (file === undefined) return void response.writeHead(404, HEADERS).end();
    const type = file.filename.endsWith(".png")
      ? "image/png"
      : file.filename.endsWith(".svg")
        ? "image/svg+xml"
        : "text/plain; charset=utf-8";
    response.writeHead(200, { ...HEADERS, "content-type": type }).end(withoutForm(file.bytes));
  }
}

/** Uploads come as one part of a form; this is what stands in it. */
function withoutForm(bytes: Buffer): Buffer {
  const head = bytes.indexOf("\r\n\r\n");
  if (!bytes.subarray(0, 2).equals(Buffer.from("--")) || head === -1) return bytes;
  const boundary = bytes.subarray(0, bytes.indexOf("\r\n"));
  const end = bytes.lastIndexOf(boundary);
  return bytes.subarray(head + 4, end === -1 ? undefined : end - 2);
}

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { ...HEADERS, "content-type": "application/json" }).end(JSON.stringify(body));
}
