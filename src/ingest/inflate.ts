import { promisify } from "node:util";
import { gunzip } from "node:zlib";

/** More than packed text ever is worth: beyond it a body is a bomb. */
const MAX_RATIO = 100;
/** Small bodies of repeated text pack well and are harmless. */
const RATIO_FREE_BYTES = 64 * 1024;

/** Each piece of output is a trip to another thread and back: usual bodies should come in one or two. */
const SMALLEST_PIECE = 16 * 1024;
const LARGEST_PIECE = 512 * 1024;
const USUAL_RATIO = 12;

const gunzipAsync = promisify(gunzip);

export type Inflated =
  | { readonly status: "ok"; readonly bytes: Uint8Array }
  | { readonly status: "too-large" }
  | { readonly status: "broken" };

/** Whether these bytes are gzip, told by their first ones: what a server in between has unpacked already does no harm. */
export function isGzip(body: Uint8Array): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

/** How much may come out of this body: the ratio and the limit bound it before anything is unpacked. */
export function inflateLimit(body: Uint8Array, maxBytes: number): number {
  return isGzip(body) ? Math.min(maxBytes, Math.max(RATIO_FREE_BYTES, body.length * MAX_RATIO)) : body.length;
}

/** The body unpacked when it is gzip, else as it is; at most `maxBytes` and a hundred times its size come out. */
export async function inflate(body: Uint8Array, maxBytes: number): Promise<Inflated> {
  if (!isGzip(body)) return body.length > maxBytes ? { status: "too-large" } : { status: "ok", bytes: body };
  try {
    const chunkSize = Math.min(LARGEST_PIECE, Math.max(SMALLEST_PIECE, body.length * USUAL_RATIO));
    return {
      status: "ok",
      bytes: await gunzipAsync(body, { maxOutputLength: inflateLimit(body, maxBytes), chunkSize }),
    };
  } catch (error) {
    const isTooLarge =
      error instanceof RangeError ||
      (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE");
    return isTooLarge ? { status: "too-large" } : { status: "broken" };
  }
}
