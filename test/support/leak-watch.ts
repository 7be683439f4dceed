import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import pg from "pg";
import type { Sample } from "../../bench/redaction/kind.ts";

/** Long enough that no piece of a random secret comes up by chance. */
const PIECE = 12;
const CONTEXT = 60;

/** Finds pieces of planted secrets in whatever a program said. */
export class LeakWatch {
  readonly #pieces = new Map<string, string>();
  readonly #short = new Map<string, string>();

  constructor(planted: ReadonlyMap<string, Sample>) {
    for (const [name, { secret }] of planted) {
      for (const line of secret.split("\n")) this.#remember(name, line);
    }
  }

  /** The kinds of which a piece stands in the text, plainly or as JSON or a URL writes it, each with its first place. */
  leaksIn(text: string): readonly string[] {
    const found = new Map<string, string>();
    const add = (name: string, reading: string, at: number) =>
      found.has(name) || found.set(name, `${name}: ${reading.slice(Math.max(0, at - CONTEXT), at + CONTEXT)}`);
    for (const reading of new Set([text, text.replaceAll(/\\+(["/])/gu, "$1"), decoded(text)])) {
      for (let at = 0; at + PIECE <= reading.length; at++) {
        const name = this.#pieces.get(reading.slice(at, at + PIECE));
        if (name !== undefined) add(name, reading, at);
      }
      for (const [secret, name] of this.#short) {
        const at = reading.indexOf(secret);
        if (at !== -1) add(name, reading, at);
      }
    }
    return [...found.values()];
  }

  #remember(name: string, line: string): void {
    // Digits and addresses have pieces that other numbers have too: only the whole counts.
    if (line.length <= PIECE || /^[\d .:+()-]+$/u.test(line)) this.#short.set(line, name);
    else for (let at = 0; at + PIECE <= line.length; at++) this.#pieces.set(line.slice(at, at + PIECE), name);
  }
}

function decoded(text: string): string {
  return text.replaceAll(/(?:%[0-9A-Fa-f]{2})+/gu, (bytes) => Buffer.from(bytes.replaceAll("%", ""), "hex").toString());
}

interface Column {
  readonly place: string;
  readonly text: string;
}

/** Every row of every table as text, packed bytes unpacked, without these columns ("table.column"). */
export async function dumpDatabase(connectionString: string, without: readonly string[]): Promise<readonly Column[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows: columns } = await client.query<{ schema: string; table: string; column: string }>(
      `SELECT table_schema AS schema, table_name AS table, column_name AS column FROM information_schema.columns
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2, 3`,
    );
    const dumped: Column[] = [];
    for (const { schema, table, column } of columns) {
      if (without.includes(`${table}.${column}`)) continue;
      const { rows } = await client.query<{ value: unknown }>(
        `SELECT "${column}" AS value FROM "${schema}"."${table}"`,
      );
      dumped.push({ place: `${schema}.${table}.${column}`, text: rows.map(({ value }) => textOf(value)).join("\n") });
    }
    return dumped;
  } finally {
    await client.end();
  }
}

function textOf(value: unknown): string {
  if (Buffer.isBuffer(value)) return unpacked(value);
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function unpacked(bytes: Buffer): string {
  for (const unpack of [gunzipSync, inflateSync, brotliDecompressSync, zstdDecompressSync]) {
    try {
      return unpack(bytes).toString("utf8");
    } catch {
      // Packed in another way, or not at all.
    }
  }
  return bytes.toString("utf8");
}
