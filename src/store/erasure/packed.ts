import { constants } from "node:buffer";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Eraser } from "./eraser.ts";

const pack = promisify(gzip);
const unpack = promisify(gunzip);
/** What is longer could not be one text. */
const MAX_UNPACKED_BYTES = constants.MAX_STRING_LENGTH;
const GZIP_MAGIC = "1f8b";

/** The bytes without the person, null when they are not in them: webhooks as they came, and packed lines of JSON. */
export async function eraseBytes(bytes: Buffer, eraser: Eraser): Promise<Buffer | null> {
  if (bytes.toString("hex", 0, 2) !== GZIP_MAGIC) return eraseText(bytes, eraser);
  const text = await unpack(bytes, { maxOutputLength: MAX_UNPACKED_BYTES }).catch(() => null);
  if (text === null) return eraseText(bytes, eraser);
  let isChanged = false;
  const lines = text
    .toString("utf8")
    .split("\n")
    .map((line) => {
      const erased = eraser.json(line);
      isChanged ||= erased !== null;
      return erased ?? line;
    });
  return isChanged ? pack(lines.join("\n"), { level: 3 }) : null;
}

function eraseText(bytes: Buffer, eraser: Eraser): Buffer | null {
  const erased = eraser.json(bytes.toString("utf8"));
  return erased === null ? null : Buffer.from(erased);
}
