import type { IncomingMessage, ServerResponse } from "node:http";
import { isJson, type Json, parsed } from "./json.ts";

/** One request with its body read. */
export interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly raw: Buffer;
}

const MOST_BYTES = 20_000_000;

export const isText = (value: unknown): value is string => typeof value === "string";

/** The whole body. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > MOST_BYTES) throw new Error("the body is too large");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Arguments that are JSON inside a form. */
const NESTED = new Set([
  "blocks",
  "attachments",
  "metadata",
  "view",
  "files",
  "unfurls",
  "document_content",
  "changes",
  "criteria",
  "manifest",
  "error",
]);

/** The arguments of a call, from JSON, a form or the address, with nested JSON parsed. */
export function paramsOf({ request, raw }: Incoming): Json {
  const query = Object.fromEntries(new URL(request.url ?? "/", "http://slack.invalid").searchParams);
  const isJsonBody = (request.headers["content-type"] ?? "").includes("application/json");
  const asJson = isJsonBody ? parsed(raw.toString("utf8")) : undefined;
  const given: Json = isJson(asJson)
    ? asJson
    : { ...query, ...Object.fromEntries(new URLSearchParams(raw.toString("utf8"))) };
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, NESTED.has(key) ? (parsed(value) ?? value) : value]),
  );
}

/** The arguments as a form would carry them, for the record. */
export function recorded(body: Json): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, isText(value) ? value : JSON.stringify(value)]),
  );
}
