import { AppError } from "../app/errors.ts";
import { generateScenario, isScenarioName, scenarioNames } from "../demo/generate-scenario.ts";
import { demoFolder, demoWebhookSecret, withDemo } from "../main/demo-settings.ts";
import { type Program, startProgram } from "../main/program.ts";
import { createLogger } from "../platform/logger.ts";
import { renderTerminal } from "../surfaces/terminal/render.ts";
import { type Command, type CommandIo, isOn } from "./command.ts";
import { latestTelling, type Played, playScenario } from "./play-scenario.ts";
import { loadConfig } from "./settings.ts";

/** Replays a generated incident through the real pipeline on this machine and prints the answer. */
export const demo: Command = {
  summary: "Replays a demo incident through the real pipeline and prints the answer.",
  usage: "[scenario] [--once] [--json] [--list]",
  options: { once: { type: "boolean" }, json: { type: "boolean" }, list: { type: "boolean" } },
  async run(args, io) {
    if (isOn(args, "list")) {
      io.out(`${scenarioNames.join("\n")}\n`);
      return 0;
    }
    const [name = "two-am"] = args.positionals;
    return runDemo(io, { name, isOnce: isOn(args, "once"), isJson: isOn(args, "json") });
  },
};

export interface DemoRequest {
  readonly name: string;
  /** End after the answer instead of serving its page. */
  readonly isOnce: boolean;
  readonly isJson: boolean;
}

/** Starts everything, tells the story, prints the answer; serves the page until it is stopped unless asked to end. */
export async function runDemo(io: CommandIo, request: DemoRequest): Promise<number> {
  const { name } = request;
  if (!isScenarioName(name)) {
    throw new AppError("invalid-input", `There is no scenario of that name. There are ${scenarioNames.join(", ")}.`);
  }
  const given = loadConfig(io);
  if (!given) return 2;
  const config = withDemo(given);
  io.err(`• Writing the records of "${name}" …\n`);
  const scenario = generateScenario(name, { startAt: latestTelling(generateScenario(name).alertAtMs, Date.now()) });
  io.err("• Starting PostgreSQL, queue, worker and web server on this machine …\n");
  const logLevel = quietly(config.core.LOG_LEVEL);
  const logger = createLogger({ level: logLevel });
  const program = await startProgram({ config, role: "both", logger, threadLogLevel: logLevel });
  try {
    io.err(`• Replaying "${name}": a signed webhook in, the answer out …\n`);
    const target = {
      url: program.url ?? "",
      secret: demoWebhookSecret(config),
      folder: demoFolder(config),
      verbs: program.wiring.verbs,
    };
    print(io, await playScenario(target, scenario), request);
    if (!request.isOnce) await serveUntilStopped(io, program);
    return 0;
  } finally {
    await program.stop();
  }
}

function print(io: CommandIo, { answer, webhookToAnswerMs }: Played, { isJson, isOnce }: DemoRequest): void {
  if (isJson) io.out(`${JSON.stringify(answer.analysis, null, 2)}\n`);
  else {
    // After `--once` nobody serves the page any more.
    const view = isOnce ? { ...answer.view, pageUrl: null } : answer.view;
    io.out(`${renderTerminal(view, { color: io.terminal.isInteractive, width: Math.min(io.terminal.width, 110) })}\n`);
  }
  io.err(`• Webhook to answer: ${(webhookToAnswerMs / 1000).toFixed(2)} s\n`);
  if (!isOnce && answer.view.pageUrl !== null) io.err(`• Its page: ${answer.view.pageUrl}\n`);
}

async function serveUntilStopped(io: CommandIo, program: Program): Promise<void> {
  io.err(`• All incidents: ${program.url ?? ""}/   Press Ctrl+C to stop.\n`);
  if (!io.stop.aborted)
    await new Promise<void>((resolve) => io.stop.addEventListener("abort", () => resolve(), { once: true }));
  io.err("• Stopping …\n");
}

/** The demo speaks for itself: its log shows only what went wrong, unless somebody wants more. */
function quietly(level: "debug" | "info" | "warn" | "error"): "debug" | "warn" | "error" {
  return level === "info" ? "warn" : level;
}
