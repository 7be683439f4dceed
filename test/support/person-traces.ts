import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Redis } from "ioredis";
import { withClient } from "../../src/store/client.ts";

const SCAN_COUNT = 500;

/** How often each of these words of a person stands in a text, whatever its case. */
export function tracesIn(text: string, words: readonly string[]): readonly number[] {
  const lower = readEscapes(text).toLowerCase();
  return words.map((word) => lower.split(word.toLowerCase()).length - 1);
}

/** The tables of a dump that hold one of these words, with how often each: for people who read a failure. */
export function tablesWith(dump: string, words: readonly string[]): Readonly<Record<string, readonly number[]>> {
  const tables = dump.split(/^table (?=\S+:$)/mu).map((part) => {
    const end = part.indexOf(":");
    return [part.slice(0, end), tracesIn(part, words)] as const;
  });
  return Object.fromEntries(tables.filter(([, counts]) => counts.some((count) => count > 0)));
}

/** Every row of every schema, the queue's too, as text; packed bytes unpacked. `outsideOnly` leaves out our own tables. */
export async function dumpDatabase(connectionString: string, { outsideOnly = false } = {}): Promise<string> {
  const left = ["pg_catalog", "information_schema", ...(outsideOnly ? ["public"] : [])];
  return withClient(connectionString, async (client) => {
    const tables = await client.query<{ name: string }>(
      "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname <> ALL($1)",
      [left],
    );
    const parts: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<Record<string, unknown>>(`SELECT t.*, t::text AS whole_row FROM ${name} t`);
      parts.push(`table ${name}:`);
      for (const row of rows) parts.push(...Object.values(row).map(asText));
    }
    return readEscapes(parts.join("\n"));
  });
}

/** Every key of one Redis database with what it holds, as text. */
export async function dumpRedis(redisUrl: string): Promise<string> {
  const redis = new Redis(redisUrl);
  try {
    const parts: string[] = [];
    for await (const keys of redis.scanStream({ count: SCAN_COUNT })) {
      for (const key of keys) parts.push(key, JSON.stringify(await readKey(redis, key)));
    }
    return readEscapes(parts.join("\n"));
  } finally {
    redis.disconnect();
  }
}

async function readKey(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case "string":
      return redis.get(key);
    case "hash":
      return redis.hgetall(key);
    case "list":
      return redis.lrange(key, 0, -1);
    case "set":
      return redis.smembers(key);
    case "zset":
      return redis.zrange(key, "0", "-1");
    case "stream":
      return redis.xrange(key, "-", "+");
    default:
      return null;
  }
}

/** Every file below a folder, byte for byte. */
export function readFiles(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1")).join("\n");
}

function asText(value: unknown): string {
  if (!Buffer.isBuffer(value)) return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  try {
    return gunzipSync(value).toString("utf8");
  } catch {
    return value.toString("utf8");
  }
}

function readEscapes(text: string): string {
  return text.replaceAll(/\\u([0-9a-f]{4})/giu, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
