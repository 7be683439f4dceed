import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { bodyOf } from "../../dev/slack/bodies.ts";
import { answerWithFault } from "../../dev/slack/faults.ts";
import { isJson, type Json, parsed, text } from "../../dev/slack/json.ts";
import type { Fault } from "../../dev/slack/workspace.ts";
import type { Random } from "./random.ts";

export interface HeldNote {
  readonly id: string;
  readonly incident: string;
  content: string;
}

const NOTES = /^\/incidents\/([^/]+)\/notes$/u;
const NOTE = /^\/incidents\/([^/]+)\/notes\/([^/]+)$/u;
/** Faults of writes, each up to this share of one. */
export type WriteFaults = readonly (readonly [number, Fault])[];

/** Not stored, stored without an answer, refused for a while. */
const USUAL: WriteFaults = [
  [0.03, { kind: "error-before" }],
  [0.06, { kind: "error-after" }],
  [0.09, { kind: "reset-after" }],
  [0.1, { kind: "rate-limit", retryAfterS: 1 }],
];

/** PagerDuty's REST API as far as notes go; everything else that is read is empty. Notes are counted here. */
export class ChaosPagerDuty {
  readonly notes: HeldNote[] = [];
  /** May be changed at any time. */
  writeFaults: WriteFaults = USUAL;
  #made = 0;
  readonly #random: Random;
  readonly #server: Server;

  constructor(random: Random) {
    this.#random = random;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await bodyOf(request);
    const path = new URL(request.url ?? "/", this.url).pathname.replace(/^\/+/u, "/");
    const isWrite = request.method !== "GET";
    const http = { request, response, raw };
    await answerWithFault(isWrite ? this.#fault() : null, http, async () =>
      isWrite ? this.#write(request.method === "DELETE", path, raw.toString("utf8")) : this.#read(path),
    );
  }

  #fault(): Fault | null {
    const drawn = this.#random.next();
    return this.writeFaults.find(([upTo]) => drawn < upTo)?.[1] ?? null;
  }

  #read(path: string): Json {
    const incident = NOTES.exec(path)?.[1];
    if (incident !== undefined) {
      const found = this.notes.filter((note) => note.incident === incident);
      return { notes: found.map(({ id, content }) => ({ id, content })) };
    }
    const id = /^\/incidents\/([^/]+)$/u.exec(path)?.[1];
    return id === undefined ? EMPTY : { incident: { id, status: "triggered", service: { id: "PSVC" } } };
  }

  #write(isRemoval: boolean, path: string, raw: string): Json {
    if (isRemoval) return this.#remove(NOTE.exec(path)?.[2]);
    const body = parsed(raw);
    const note = isJson(body) && isJson(body["note"]) ? body["note"] : {};
    const content = text(note["content"]);
    const known = this.notes.find(({ id }) => id === NOTE.exec(path)?.[2]);
    if (known !== undefined) {
      known.content = content;
      return { note: { id: known.id, content } };
    }
    const incident = NOTES.exec(path)?.[1];
    if (incident === undefined) return {};
    this.#made += 1;
    const added = { id: `PNOTE${this.#made}`, incident, content };
    this.notes.push(added);
    return { note: { id: added.id, content } };
  }

  #remove(id: string | undefined): Json {
    const index = this.notes.findIndex((note) => note.id === id);
    if (index !== -1) this.notes.splice(index, 1);
    return {};
  }
}

const EMPTY: Json = { log_entries: [], change_events: [], services: [], oncalls: [], users: [], more: false };
