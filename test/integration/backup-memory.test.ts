import { Writable } from "node:stream";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import { writeBackup } from "../../src/store/backup/write-backup.ts";
import { withClient } from "../../src/store/client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const MEGABYTE = 1024 * 1024;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await withClient(database.connectionString, async (client) => {
    const webhooks = `INSERT INTO inbox (tenant, source, dedup_key, headers, raw, received_at, state)
      SELECT 'default', 'pagerduty', $1 || n, '{}', convert_to(repeat('x', $3), 'UTF8'), now(), 'processed'
      FROM generate_series(1, $2::int) n`;
    await client.query(webhooks, ["small-", 12_000, 10]);
    await client.query(webhooks, ["large-", 600, 53_000]);
    await client.query(webhooks, ["huge-", 2, 6 * MEGABYTE]);
  });
});

afterAll(async () => {
  vi.restoreAllMocks();
  await database.stop();
});

test("no answer that a backup reads is larger than some megabytes or one row, whatever rows stood before", async () => {
  const query = vi.spyOn(pg.Client.prototype, "query");
  const out = new Writable({ write: (_chunk, _encoding, done) => done() });

  const { rows } = await writeBackup(database.connectionString, { out, nowMs: systemClock.nowMs() });
  const answers = await Promise.all(query.mock.results.map(async ({ value }) => linesOf(await value)));
  const sizes = answers.map((lines) => lines.reduce((size, line) => size + line.length, 0));
  const ofMany = sizes.filter((_size, index) => (answers[index] ?? []).length > 1);

  expect(rows).toBeGreaterThanOrEqual(12_602);
  expect(Math.max(...sizes)).toBeGreaterThan(12 * MEGABYTE);
  expect(Math.max(...ofMany)).toBeLessThan(8 * MEGABYTE);
  expect(answers.filter((lines) => lines.length > 0).length).toBeLessThan(100);
});

function linesOf(answer: unknown): readonly string[] {
  if (typeof answer !== "object" || answer === null || !("rows" in answer) || !Array.isArray(answer.rows)) return [];
  return answer.rows.flatMap((row: unknown) =>
    typeof row === "object" && row !== null && "line" in row ? [String(row.line)] : [],
  );
}
