import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type Edit, mutated } from "../support/mutated.ts";

/** Full size, four minutes by the real clock: TURNS_SPEED=1 npx vitest run --project integration limits-posts-a-minute */
const SPEED = Number(process.env["TURNS_SPEED"] ?? "20");
const POSTS = 200;
const MINUTE_MS = 60_000;
const TIMEOUT_MS = 600_000;
const SCRIPT = join(import.meta.dirname, "../support/limits/turn-taker.ts");
const folder = mkdtempSync(join(tmpdir(), "traceops-turns-"));
const Taken = z.object({ turns: z.number(), asked: z.number() });

type Message = readonly [name: string, isReply: boolean];

interface Post {
  readonly name: string;
  readonly atMs: number;
}

let database: TestDatabase;
let file = "";
let files = 0;

beforeEach(async () => {
  database = await createTestDatabase();
  file = join(folder, `posts-${files++}`);
  return () => database.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cards = (from: number, count: number): readonly Message[] =>
  Array.from({ length: count }, (_, index) => [`card-${from + index}`, false]);
const replies = (from: number, count: number): readonly Message[] =>
  Array.from({ length: count }, (_, index) => [`reply-${from + index}`, true]);

interface Given {
  readonly messages: readonly Message[];
  readonly beganMs: number;
  readonly dieAt?: number;
  readonly edits?: readonly Edit[];
}

/** One process with these messages; how often it asked. */
async function take({ messages, beganMs, dieAt = 0, edits = [] }: Given): Promise<number> {
  const task = {
    connectionString: database.connectionString,
    file,
    messages,
    beganMs,
    speed: SPEED,
    dieAt: dieAt === 0 ? null : dieAt,
  };
  return Taken.parse(await mutated(SCRIPT, [JSON.stringify(task)], edits)).asked;
}

function posts(): readonly Post[] {
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return lines
    .map((line) => {
      const [name = "", atMs = ""] = line.split(" ");
      return { name, atMs: Number(atMs) };
    })
    .toSorted((a, b) => a.atMs - b.atMs);
}

/** The most posts within any time of this length. */
function most(withinMs: number): number {
  const times = posts().map(({ atMs }) => atMs);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + withinMs).length));
}

describe("two processes with a hundred messages each for one channel", () => {
  test(
    "post all of them, never more than sixty within a minute and three within a second, without asking all the time",
    async () => {
      const beganMs = Date.now();

      const asked = await Promise.all([
        take({ messages: cards(0, POSTS / 2), beganMs }),
        take({ messages: cards(POSTS / 2, POSTS / 2), beganMs }),
      ]);

      expect(new Set(posts().map(({ name }) => name)).size).toBe(POSTS);
      expect(posts()).toHaveLength(POSTS);
      expect(most(MINUTE_MS)).toBeLessThanOrEqual(60);
      expect(most(1000)).toBeLessThanOrEqual(3);
      expect(asked.reduce((sum, each) => sum + each, 0)).toBeLessThan(8 * POSTS);
    },
    TIMEOUT_MS,
  );

  test(
    "post the cards first",
    async () => {
      const beganMs = Date.now();

      await Promise.all([
        take({ messages: [...replies(0, 40), ...cards(0, 20)], beganMs }),
        take({ messages: [...replies(40, 40), ...cards(20, 20)], beganMs }),
      ]);

      const kinds = posts().map(({ name }) => name.split("-")[0]);
      expect(kinds).toHaveLength(120);
      // Replies that found a quiet channel, or had their place before the first card waited, may be among them.
      expect(kinds.slice(0, 60).filter((kind) => kind === "card").length).toBeGreaterThanOrEqual(38);
    },
    TIMEOUT_MS,
  );

  test(
    "of which one is killed with a turn that it was given: the other goes on, and what was left is posted later",
    async () => {
      const beganMs = Date.now();
      const dying = cards(0, 30);

      const [killed] = await Promise.allSettled([
        take({ messages: dying, beganMs, dieAt: 10 }),
        take({ messages: cards(30, 30), beganMs }),
      ]);
      const posted = new Set(posts().map(({ name }) => name));
      const left = dying.filter(([name]) => !posted.has(name));
      const restartedMs = (Date.now() - beganMs) * SPEED + beganMs;
      await take({ messages: left, beganMs });

      expect(killed.status).toBe("rejected");
      expect(left).toHaveLength(21);
      expect(new Set(posts().map(({ name }) => name)).size).toBe(60);
      expect(most(MINUTE_MS)).toBeLessThanOrEqual(60);
      const later = posts().filter(({ atMs }) => atMs >= restartedMs);
      expect((later[0]?.atMs ?? Number.POSITIVE_INFINITY) - restartedMs).toBeLessThan(MINUTE_MS);
      for (const [index, { atMs }] of posts().entries()) {
        const before = posts()[index - 1]?.atMs ?? atMs;
        expect(before >= restartedMs || atMs < restartedMs ? atMs - before : 0).toBeLessThan(MINUTE_MS);
      }
    },
    TIMEOUT_MS,
  );

  test(
    "negative control: a bucket of each process alone is seen",
    async () => {
      const find = "return `slack/turn/${what}/";
      const replace = "return `slack/turn/${globalThis.process.pid}/${what}/";
      const edits = [{ file: "src/surfaces/slack/delivery/turns.ts", find, replace }];
      const beganMs = Date.now();

      await Promise.all([
        take({ messages: cards(0, 60), beganMs, edits }),
        take({ messages: cards(60, 60), beganMs, edits }),
      ]);

      expect(most(MINUTE_MS)).toBeGreaterThan(60);
    },
    TIMEOUT_MS,
  );
});
