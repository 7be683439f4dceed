import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { latestTelling, playScenario } from "../../src/cli/play-scenario.ts";
import { generateScenario, isScenarioName } from "../../src/demo/generate-scenario.ts";
import { type Config, parseConfig } from "../../src/main/config.ts";
import { dataDirOf } from "../../src/main/database.ts";
import { demoFolder, demoWebhookSecret, withDemo } from "../../src/main/demo-settings.ts";
import { type Program, startProgram } from "../../src/main/program.ts";
import { PROJECT_ROOT } from "../../src/main/project.ts";
import { createLogger } from "../../src/platform/logger.ts";
import { BOT_EVENTS, SHORTCUTS } from "../../src/surfaces/slack/manifest.ts";
import type { DemoStep } from "./page/acts.ts";
import { Site } from "./page/site.ts";
import { ACME, APP_TOKEN } from "./seed.ts";
import { senderSteps } from "./sender.ts";
import { SlackServer } from "./server.ts";

export interface DevSlackRequest {
  readonly transport: "http" | "socket";
  /** End once the demo's causes are in the thread. */
  readonly isOnce: boolean;
  readonly port: number;
  readonly scenario: string;
  readonly say: (line: string) => void;
  readonly stop: AbortSignal;
}

type Name = Parameters<typeof generateScenario>[0];

const SIGNING_SECRET = "dev-slack-signing-secret";
const THREAD_WITHIN_MS = 60_000;

/** Starts Slack and the bot, tells the demo incident, and serves the page until it is stopped. The exit code. */
export async function runDevSlack(request: DevSlackRequest): Promise<number> {
  const { say, port, scenario: name } = request;
  if (!isScenarioName(name)) {
    say(`There is no scenario "${name}".`);
    return 2;
  }
  let site: Site | null = null;
  const slack = new SlackServer({
    nowMs: () => Date.now(),
    teams: [ACME],
    port,
    makesChannels: false,
    pages: (incoming, response) => site?.handle(incoming, response) ?? false,
  });
  try {
    await slack.start();
  } catch {
    say(`Port ${port} is taken. Stop what uses it, or choose another one: npm run dev:slack -- --port 4400`);
    return 1;
  }
  const shortcuts = Object.entries(SHORTCUTS).map(([id, shortcut]) => ({
    id,
    name: shortcut.name,
    type: shortcut.type,
  }));
  const steps: DemoStep[] = [];
  site = new Site(slack, { shortcuts, events: BOT_EVENTS, demo: () => steps });
  say(`• Slack for people: ${slack.url}/`);
  say("• Starting TraceOps with its own PostgreSQL …");
  try {
    return await withBot({ slack, steps }, request, name);
  } finally {
    site.stop();
    await slack.stop();
  }
}

async function withBot(
  { slack, steps }: { slack: SlackServer; steps: DemoStep[] },
  request: DevSlackRequest,
  name: Name,
): Promise<number> {
  const { say, transport, isOnce, stop } = request;
  const config = settings(slack, request);
  const logger = createLogger({ level: "warn" });
  const program = await startProgram({ config, role: "both", logger, threadLogLevel: "warn" });
  try {
    if (transport === "http") {
      slack.courier.target = { url: `${program.url ?? ""}/slack/events`, signingSecret: SIGNING_SECRET };
    }
    say(
      `• TraceOps answers at ${program.url ?? ""}/ and hears Slack over ${transport === "http" ? "HTTP" : "Socket Mode"}`,
    );
    steps.push(...(await tell(program, config, name)));
    await threadOf(slack);
    say(`• The incident is in #incidents: ${slack.url}/   Press Ctrl+C to stop.`);
    if (!isOnce && !stop.aborted) {
      await new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve(), { once: true }));
    }
    return 0;
  } finally {
    await program.stop();
    rmSync(dataDirOf(config), { recursive: true, force: true });
  }
}

/** Every start begins with an empty workspace, so it begins with an empty database too. */
function settings(slack: SlackServer, { transport, port }: DevSlackRequest): Config {
  const folder = join(PROJECT_ROOT, ".traceops", "dev-slack", String(port));
  rmSync(folder, { recursive: true, force: true });
  const result = parseConfig({
    SLACK_BOT_TOKEN: ACME.botToken,
    SLACK_CHANNEL: ACME.channels[0]?.id ?? "",
    SLACK_API_URL: slack.apiUrl,
    ...(transport === "http" ? { SLACK_SIGNING_SECRET: SIGNING_SECRET } : { SLACK_APP_TOKEN: APP_TOKEN }),
    TRACEOPS_DATA_DIR: folder,
    PORT: String(port === 0 ? 0 : port + 1),
  });
  if (result.status !== "valid") throw new Error(`the settings of dev:slack are wrong: ${result.problems.join("; ")}`);
  return withDemo(result.config);
}

async function tell(program: Program, config: Config, name: Name): Promise<readonly DemoStep[]> {
  const startAt = latestTelling(generateScenario(name).alertAtMs, Date.now());
  const target = {
    url: program.url ?? "",
    secret: demoWebhookSecret(config),
    folder: demoFolder(config),
    verbs: program.wiring.verbs,
  };
  const scenario = generateScenario(name, { startAt });
  await playScenario(target, scenario);
  return senderSteps({ program, secret: target.secret, scenario });
}

/** The answer is stored a moment before it is drawn. */
async function threadOf(slack: SlackServer): Promise<void> {
  const deadline = Date.now() + THREAD_WITHIN_MS;
  while (Date.now() < deadline) {
    const { workspace } = slack.team();
    if (workspace.roots().some(({ ts }) => workspace.replies(ts).length >= 2)) return;
    await sleep(100);
  }
  throw new Error(`the incident did not reach Slack within ${THREAD_WITHIN_MS / 1000} s; the lines above say why`);
}
