import { promisify } from "node:util";
import { gunzip } from "node:zlib";

export const MAX_INFLATED_BYTES = 4 * 1024 * 1024;
const MAX_RATIO = 100;
/** Small bodies of repeated text pack well and are harmless. */
const RATIO_FREE_BYTES = 64 * 1024;

const gunzipAsync = promisify(gunzip);

export type Inflated =
  | { readonly status: "ok"; readonly text: string }
  | { readonly status: "too-large" }
  | { readonly status: "broken" };

/** The body as text; packed bodies are told by their first bytes, so a server that has unpacked already does no harm. */
export async function inflate(body: Uint8Array): Promise<Inflated> {
  if (body[0] !== 0x1f || body[1] !== 0x8b) {
    return body.length > MAX_INFLATED_BYTES ? { status: "too-large" } : { status: "ok", text: decode(body) };
  }
  const limit = Math.min(MAX_INFLATED_BYTES, Math.max(RATIO_FREE_BYTES, body.length * MAX_RATIO));
  try {
    return { status: "ok", text: decode(await gunzipAsync(body, { maxOutputLength: limit })) };
  } catch (error) {
    const isTooLarge =
      error instanceof RangeError ||
      (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE");
    return isTooLarge ? { status: "too-large" } : { status: "broken" };
  }
}

const decode = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: false }).decode(bytes);
