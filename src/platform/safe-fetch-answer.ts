import type { IncomingMessage } from "node:http";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { UnavailableError } from "../app/errors.ts";

export interface SafeFetchAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Unpacked. */
  readonly body: Uint8Array;
}

export interface AnswerLimits {
  /** Who answers, for the words of an error. */
  readonly system: string;
  readonly maxBytes: number;
}

/** The whole answer within its limit, counted on the wire and again unpacked. Throws `UnavailableError`, also for a redirect. */
export async function readAnswer(response: IncomingMessage, limits: AnswerLimits): Promise<SafeFetchAnswer> {
  const status = response.statusCode ?? 0;
  try {
    if (status >= 300 && status < 400) throw refuse(limits, "answered with a redirect");
    const body = await collected(unpacked(response, limits), limits);
    const headers = Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(", ")]);
    return { status, headers: Object.fromEntries(headers), body };
  } finally {
    response.destroy();
  }
}

const refuse = ({ system }: AnswerLimits, detail: string) =>
  new UnavailableError(system, { retryable: false, detail: `${system}: ${detail}` });

const tooLong = (limits: AnswerLimits) => refuse(limits, `the answer is longer than ${limits.maxBytes} bytes`);

function unpacked(response: IncomingMessage, limits: AnswerLimits): Readable {
  const packing = (response.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (packing === "identity") return response;
  if (packing !== "gzip") throw refuse(limits, `sent data packed as ${packing.slice(0, 40)}`);
  let length = 0;
  const counted = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      length += chunk.length;
      if (length > limits.maxBytes) throw tooLong(limits);
      yield chunk;
    }
  };
  // What breaks on the way is thrown by whoever reads the end.
  return pipeline(response, counted, createGunzip(), () => undefined);
}

async function collected(body: Readable, limits: AnswerLimits): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > limits.maxBytes) throw tooLong(limits);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
