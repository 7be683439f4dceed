import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

const WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

/** Slack's end of a Socket Mode connection: says hello, hands over envelopes, remembers what was acknowledged. */
export class SocketLine {
  readonly acknowledged: string[] = [];
  #socket: Duplex | null = null;
  #rest = Buffer.alloc(0);
  #waiting: (() => void)[] = [];

  /** Takes over an upgraded connection. */
  accept(request: IncomingMessage, socket: Duplex): void {
    const key = request.headers["sec-websocket-key"] ?? "";
    const accepted = createHash("sha1").update(`${key}${WEBSOCKET_GUID}`).digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accepted}\r\n\r\n`,
    );
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", () => undefined);
    this.send({ type: "hello", num_connections: 1 });
  }

  /** Hands an envelope or another message to the program. */
  send(message: object): void {
    this.#write(TEXT, Buffer.from(JSON.stringify(message)));
  }

  /** Resolves when the envelope with this id was acknowledged. */
  async acknowledgedSoon(envelopeId: string): Promise<void> {
    while (!this.acknowledged.includes(envelopeId)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  #receive(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let frame = this.#takeFrame(); frame !== null; frame = this.#takeFrame()) this.#onFrame(frame);
  }

  #onFrame({ kind, payload }: { kind: number; payload: Buffer }): void {
    if (kind === PING) return this.#write(PONG, payload);
    if (kind === CLOSE) {
      this.#write(CLOSE, payload);
      this.#socket?.end();
      return;
    }
    if (kind !== TEXT) return;
    const { envelope_id: id } = JSON.parse(payload.toString("utf8")) as { envelope_id?: string };
    if (id !== undefined) this.acknowledged.push(id);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** One masked frame of the client, as RFC 6455 lays it out; null until it is complete. */
  #takeFrame(): { kind: number; payload: Buffer } | null {
    if (this.#rest.length < 2) return null;
    const short = this.#rest.readUInt8(1) & 0x7f;
    const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
    const start = 2 + extra + 4;
    if (this.#rest.length < start) return null;
    const size = extra === 2 ? this.#rest.readUInt16BE(2) : extra === 8 ? Number(this.#rest.readBigUInt64BE(2)) : short;
    if (this.#rest.length < start + size) return null;
    const mask = this.#rest.subarray(2 + extra, start);
    const payload = Buffer.from(this.#rest.subarray(start, start + size)).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
    const kind = this.#rest.readUInt8(0) & 0x0f;
    this.#rest = this.#rest.subarray(start + size);
    return { kind, payload: Buffer.from(payload) };
  }

  #write(kind: number, payload: Buffer): void {
    const header = payload.length < 126 ? Buffer.from([0x80 | kind, payload.length]) : Buffer.alloc(4);
    if (payload.length >= 126) {
      header.writeUInt8(0x80 | kind, 0);
      header.writeUInt8(126, 1);
      header.writeUInt16BE(payload.length, 2);
    }
    this.#socket?.write(Buffer.concat([header, payload]));
  }
}
