import { MARK } from "./byte-classes.ts";
import { type ScannedLine, writeMasked } from "./scan-line.ts";
import type { ShapedLine } from "./shape-line.ts";

const decoder = new TextDecoder();
const LONGEST_WORD = 256;
const masked = new Uint8Array(LONGEST_WORD);

/** The text of each column with its variables as `<*>`; a word is cut after 256 bytes. */
export function wordsOf(line: ShapedLine, scanned: ScannedLine, bytes: Uint8Array): readonly string[] {
  const words: string[] = [];
  for (let column = 0; column < line.columns; column++) {
    const parts: string[] = [];
    for (let token = line.firstToken[column] ?? 0; token < (line.endToken[column] ?? 0); token++) {
      parts.push(maskedToken(scanned, bytes, token));
    }
    words.push(parts.join(" "));
  }
  return words;
}

function maskedToken(scanned: ScannedLine, bytes: Uint8Array, token: number): string {
  const size = writeMasked(masked, bytes, scanned.from[token] ?? 0, scanned.to[token] ?? 0);
  return decoder.decode(masked.subarray(0, size)).replaceAll(String.fromCharCode(MARK), "<*>");
}
