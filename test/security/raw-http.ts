import { connect, type Socket } from "node:net";

/** One request as bytes on the wire: nothing corrects headers on the way, so doubled and odd ones arrive as written. */
export interface RawRequest {
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

const PATIENCE_MS = 30_000;
const MAX_ANSWER_CHARS = 65_536;

/** A connection that is kept open: one request at a time, opened again when the server closed it. */
export class RawConnection {
  readonly #port: number;
  #socket: Socket | null = null;
  #text = "";
  #settle: ((status: number) => void) | null = null;

  constructor(port: number) {
    this.#port = port;
  }

  /** The status of the answer; 0 when the connection broke or nothing came for half a minute. */
  async send({ path, headers, body }: RawRequest): Promise<number> {
    const socket = this.#socket ?? this.#open();
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#settle = resolve;
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${body.byteLength}\r\n${lines}\r\n`;
    socket.cork();
    socket.write(head, "latin1");
    if (body.byteLength > 0) socket.write(body);
    socket.uncork();
    return promise;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  #open(): Socket {
    const socket = connect(this.#port, "127.0.0.1").setNoDelay(true).setTimeout(PATIENCE_MS);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      if (this.#socket === socket) this.#take(text);
    });
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => undefined);
    socket.on("close", () => {
      // A connection that was given up may close while its successor waits for an answer.
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#end(0);
    });
    this.#socket = socket;
    this.#text = "";
    return socket;
  }

  #take(text: string): void {
    this.#text += text;
    const head = wholeHead(this.#text);
    if (head === null) return;
    this.#text = "";
    if (head.includes("\r\nconnection: close")) this.close();
    this.#end(Number(/^http\/1\.1 (\d{3})/u.exec(head)?.[1] ?? 0));
  }

  #end(status: number): void {
    const settle = this.#settle;
    this.#settle = null;
    settle?.(status);
  }
}

/** The head of an answer that has arrived whole, in lower case; null while some of it is missing. */
function wholeHead(text: string): string | null {
  const endOfHead = text.indexOf("\r\n\r\n");
  if (endOfHead < 0 || text.length > MAX_ANSWER_CHARS) return null;
  const head = text.slice(0, endOfHead).toLowerCase();
  if (head.includes("\r\ntransfer-encoding: chunked")) return text.endsWith("0\r\n\r\n") ? head : null;
  const length = Number(/\r\ncontent-length: (\d+)/u.exec(head)?.[1] ?? 0);
  return text.length >= endOfHead + 4 + length ? head : null;
}
