import type { SeenText } from "./characters.ts";
import { seeAfter } from "./characters.ts";

const RUN = /(?<![A-Za-z0-9_+/.~-])[A-Za-z0-9_+/.~-]{20,1000}={0,2}/gu;
/** The longest part between dots. */
const SHORTEST_RUN = 16;
/** So long a random text is hidden wherever it stands. */
const LONG = 32;
/** Longer ones are pictures, blobs and paths. */
const LONGEST = 400;
const LOOK_BACK = 40;
/** Words that say that a credential follows. */
const CREDENTIAL_BEFORE =
  /(?:token|secret|key|auth|credential|login|log(?:ged|ging)? in|sign(?:ed|ing)? in|passw|passkey|bearer|licen[cs]e|otp|signature)[^\n]{0,24}$/iu;
/** Words that say that an id, a hash or a picture follows. */
const ID_BEFORE =
  /(?:(?:\b|_)(?:id|uid|uuid|guid|trace|span|request|parent|tracestate|digest|hash|sha-?\d{0,3}|md5|crc|etag|checksum|integrity|fingerprint|serial|revision|commit|cursor|version|tag|object|at|file|path|class|module|import|from)|base64,|https?:\/)["'`]?\]?[\s:=(/"'-]{1,4}$/iu;
const CAMEL_ID_BEFORE = /[a-z](?:Id|ID|Hash|Trace)["'`]?\]?[\s:=("'-]{1,4}$/u;
const NO_SECRET = /^(?:sha(?:1|256|384|512)-|iVBORw0KGgo|\/9j\/|R0lGOD|UklGR|JVBERi|PHN2Zy|AGFzbQ)/u;
const HEX_OR_ID = /^[0-9a-fA-F_./~+-]{1,1000}=?=?$/u;

/** Hides text that is random and long enough to be a credential of a kind that no rule names; ids and hashes stay. */
export function redactRandomText(seen: SeenText): SeenText {
  if (seen.holds.longestRun < SHORTEST_RUN) return seen;
  const result = seen.text.replace(RUN, (run: string, at: number) =>
    isNeverSecret(run) || !isCredential(run, seen.text.slice(Math.max(0, at - LOOK_BACK), at))
      ? run
      : "[redacted-random]",
  );
  return seeAfter(seen, result);
}

function isCredential(run: string, before: string): boolean {
  if (ID_BEFORE.test(before) || CAMEL_ID_BEFORE.test(before)) return false;
  const mix = mixOf(run);
  if (isRandom(mix, run.length)) return run.length >= LONG || CREDENTIAL_BEFORE.test(before);
  const isMaybe = mix.kinds === 2 && mix.digits >= 3 && mix.changes >= MAYBE_CHANGES;
  return isMaybe && CREDENTIAL_BEFORE.test(before);
}

function isNeverSecret(run: string): boolean {
  return run.length > LONGEST || HEX_OR_ID.test(run) || NO_SECRET.test(run);
}

function isRandom({ kinds, digits, capitals, changes }: Mix, length: number): boolean {
  if (capitals < length / LETTERS_PER_CAPITAL || changes < RANDOM_CHANGES) return false;
  return (kinds === 3 && digits >= 2) || (kinds >= 2 && length >= LONG_WITHOUT_DIGITS);
}

/** A line of a key in a record of its own: one in two thousand has one digit or none. */
const LONG_WITHOUT_DIGITS = 48;

/** Random ones have about one in two; "ReplicaSet/basket-7c9d8b5f4-qv6nd" has few. */
const LETTERS_PER_CAPITAL = 8;
/** Random characters of three kinds change kind at 0.62 of the places, words in camel case at about 0.25. */
const RANDOM_CHANGES = 0.4;
/** Of two kinds: random ones at 0.4, names with a number at their end far below. */
const MAYBE_CHANGES = 0.22;

interface Mix {
  /** How many of capitals, small letters and digits there are. */
  readonly kinds: number;
  readonly digits: number;
  readonly capitals: number;
  /** Share of neighbouring letters and digits that are of different kinds. */
  readonly changes: number;
}

function mixOf(run: string): Mix {
  const counts = [0, 0, 0, 0];
  let [last, changes, letters] = [-1, 0, 0];
  for (let index = 0; index < run.length; index++) {
    const kind = kindOf(run.charCodeAt(index));
    if (kind === OTHER) continue;
    counts[kind] = (counts[kind] ?? 0) + 1;
    letters++;
    if (last !== -1 && last !== kind) changes++;
    last = kind;
  }
  const [capitals = 0, smalls = 0, digits = 0] = counts;
  const kinds = Number(capitals > 0) + Number(smalls > 0) + Number(digits > 0);
  return { kinds, digits, capitals, changes: letters < 2 ? 0 : changes / (letters - 1) };
}

const OTHER = 3;

function kindOf(code: number): 0 | 1 | 2 | typeof OTHER {
  if (code >= 65 && code <= 90) return 0;
  if (code >= 97 && code <= 122) return 1;
  return code >= 48 && code <= 57 ? 2 : OTHER;
}
