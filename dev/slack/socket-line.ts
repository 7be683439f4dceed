import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { isJson, parsed, text } from "./json.ts";

const WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

interface Line {
  readonly socket: Duplex;
  rest: Buffer;
}

/** Slack's end of Socket Mode: says hello, hands each envelope to one of the open lines, remembers what was acknowledged. */
export class SocketLine {
  readonly acknowledged: string[] = [];
  /** What came with the acknowledgement of an envelope, by its id. */
  readonly answers = new Map<string, unknown>();
  #lines: Line[] = [];
  #turn = 0;
  #waiting: (() => void)[] = [];

  /** True while a program is connected. */
  get isOpen(): boolean {
    return this.#lines.length > 0;
  }

  /** Takes over an upgraded connection. */
  accept(request: IncomingMessage, socket: Duplex): void {
    const key = request.headers["sec-websocket-key"] ?? "";
    const accepted = createHash("sha1").update(`${key}${WEBSOCKET_GUID}`).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accepted}\r\n\r\n`,
    );
    const line = { socket, rest: Buffer.alloc(0) };
    this.#lines.push(line);
    socket.on("data", (chunk: Buffer) => this.#receive(line, chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#lines = this.#lines.filter((each) => each !== line);
    });
    write(line, TEXT, Buffer.from(JSON.stringify({ type: "hello", num_connections: this.#lines.length })));
  }

  /** Hands an envelope or another message to the program, over one of its lines. */
  send(message: object): void {
    this.#turn += 1;
    const line = this.#lines[this.#turn % Math.max(1, this.#lines.length)];
    if (line !== undefined) write(line, TEXT, Buffer.from(JSON.stringify(message)));
  }

  /** Resolves when the envelope with this id was acknowledged. */
  async acknowledgedSoon(envelopeId: string): Promise<void> {
    while (!this.acknowledged.includes(envelopeId)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Lets every line break, as Slack does now and then. */
  close(): void {
    for (const { socket } of this.#lines) socket.destroy();
    this.#lines = [];
  }

  #receive(line: Line, chunk: Buffer): void {
    line.rest = Buffer.concat([line.rest, chunk]);
    for (let frame = takeFrame(line); frame !== null; frame = takeFrame(line)) this.#onFrame(line, frame);
  }

  #onFrame(line: Line, { kind, payload }: Frame): void {
    if (kind === PING) return write(line, PONG, payload);
    if (kind === CLOSE) {
      write(line, CLOSE, payload);
      line.socket.end();
      return;
    }
    const message = kind === TEXT ? parsed(payload.toString("utf8")) : undefined;
    if (!isJson(message)) return;
    const id = text(message["envelope_id"]);
    if (id !== "") {
      this.answers.set(id, message["payload"]);
      this.acknowledged.push(id);
    }
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

interface Frame {
  readonly kind: number;
  readonly payload: Buffer;
}

/** One masked frame of the client, as RFC 6455 lays it out; null until it is complete. */
function takeFrame(line: Line): Frame | null {
  const { rest } = line;
  if (rest.length < 2) return null;
  const short = rest.readUInt8(1) & 0x7f;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  const start = 2 + extra + 4;
  if (rest.length < start) return null;
  const size = extra === 2 ? rest.readUInt16BE(2) : extra === 8 ? Number(rest.readBigUInt64BE(2)) : short;
  if (rest.length < start + size) return null;
  const mask = rest.subarray(2 + extra, start);
  const payload = Buffer.from(rest.subarray(start, start + size)).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  line.rest = rest.subarray(start + size);
  return { kind: rest.readUInt8(0) & 0x0f, payload: Buffer.from(payload) };
}

function write({ socket }: Line, kind: number, payload: Buffer): void {
  socket.write(Buffer.concat([headerOf(kind, payload.length), payload]));
}

function headerOf(kind: number, size: number): Buffer {
  const first = 0x80 | kind;
  if (size < 126) return Buffer.from([first, size]);
  if (size < 65_536) {
    const header = Buffer.from([first, 126, 0, 0]);
    header.writeUInt16BE(size, 2);
    return header;
  }
  const header = Buffer.alloc(10);
  header.writeUInt8(first, 0);
  header.writeUInt8(127, 1);
  header.writeBigUInt64BE(BigInt(size), 2);
  return header;
}
