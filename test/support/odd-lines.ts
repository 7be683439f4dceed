import { FIELD_NAMES } from "../../src/platform/log-scan/field-names.ts";

/** Makes JSON lines of all the kinds that a reader of bytes may get wrong; the same numbers give the same lines. */
export interface OddLines {
  /** A line as a logger could write it, in any spelling. */
  honest(): Buffer;
  /** A line of one of 40 shapes, with few odd values. */
  calm(): Buffer;
  /** A line with damage: flipped, cut, doubled, with quotes or backslashes where none belong. */
  damaged(): Buffer;
}

const KNOWN = Object.values(FIELD_NAMES).flat();
const PARTS = [
  "trace",
  "error",
  "err",
  "service",
  "exception",
  "kubernetes",
  "log",
  "host",
  "s",
  "_",
  "",
  "time",
  "node",
];
const OTHERS = ["user", "duration_ms", "Kind", "kind", "k_ind", "http.status", "__proto__", "constructor", "0", "17"];
const WORDS = [
  "pool is full",
  "timeout",
  "order 17",
  "refused",
  "",
  " ",
  "  padded ",
  "a\nb",
  "\r\n x",
  "tab\there",
  "\\",
  '"',
];
const UNICODE = ["Zürich", "€", "日本", "🚀", "\u2028", "\u0000", "\u001f", "\u007f", "\ud800", "K", "\u00a0"];
const LEVELS = [
  "info",
  "INFO",
  "Warn",
  "error ",
  " debug",
  "30",
  "50",
  "55",
  "17",
  "fatal",
  "nonsense",
  "Ｉnfo",
  "severe",
];
const NUMBERS = [
  "0",
  "-0",
  "1",
  "30",
  "50",
  "60",
  "17.5",
  "1e3",
  "1E+2",
  "1e400",
  "-1e-400",
  "123456789012345678901234567890",
];
const TIMES = [
  "2026-11-21T01:47:20Z",
  "2026-11-21T01:47:20.123456789+01:00",
  "2026-11-21 01:47:20,5",
  "2026/11/21 01:47:20.12 UTC",
  "2026-02-31T24:59:99z",
  "2026-13-01T00:00:00Z",
  "2026-00-10T00:00:00Z",
  "1999-12-31T23:59:59Z",
  "2099-12-31T23:59:59.999-00:01",
  "2026-11-21T01:47:20.Z",
  "2026-11-21T01:47:20+0100",
  "2026-11-21T01:47:20 +01:00",
  "2026-11-21T01:47:20.1234567890123Z",
  "1795225640",
  "1795225640123",
  "1795225640123456",
  "1795225640123456789",
  "1795225640.123456",
  "946684799999999999",
  "4102444800000000000",
  "179522564",
  "17952256401",
  "yesterday",
];
const NUMBER_TIMES = [
  "1795225640",
  "1795225640.5",
  "1795225640.1234567",
  "1795225640123",
  "1795225640123.9999",
  "1795225640123456",
  "1795225640123456789",
  "946684800",
  "1e12",
  "-5",
];

/** Odd lines from a source of numbers below 1. */
export function createOddLines(random: () => number): OddLines {
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const chance = (share: number): boolean => random() < share;

  const quoted = (text: string): string => {
    if (chance(0.05))
      return `"${Array.from(text, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`;
    return JSON.stringify(text);
  };
  const spelled = (name: string): string => {
    if (chance(0.4)) return name;
    return Array.from(
      name,
      (letter) =>
        (chance(0.1) ? pick(["_", ".", "-", "@", " ", "/"]) : "") + (chance(0.2) ? letter.toUpperCase() : letter),
    ).join("");
  };
  const key = (): string => {
    const choice = random();
    if (choice < 0.6) return spelled(pick(KNOWN));
    if (choice < 0.75) return spelled(pick(PARTS));
    if (choice < 0.95) return pick(OTHERS);
    if (choice < 0.97) return `${pick(KNOWN)}${pick(UNICODE)}`;
    return chance(0.1) ? "k".repeat(below(400)) : `f${below(1000)}`;
  };
  const text = (): string => {
    const choice = random();
    if (choice < 0.25) return pick(TIMES);
    if (choice < 0.4) return pick(LEVELS);
    if (choice < 0.5)
      return pick(["0af7651916cd43dd8448eb211c80319c", "00000000000000000000000000000000", "r-17", "ABCdef12_-", "-"]);
    if (choice < 0.55) return `${pick(WORDS)}${pick(UNICODE)}`;
    if (choice < 0.57) return pick(WORDS).repeat(below(200));
    return `${pick(WORDS)}${pick(WORDS)}`;
  };
  const blank = (): string => (chance(0.05) ? pick([" ", "\t", "\r", "  "]) : "");
  const object = (depth: number): string => {
    const fields = chance(0.02) && depth === 0 ? 80 + below(40) : below(depth === 0 ? 12 : 4);
    const parts: string[] = [];
    for (let field = 0; field < fields; field++) {
      const name = fields > 20 ? `f${field}` : key();
      parts.push(`${blank()}${quoted(name)}${blank()}:${blank()}${value(depth, name)}${blank()}`);
    }
    return `{${parts.join(",")}}`;
  };
  // oxlint-disable-next-line complexity -- a list of choices
  const value = (depth: number, name: string): string => {
    const choice = random();
    if (/time|^ts$|^t$|date/iu.test(name) && choice < 0.7)
      return chance(0.5) ? quoted(pick(TIMES)) : pick(NUMBER_TIMES);
    if (/lev|lvl|sev/iu.test(name) && choice < 0.6) return chance(0.7) ? quoted(pick(LEVELS)) : pick(NUMBERS);
    if (choice < 0.6) return quoted(text());
    if (choice < 0.72) return pick(NUMBERS);
    if (choice < 0.78) return pick(["true", "false", "null", "null"]);
    if (choice < 0.82) return pick(NUMBER_TIMES);
    if (choice < 0.87) return `[${chance(0.5) ? "" : `${quoted(text())},${pick(NUMBERS)},${object(5)}`}]`;
    return depth < 7 ? object(depth + 1) : "{}";
  };
  // Lines of few shapes and with little odd in them: those that the fast way is made for.
  const shapes = Array.from({ length: 40 }, () => createShape(below, pick));
  const calmValue = (field: CalmField): string => {
    if (chance(0.03)) return value(3, field.name);
    if (field.name === "at") return chance(0.5) ? quoted(pick(TIMES.slice(0, 3))) : pick(NUMBER_TIMES.slice(0, 5));
    if (field.name === "level") return chance(0.7) ? quoted(pick(LEVELS.slice(0, 8))) : pick(["30", "50", "17"]);
    if (chance(0.1)) return pick(["17", "true", "null", "-3", '""', "[1]"]);
    if (field.name === "body" || field.name === "errorMessage") return JSON.stringify(text());
    if (chance(0.05)) return JSON.stringify(`${pick(WORDS)}${pick(UNICODE)}`);
    return JSON.stringify(
      pick(["checkout", "basket-5c9d", "Zürich", "r-17", "0af7651916cd43dd8448eb211c80319c", "00000000"]),
    );
  };
  const calm = (): string => {
    const shape = pick(shapes);
    const kept = shape.filter(({ optional }) => !optional || chance(0.9));
    return `{${kept.map((field) => field.before + calmValue(field) + field.after).join(",")}}`;
  };
  const honest = (): Buffer => Buffer.from(`${blank()}${object(0)}${blank()}`);
  const damaged = (): Buffer => {
    let line = chance(0.5) ? honest() : Buffer.from(calm());
    for (let blow = 1 + below(3); blow > 0 && line.length > 0; blow--) line = struck(line, below, pick);
    return line;
  };
  return { honest, damaged, calm: () => Buffer.from(calm()) };
}

interface CalmField {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly optional: boolean;
}

function createShape(below: (limit: number) => number, pick: <T>(from: readonly T[]) => T): readonly CalmField[] {
  const fields = Object.entries(FIELD_NAMES).flatMap(([name, spellings]) =>
    below(3) === 0 ? [] : [{ name, key: pick<string>(spellings) }],
  );
  const extra = ["user", "http.status", "logger", "pid"].map((key) => ({ name: key, key }));
  const space = pick(["", "", " "]);
  return [...fields, ...extra].map(({ name, key }) => {
    const split = below(6) === 0 && key.length > 3 ? 2 : 0;
    const before =
      split > 0 ? `"${key.slice(0, split)}":${space}{"${key.slice(split)}":${space}` : `${space}"${key}":${space}`;
    return { name, before, after: split > 0 ? "}" : "", optional: below(4) === 0 };
  });
}

function struck(line: Buffer, below: (limit: number) => number, pick: <T>(from: readonly T[]) => T): Buffer {
  const at = below(line.length);
  const rest = line.subarray(at);
  switch (below(9)) {
    case 0:
      return Buffer.concat([line.subarray(0, at), Buffer.from([below(256)]), line.subarray(at + 1)]);
    case 1:
      return line.subarray(0, at);
    case 2:
      return Buffer.concat([
        line.subarray(0, at),
        Buffer.from(pick(['"', "\\", "{", "}", "[", "]", ",", ":", "\n", "\r"])),
        rest,
      ]);
    case 3:
      return Buffer.concat([line.subarray(0, at), line.subarray(at + 1)]);
    case 4:
      return Buffer.concat([line.subarray(0, at), line.subarray(below(line.length))]);
    case 5:
      return Buffer.concat([line.subarray(0, at), Buffer.from([0x80 + below(128)]), rest]);
    case 6:
      return Buffer.concat([Buffer.from(pick(["\ufeff", "x", " ", "{", "[", "\u00a0"])), line]);
    case 7:
      return Buffer.concat([line, Buffer.from(pick(["}", " x", "\u00a0", ",", "{}", "\r", "\u0000"]))]);
    default:
      return Buffer.concat([
        line.subarray(0, at),
        Buffer.from(pick(["\\u0041", "\\ud800", "\\u12", "-", "0", ".", "e5", "null"])),
        rest,
      ]);
  }
}
