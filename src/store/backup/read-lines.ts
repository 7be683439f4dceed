import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { AppError } from "../../app/errors.ts";

/** Longer than any row that is stored: what was packed into 32 MiB, as hexadecimal digits. */
const MAX_LINE_CHARS = 256 * 1024 * 1024;

/** Lines of a packed file, one after the other. Throws `AppError` when it is damaged, cut off or holds something else. */
export async function* readLines(from: Readable): AsyncGenerator<string> {
  const unpacked = from.pipe(createGunzip({ chunkSize: 256 * 1024 }));
  from.once("error", (error) => unpacked.destroy(error));
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const begun = new BegunLine();
  try {
    for await (const chunk of unpacked) {
      const parts = decoder.decode(toBytes(chunk), { stream: true }).split("\n");
      const rest = parts.pop() ?? "";
      for (const part of parts) yield begun.endWith(part);
      begun.add(rest);
    }
  } catch (cause) {
    if (cause instanceof AppError || !isDamage(cause)) throw cause;
    throw new AppError(
      "invalid-input",
      "The backup is damaged or cut off: it cannot be unpacked to its end. Nothing was changed.",
      { cause },
    );
  }
  if (!begun.isEmpty)
    throw new AppError("invalid-input", "The backup ends in the middle of a line. Nothing was changed.");
}

/** What came of a line so far. */
class BegunLine {
  #parts: string[] = [];
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  add(part: string): void {
    this.#length += part.length;
    if (this.#length > MAX_LINE_CHARS) throw new RangeError("a line is longer than any row");
    this.#parts.push(part);
  }

  endWith(part: string): string {
    this.add(part);
    const line = this.#parts.join("");
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}

function toBytes(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : new Uint8Array();
}

function isDamage(error: unknown): boolean {
  return (
    error instanceof RangeError ||
    error instanceof TypeError ||
    (error instanceof Error && "code" in error && /^Z_|^ERR_/u.test(String(error.code)))
  );
}
