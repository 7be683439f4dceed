import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { CommandIo } from "../../src/cli/command.ts";
import { graph } from "../../src/cli/graph.ts";
import { writeBundle } from "../../src/cli/play-scenario.ts";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { own, ownWords } from "../../src/core/safe.ts";
import { generateScenario } from "../../src/demo/generate-scenario.ts";
import { openDatabases } from "../../src/store/databases.ts";
import { createServiceEdges } from "../../src/store/service-edges.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const folder = mkdtempSync(join(tmpdir(), "traceops-graph-"));
const bundle = join(folder, "bundle");

beforeAll(() => writeBundle(generateScenario("pool-exhaustion"), bundle));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Asked {
  readonly positionals: readonly string[];
  readonly values?: Readonly<Record<string, string | boolean | string[]>>;
  readonly isInteractive?: boolean;
}

async function run({ positionals, values = {}, isInteractive = false }: Asked) {
  const said = { out: "", err: "" };
  const io: CommandIo = {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    environment: {},
    workingDirectory: folder,
    terminal: { isInteractive, width: 100 },
    stop: new AbortController().signal,
  };
  const code = await graph.run({ positionals, values }, io);
  return { code, ...said };
}

describe("traceops graph over files", () => {
  test("draws both directions on a terminal, with calls, failed share and last sight", async () => {
    const { code, out } = await run({ positionals: ["storefront"], values: { in: ["bundle"] }, isInteractive: true });

    expect(code).toBe(0);
    expect(out).toMatch(/├─ (?:! )?basket +\d+ calls +[\w. %]+failed +\d{4}-\d\d-\d\d \d\d:\d\d UTC/u);
    expect(out).toMatch(/└─ mailer/u);
  });

  test.each([{ isInteractive: false }, { isInteractive: true, words: true }])(
    "says it in sentences for a pipe and on request: %j",
    async ({ isInteractive, words = false }) => {
      const { out } = await run({ positionals: ["checkout"], values: { in: [bundle], words }, isInteractive });

      expect(out).toContain("storefront calls checkout: ");
      expect(out).toContain("checkout calls mailer: ");
      expect(out).not.toMatch(/[├└┌]/u);
    },
  );

  test("prints JSON with times in ISO 8601 and only as deep as asked", async () => {
    const { out } = await run({ positionals: ["storefront"], values: { in: [bundle], json: true, depth: "1" } });
    const document: unknown = JSON.parse(out);

    expect(document).toMatchObject({ service: "storefront", isKnown: true, callers: [], hidden: { callees: 0 } });
    expect(out).toMatch(/"lastAt": "\d{4}-\d\d-\d\dT[\d:.]+Z"/u);
    expect(out).not.toContain('"step": 2');
  });

  test("of a name that nothing has ends with a non-zero code and names like it", async () => {
    const { code, out, err } = await run({ positionals: ["storfront"], values: { in: [bundle] } });

    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("Known names like it: storefront.");
  });

  test.each([
    [{ positionals: [] }, /Name one service/u],
    [{ positionals: ["checkout"], values: { depth: "9" } }, /--depth takes a whole number from 1 to 3/u],
    [{ positionals: ["checkout"], values: { in: ["nowhere"] } }, /No record with a time/u],
  ])("says what is wrong with a call: %j", async (asked, sentence) => {
    await expect(run(asked)).rejects.toThrow(sentence);
  });
});

describe("traceops graph over the database", () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    vi.stubEnv("DATABASE_URL", database.connectionString);
    vi.stubEnv("TRACEOPS_DATA_DIR", join(folder, "data"));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await database?.stop();
  });

  test("of an install that knows nothing yet says so", async () => {
    const { code, err } = await run({ positionals: ["checkout"] });

    expect(code).toBe(1);
    expect(err).toContain("Nothing is known about checkout");
  });

  test("shows the calls that were kept", async () => {
    const db = await openDatabases(database.connectionString);
    const [caller, callee] = [ownWords(own("web")), ownWords(own("checkout"))];
    const counts = { origin: "trace", calls: 4, failures: 1, firstMs: 1000, lastMs: Date.now() } as const;
    await createServiceEdges(db).add(DEFAULT_TENANT, [{ caller, callee, ...counts }]);
    await db.close();

    const { code, out, err } = await run({ positionals: ["checkout"] });

    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^web calls checkout: 4 calls, 25 % failed, last seen .* UTC, seen in traces\.$/mu);
  });
});
