import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { gunzipSync } from "node:zlib";
import { createLogWith, type Log } from "../src/log.ts";
import type { LogOptions } from "../src/options.ts";

/** One request as a receiver saw it. */
export interface Received {
  readonly request: IncomingMessage;
  readonly records: readonly Record<string, unknown>[];
  readonly bytes: number;
  readonly isPacked: boolean;
}

export type Answerer = (received: Received, response: ServerResponse, count: number) => void;

/** Takes everything, as TraceOps does. */
export const take: Answerer = ({ records }, response) => {
  response.end(JSON.stringify({ accepted: records.length, refused: 0 }));
};

/** A web server that keeps what it was sent, and logs that send to it. */
export class Receiver {
  readonly received: Received[] = [];
  readonly sockets = new Set<Socket>();
  readonly #servers: Server[] = [];
  readonly #logs: Log[] = [];

  /** Starts to listen; resolves to its address. */
  async listen(answer: Answerer = take, port = 0): Promise<string> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const each = readRequest(request, Buffer.concat(chunks));
        this.received.push(each);
        answer(each, response, this.received.length);
      });
    });
    server.on("connection", (socket) => this.sockets.add(socket));
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return addressOf(server);
  }

  /** A log that sends there, with short waits. */
  log(url: string, limits: LogOptions["limits"] = {}): Log {
    const log = createLogWith(
      {
        service: "checkout",
        output: "none",
        url,
        token: "a-token",
        limits: { flushMs: 20, minRetryMs: 5, maxRetryMs: 20, requestMs: 2_000, ...limits },
      },
      {
        nowMs: Date.now,
        chance: () => 0.5,
        output: () => ({ write: (bytes, done) => done(null, bytes.length), writeSync: (bytes) => bytes.length }),
      },
    );
    this.#logs.push(log);
    return log;
  }

  get records(): readonly Record<string, unknown>[] {
    return this.received.flatMap(({ records }) => records);
  }

  get messages(): readonly unknown[] {
    return this.records.map(({ message }) => message);
  }

  async stopListening(): Promise<void> {
    for (const server of this.#servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async stop(): Promise<void> {
    for (const log of this.#logs.splice(0)) await log.close(0);
    await this.stopListening();
  }
}

function addressOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

function readRequest(request: IncomingMessage, body: Buffer): Received {
  const isPacked = request.headers["content-encoding"] === "gzip";
  const text = (isPacked ? gunzipSync(body) : body).toString("utf8");
  const records = text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  return { request, records, bytes: Buffer.byteLength(text), isPacked };
}
