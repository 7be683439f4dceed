import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { METHODS, type Place } from "./methods.ts";
import { SocketLine } from "./socket-line.ts";
import { type Fault, Workspace } from "./state.ts";

/** Slack's Web API, response addresses, file uploads and Socket Mode in one small server that keeps what it was told. */
export class FakeSlack {
  readonly workspace: Workspace;
  readonly line = new SocketLine();
  readonly #server: Server;
  #url = "";

  constructor(nowMs: () => number) {
    this.workspace = new Workspace(nowMs);
    this.#server = createServer((request, response) => {
      void this.#handle(request, response);
    });
    this.#server.on("upgrade", (request, socket) => this.line.accept(request, socket));
  }

  /** Listens on a free port of this machine. */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const { port } = this.#server.address() as AddressInfo;
    this.#url = `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.line.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** For `SLACK_API_URL`. */
  get apiUrl(): string {
    return `${this.#url}/api/`;
  }

  /** Where answers to presses and commands go. */
  get responseUrl(): string {
    return `${this.#url}/respond`;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await bodyOf(request);
    const path = request.url ?? "/";
    if (path === "/respond") {
      this.workspace.responses.push(JSON.parse(raw) as Readonly<Record<string, unknown>>);
      return answer(response, 200, { ok: true });
    }
    if (path.startsWith("/upload/")) return this.#upload(path.slice("/upload/".length), raw, response);
    return this.#method(path.replace(/^\/api\//u, ""), { request, response, raw });
  }

  #method(method: string, http: { request: IncomingMessage; response: ServerResponse; raw: string }): void {
    const body = Object.fromEntries(new URLSearchParams(http.raw));
    this.workspace.calls.push({ method, body });
    const act = METHODS[method];
    const token = (http.request.headers.authorization ?? "").replace("Bearer ", "");
    const refusedAs = this.workspace.refusedTokens.get(token);
    if (act === undefined) return answer(http.response, 200, { ok: false, error: "unknown_method" });
    if (refusedAs !== undefined) return answer(http.response, 200, { ok: false, error: refusedAs });
    const fault = this.workspace.takeFault(method);
    if (fault !== null && before(fault, http.response)) return;
    const result = act(this.workspace, body, this.#place());
    if (fault?.kind === "error-after") return answer(http.response, 500, {});
    if (fault?.kind === "reset-after") return void http.request.socket.destroy();
    answer(http.response, 200, result);
  }

  #upload(id: string, raw: string, response: ServerResponse): void {
    const file = this.workspace.files.find((candidate) => candidate.id === id);
    if (file !== undefined) file.content = raw;
    answer(response, 200, { ok: true });
  }

  #place(): Place {
    return { url: this.#url, socketUrl: `${this.#url.replace("http", "ws")}/link` };
  }
}

/** True when the fault answered and nothing may be stored. */
function before(fault: Fault, response: ServerResponse): boolean {
  switch (fault.kind) {
    case "rate-limit":
      response.setHeader("retry-after", String(fault.retryAfterS));
      answer(response, 429, {});
      return true;
    case "refuse":
      answer(response, 200, { ok: false, error: fault.code });
      return true;
    case "error-before":
      answer(response, 500, {});
      return true;
    case "error-after":
    case "reset-after":
      return false;
    default:
      return fault satisfies never;
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString("utf8");
}
