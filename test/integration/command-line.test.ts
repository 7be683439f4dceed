import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandNames } from "../../src/cli/registry.ts";
import { type CommandResult, traceops } from "../support/command-line.ts";
import { eventually, type Install, startInstall, WEBHOOK_SECRET } from "../support/install.ts";

const GENERIC_SECRET = "a-generic-secret-for-tests";
const ALERTMANAGER_TOKEN = "an-alertmanager-token-for-tests";
const INGEST_TOKEN = "an-ingest-token-for-tests";
const NOBODY = "http://127.0.0.1:1";
const NO_DATABASE = "postgresql://someone:a-database-password@127.0.0.1:1/traceops";
/** The hint at a place in our code, which tells nothing to the person who made the mistake. */
const STACK = /\n\s+at .*:\d+|node:internal|\[object|undefined/u;

const dataDir = mkdtempSync(join(tmpdir(), "traceops-cli-"));
let install: Install;

beforeAll(async () => {
  install = await startInstall({
    GENERIC_WEBHOOK_SECRETS: GENERIC_SECRET,
    ALERTMANAGER_WEBHOOK_TOKENS: ALERTMANAGER_TOKEN,
    INGEST_TOKENS: INGEST_TOKEN,
  });
});
afterAll(async () => {
  await install.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** The command line with the install's own database and a data folder of its own. */
function here(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
  return traceops(args, { env: { DATABASE_URL: install.databaseUrl, TRACEOPS_DATA_DIR: dataDir, ...env } });
}

/** How many alerts the incidents of a service hold. */
async function alertsOf(service: string): Promise<number> {
  const mine = (await install.incidents()).filter((incident) => incident.service === service);
  return mine.reduce((sum, { alertCount }) => sum + alertCount, 0);
}

describe("a person who does not know the commands is told", () => {
  test("help lists every command, and each one has its arguments", async () => {
    const { code, out } = await traceops(["help"]);

    expect(code).toBe(0);
    for (const name of commandNames()) expect(out).toMatch(new RegExp(`^  ${name} +\\S`, "mu"));
    expect((await traceops(["help", "analyze"])).out).toContain("--repo");
    expect((await traceops(["deploy", "--help"])).out).toContain("--service");
  });

  test.each([
    ["an unknown command", ["diagnose"], /no command "diagnose".*analyze/u],
    ["an unknown option", ["analyze", "--fast"], /--fast[\s\S]*Usage: traceops analyze/u],
    ["an unknown scenario", ["demo", "three-am"], /There are .*two-am/u],
    ["an unknown sample", ["send-sample", "--source", "pager"], /one of pagerduty, alertmanager, generic/u],
    ["a deploy without a version", ["deploy", "--service", "checkout"], /--version/u],
  ])("%s ends with code 2 and what there is", async (_, args, words) => {
    const { code, out, err } = await traceops(args);

    expect(code).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(words);
    expect(err).not.toMatch(STACK);
  });
});

describe("wrong settings", () => {
  test.each(["start", "serve", "worker", "migrate", "doctor", "mcp"])(
    "%s names all of them at once with what is meant, and shows no value",
    async (command) => {
      const wrong = { PORT: "port-value", DATABASE_URL: "mysql://db-value", LOG_LEVEL: "level-value" };
      const { code, out, err } = await traceops([command], { env: wrong });

      expect(code).toBe(2);
      for (const name of Object.keys(wrong)) expect(err).toContain(`  ${name}: `);
      expect(err).toContain("postgresql://user:password@host:5432/name");
      expect(out + err).not.toMatch(/port-value|db-value|level-value/u);
      expect(err).not.toMatch(STACK);
    },
  );

  test.each(["serve", "worker", "migrate", "mcp"])(
    "%s without its database ends with one sentence and without the password",
    async (command) => {
      const { code, err } = await here([command], { DATABASE_URL: NO_DATABASE, PORT: "0" });

      expect(code).toBe(1);
      expect(err).toMatch(/DATABASE_URL \(127\.0\.0\.1:1\/traceops\) cannot be used: ECONNREFUSED/u);
      expect(err).not.toContain("a-database-password");
      expect(err).not.toMatch(STACK);
    },
  );

  test("a port that is taken is named", async () => {
    const { code, err } = await here(["serve"], { PORT: new URL(install.url).port });

    expect(code).toBe(1);
    expect(err).toMatch(/Port \d+ on 127\.0\.0\.1 is taken/u);
    expect(err).not.toMatch(STACK);
  });
});

describe("doctor says one line per part, and the fix", () => {
  test("with nothing connected everything is off and nothing is broken", async () => {
    const { code, out } = await here(["doctor"]);

    expect(code).toBe(0);
    expect(out).toMatch(/^ok +database /mu);
    expect(out).toMatch(/^off +alerts: pagerduty .*PAGERDUTY_WEBHOOK_SECRETS/mu);
    expect(out).toMatch(/^off +surface: Slack .*SLACK_BOT_TOKEN/mu);
    expect(out).not.toMatch(/^FIX/mu);
  });

  test("a database or a Redis that does not answer is to fix", async () => {
    const lost = await here(["doctor"], { DATABASE_URL: NO_DATABASE });
    const mute = await here(["doctor"], { REDIS_URL: "redis://127.0.0.1:1" });

    expect(lost).toMatchObject({ code: 1, out: expect.stringMatching(/^FIX +database .*DATABASE_URL/mu) });
    expect(mute).toMatchObject({ code: 1, out: expect.stringMatching(/^FIX +queue .*REDIS_URL/mu) });
  });
});

describe("talking to a running install", () => {
  test.each([
    ["pagerduty", WEBHOOK_SECRET],
    ["alertmanager", ALERTMANAGER_TOKEN],
    ["generic", GENERIC_SECRET],
  ])("a %s sample is taken and counted to the incident of its service", async (source, secret) => {
    const before = await alertsOf("sample-service");
    const sent = await here(["send-sample", "--source", source, "--to", install.url, "--secret", secret]);

    expect(sent).toMatchObject({ code: 0, err: "" });
    expect(sent.out).toContain("202");
    expect(await eventually(async () => ((await alertsOf("sample-service")) > before ? "counted" : null))).toBe(
      "counted",
    );
  });

  test("a wrong secret, a missing one and a wrong address each get their own sentence", async () => {
    const wrong = await here(["send-sample", "--to", install.url, "--secret", "another"]);
    const missing = await here(["send-sample", "--to", install.url]);
    const nowhere = await here(["send-sample", "--to", NOBODY, "--secret", "any"]);

    expect(wrong).toMatchObject({ code: 1, out: expect.stringContaining("401: refused. PAGERDUTY_WEBHOOK_SECRETS") });
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining("Set PAGERDUTY_WEBHOOK_SECRETS") });
    expect(nowhere).toMatchObject({ code: 1, err: expect.stringMatching(/could not be reached.*--to/u) });
    expect(nowhere.err).not.toMatch(STACK);
  });

  test("a deploy is announced with a token and refused without", async () => {
    const what = ["deploy", "--service", "checkout", "--version", "2.0.1", "--to"];
    const told = await here([...what, install.url, "--token", INGEST_TOKEN]);
    const refused = await here([...what, install.url]);
    const nowhere = await here([...what, NOBODY, "--token", INGEST_TOKEN]);

    expect(told).toMatchObject({ code: 0, out: "Announced checkout 2.0.1.\n" });
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/401.*--token/u) });
    expect(nowhere).toMatchObject({ code: 1, err: expect.stringMatching(/could not be reached/u) });
  });

  test("an address that is no address is a wrong call", async () => {
    const sample = await here(["send-sample", "--to", "traceops", "--secret", "any"]);
    const deploy = await here(["deploy", "--service", "a", "--version", "1", "--to", "traceops"]);

    for (const { code, err } of [sample, deploy]) {
      expect(code).toBe(2);
      expect(err).toMatch(/--to/u);
      expect(err).not.toMatch(STACK);
    }
  });
});
