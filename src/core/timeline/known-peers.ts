import { type Safe, sliceSafe } from "../safe.ts";

/** What stands before the name of the other side: "rpc to x", "backend=x", "upstream x". */
const BEFORE =
  /(?:[=>"'`@]|:\/\/|\b(?:to|from|with|by|of|calling|call|calls|upstream|downstream|dependency|backend|cluster|store|service|peer|target|via)) ?["'`]?$/iu;
/** What follows it: "x answered", "x client: …", "x: no leader", "x -> …". */
const AFTER =
  /^["'`]?(?: client| service)?(?::(?!\d)| ?->| (?:answered|returned|responded|replied|failed|fails|refused|rejected|unavailable|unreachable|timed|gave|did not|does not|is (?:down|not|un)|not (?:available|reachable)))/iu;
/** A path may be called like a service and says nothing about it. */
const PATH = /(?<!\/)\/$/u;
const WORD = /[\w-]/u;
const MAX_TEXT = 1000;

/** The known service, other than its own, that a failing text names as the other side of a call; null when it names none. */
export function knownPeer(text: Safe, own: Safe, services: readonly Safe[]): Safe | null {
  let best: { readonly name: Safe; readonly at: number } | null = null;
  for (const name of services) {
    const at = name === own || name.length < 2 ? -1 : placeOf(text, name);
    if (at !== -1 && (best === null || at < best.at || (at === best.at && name.length > best.name.length)))
      best = { name, at };
  }
  return best === null ? null : best.name;
}

/** Where the name stands as a name: as a word of its own, in the place of a callee unless no other word is written like it. */
function placeOf(text: Safe, name: Safe): number {
  const end = Math.min(text.length, MAX_TEXT);
  for (let at = text.indexOf(name); at !== -1 && at < end; at = text.indexOf(name, at + name.length)) {
    const before = sliceSafe(text, Math.max(0, at - 14), at);
    const after = sliceSafe(text, at + name.length, at + name.length + 24);
    if (WORD.test(before.slice(-1)) || WORD.test(after.slice(0, 1)) || PATH.test(before)) continue;
    if (name.includes("-") || BEFORE.test(before) || AFTER.test(after)) return at;
  }
  return -1;
}
