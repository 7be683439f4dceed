import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { IncidentAnswer } from "../../src/app/verbs.ts";
import { deliverSigned } from "../../src/cli/deliver.ts";
import { COMMAND_LINE_ACTOR, writeBundle } from "../../src/cli/play-scenario.ts";
import type { Incident } from "../../src/core/incident.ts";
import type { Scenario } from "../../src/demo/scenario.ts";
import { parseConfig } from "../../src/main/config.ts";
import { type Program, startProgram } from "../../src/main/program.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { createTestDatabase } from "./database.ts";

export const WEBHOOK_SECRET = "a-webhook-secret-for-tests";
const PATIENCE_MS = 30_000;

/** A whole TraceOps in this process: real server, queue, database and engine, on a bundle in a folder of its own. */
export interface Install {
  readonly program: Program;
  readonly url: string;
  readonly databaseUrl: string;
  /** Replaces the evidence by a scenario's records. */
  tell(scenario: Scenario): void;
  /** Sends a webhook as PagerDuty does, again after a 503; resolves to the status code. */
  webhook(body: object): Promise<number>;
  incidents(): Promise<readonly Incident[]>;
  /** Asks again until `ready` holds. */
  answerWhen(ready: (answer: IncidentAnswer) => boolean, externalId?: string): Promise<IncidentAnswer>;
  stop(): Promise<void>;
}

/** Starts an install with these settings on top of a database of its own. */
export async function startInstall(settings: Readonly<Record<string, string>> = {}): Promise<Install> {
  const folder = mkdtempSync(join(tmpdir(), "traceops-install-"));
  const bundle = join(folder, "bundle");
  const database = await createTestDatabase();
  const parsed = parseConfig({
    DATABASE_URL: database.connectionString,
    TRACEOPS_DATA_DIR: folder,
    TRACEOPS_BUNDLE: bundle,
    PAGERDUTY_WEBHOOK_SECRETS: WEBHOOK_SECRET,
    PORT: "0",
    ...settings,
  });
  if (parsed.status === "invalid") throw new Error(parsed.problems.join("\n"));
  const program = await startProgram({
    config: parsed.config,
    role: "both",
    logger: createLogger({ level: "silent" }),
    // Stand-ins for vendors work in this thread only.
    threadLogLevel: null,
  });
  const url = program.url ?? "";
  const { verbs } = program.wiring;
  const incidents = () => verbs.listIncidents(COMMAND_LINE_ACTOR, { limit: 200 });
  return {
    program,
    url,
    databaseUrl: database.connectionString,
    tell: (scenario) => writeBundle(scenario, bundle),
    webhook: (body) =>
      eventually(async () => {
        const status = await deliverSigned({ url, secret: WEBHOOK_SECRET }, body);
        return status === 503 ? null : status;
      }),
    incidents,
    answerWhen: (ready, externalId) =>
      eventually(async () => {
        const found = (await incidents()).find(
          ({ external }) => externalId === undefined || external.some((each) => each.externalId === externalId),
        );
        const answer = found ? await verbs.getIncident(COMMAND_LINE_ACTOR, found.id) : null;
        return answer !== null && ready(answer) ? answer : null;
      }),
    async stop() {
      await program.stop();
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asks until there is an answer; fails when the patience ends, by default after half a minute. */
export async function eventually<T>(ask: () => Promise<T | null> | T | null, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== null) return answer;
    await wait(50);
  }
  throw new Error(`nothing came within ${patienceMs / 1000} s`);
}
