import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { bodyOf, type Incoming, isText, paramsOf, recorded } from "./bodies.ts";
import { Courier } from "./courier.ts";
import { answer, answerWithFault } from "./faults.ts";
import { isJson, type Json, parsed } from "./json.ts";
import { perform } from "./methods/registry.ts";
import { answerThrough } from "./respond.ts";
import { ACME, APP_TOKEN, type TeamSeed } from "./seed.ts";
import { SocketLine } from "./socket-line.ts";
import { startTeam, type Team } from "./team.ts";
import { Workspace } from "./workspace.ts";

export interface SlackOptions {
  readonly nowMs: () => number;
  readonly teams?: readonly TeamSeed[];
  /** A free port when 0. */
  readonly port?: number;
  /** False: posting into a channel that nobody made is refused, as in Slack. */
  readonly makesChannels?: boolean;
  /** What else this server shows; true when it took the request. */
  readonly pages?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Slack's Web API, response addresses, uploads and Socket Mode in front of one emulator per workspace. */
export class SlackServer {
  readonly line = new SocketLine();
  readonly courier = new Courier(this.line);
  readonly #options: SlackOptions;
  readonly #server: Server;
  readonly #workspaces = new Map<string, Workspace>();
  readonly #teams = new Map<string, Team>();
  #url = "";

  constructor(options: SlackOptions) {
    this.#options = options;
    for (const { id } of options.teams ?? [ACME]) this.#workspaces.set(id, new Workspace(options.nowMs));
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        answer(response, 500, { ok: false, error: "fatal_error", detail: String(error) });
      });
    });
    this.#server.on("upgrade", (request, socket) => this.line.accept(request, socket));
  }

  /** Listens on this machine and starts the workspaces. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.port ?? 0, "127.0.0.1", resolve);
    });
    const { port } = this.#server.address() as AddressInfo;
    this.#url = `http://127.0.0.1:${port}`;
    const place = { url: this.#url, socketUrl: `ws://127.0.0.1:${port}/link` };
    const makesChannels = this.#options.makesChannels ?? true;
    for (const seed of this.#options.teams ?? [ACME]) {
      const workspace = this.workspaceOf(seed.id);
      const { nowMs } = this.#options;
      this.#teams.set(seed.id, await startTeam(seed, { nowMs, place, workspace, makesChannels }));
    }
  }

  async stop(): Promise<void> {
    this.line.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await Promise.all([...this.#teams.values()].map((team) => team.emulated.stop()));
  }

  get url(): string {
    return this.#url;
  }

  /** For `SLACK_API_URL`. */
  get apiUrl(): string {
    return `${this.#url}/api/`;
  }

  /** Takes any number of answers to presses and commands that a test made by hand. */
  get responseUrl(): string {
    return `${this.#url}/respond`;
  }

  get teams(): readonly Team[] {
    return [...this.#teams.values()];
  }

  /** A running workspace. */
  team(id: string = ACME.id): Team {
    const team = this.#teams.get(id);
    if (team === undefined) throw new Error(`there is no workspace ${id}; start the server first`);
    return team;
  }

  /** The record of a workspace, also before the start. */
  workspaceOf(id: string): Workspace {
    const workspace = this.#workspaces.get(id);
    if (workspace === undefined) throw new Error(`there is no workspace ${id}`);
    return workspace;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#options.pages?.(request, response) === true) return;
    const raw = await bodyOf(request);
    const path = new URL(request.url ?? "/", this.#url).pathname;
    if (path.startsWith("/respond")) return this.#respond(path, raw, response);
    const upload = /^\/upload\/([^/]+)\/([^/]+)$/u.exec(path);
    if (upload !== null)
      return this.#upload({ team: upload[1] ?? "", id: upload[2] ?? "" }, { request, response, raw });
    return this.#method(path.replace(/^\/api\//u, ""), { request, response, raw });
  }

  async #respond(path: string, raw: Buffer, response: ServerResponse): Promise<void> {
    const body = parsed(raw.toString("utf8"));
    const key = path.slice("/respond/".length);
    const [id = ""] = key.split("-");
    const team = this.#teams.get(id) ?? this.team([...this.#teams.keys()][0]);
    const { status, said } = await answerThrough(team, key, isJson(body) ? body : {});
    if (isText(said)) response.writeHead(status, { "content-type": "text/plain" }).end(said);
    else answer(response, status, said);
  }

  async #upload(file: { team: string; id: string }, http: Incoming): Promise<void> {
    const team = this.team(file.team);
    const type = http.request.headers["content-type"] ?? "application/octet-stream";
    const stored = team.workspace.files.find((candidate) => candidate.id === file.id);
    if (stored !== undefined) {
      stored.content = http.raw.toString("utf8");
      stored.bytes = http.raw;
    }
    const status = await team.emulated.upload(file.id, { type, bytes: http.raw });
    http.response.writeHead(status, { "content-type": "text/plain" }).end(status === 200 ? "OK" : "file_not_found");
  }

  async #method(method: string, http: Incoming): Promise<void> {
    const body = paramsOf(http);
    const token = tokenOf(http.request, body);
    const team = this.#teamOf(token);
    const workspace = team?.workspace ?? this.workspaceOf([...this.#workspaces.keys()][0] ?? "");
    workspace.calls.push({ method, body: recorded(body), atMs: workspace.nowMs() });
    const error = workspace.refusedTokens.get(token) ?? (token === "" ? "not_authed" : "invalid_auth");
    if (team === undefined || workspace.refusedTokens.has(token))
      return answer(http.response, 200, { ok: false, error });
    await answerWithFault(workspace.takeFault(method), http, () => perform(team, method, body));
  }

  #teamOf(token: string): Team | undefined {
    const teams = this.teams;
    if (token === APP_TOKEN) return teams[0];
    return teams.find(({ seed }) => seed.botToken === token);
  }
}

function tokenOf(request: IncomingMessage, body: Json): string {
  const header = (request.headers.authorization ?? "").replace("Bearer ", "");
  return header === "" && typeof body["token"] === "string" ? body["token"] : header;
}
