import type { Redactor } from "../../app/redactor.ts";
import { joinSafe, own, ownWords, type Safe } from "../../core/safe.ts";

/** Text that arrives in pieces, made safe as if it had arrived in one. */
export interface ChunkRedactor {
  /** Takes the next piece and gives what can be said by now; "" while it must wait for more. */
  push(chunk: string): Safe;
  /** The rest. */
  end(): Safe;
}

/** Below the length at which the redactor itself would cut. */
const WINDOW = 48 * 1024;
const NOTHING = ownWords(own(""));
const CUT = ownWords(own("[withheld: no border in 48 KiB]"));

/**
 * Holds back what may go on in the next piece: the last line, the lines that are indented under it and an open key block.
 * A window without any border to cut at is withheld, for half a secret could stand at its end.
 */
export function createChunkRedactor({ text }: Pick<Redactor, "text">): ChunkRedactor {
  let held = "";
  /** What ends a stretch that is withheld; null outside of one. */
  let dropsUntil: RegExp | null = null;
  const take = (piece: string): Safe => {
    held += piece;
    if (dropsUntil !== null) held = after(dropsUntil, held);
    if (dropsUntil !== null && held !== "") dropsUntil = null;
    if (held.length < WINDOW) return NOTHING;
    const keyAt = openKey(held);
    const at = borderIn(held, keyAt);
    const window = held;
    held = at === 0 ? "" : held.slice(at);
    if (at === 0) dropsUntil = keyAt === window.length ? SPACE : KEY_END;
    return at === 0 ? CUT : text(window.slice(0, at));
  };
  return {
    push: (chunk) => {
      const parts: Safe[] = [];
      for (let from = 0; from < chunk.length; ) {
        const to = from + WINDOW - held.length;
        parts.push(take(chunk.slice(from, to)));
        from = to;
      }
      return joinSafe(parts, "");
    },
    end: () => {
      const rest = held;
      held = "";
      return rest === "" ? NOTHING : text(rest);
    },
  };
}

const SPACE = /(?=\s)/u;
const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/u;
const KEY_EDGE = /-----(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY/gu;

/** Where the last whole statement ends: before a line that is not indented, outside of a key; else before a line, else a word; 0 for none. */
function borderIn(window: string, keyAt: number): number {
  const head = window.slice(0, keyAt);
  for (let at = head.lastIndexOf("\n"); at > 0; at = head.lastIndexOf("\n", at - 1)) {
    if (!" \t\n".includes(window[at + 1] ?? " ")) return at + 1;
  }
  const line = head.lastIndexOf("\n");
  return line > 0 ? line + 1 : head.lastIndexOf(" ") + 1;
}

/** Where a key begins that does not end in the window; the window's length when there is none. */
function openKey(window: string): number {
  const last = [...window.matchAll(KEY_EDGE)].at(-1);
  return last?.[1] === "BEGIN" ? last.index : window.length;
}

/** What follows the end of a withheld stretch. */
function after(end: RegExp, text: string): string {
  const found = end.exec(text);
  return found === null ? "" : text.slice(found.index + found[0].length);
}
