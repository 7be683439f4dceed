import type { Config } from "../main/config.ts";
import { type Program, type Role, startProgram } from "../main/program.ts";
import { createLogger } from "../platform/logger.ts";
import type { Command, CommandIo } from "./command.ts";
import { loadConfig } from "./settings.ts";

/** Takes webhooks and shows pages; workers run elsewhere. */
export const serve: Command = {
  summary: "Takes webhooks and shows pages; give it --work to do the work in the same process.",
  usage: "[--work]",
  options: { work: { type: "boolean" } },
  run: (args, io) => runRole(io, args.values["work"] === true ? "both" : "api"),
};

/** What a supervisor waits by default before it kills. Longer is not worth it: what is undone runs again. */
const STOP_WITHIN_MS = 29_000;

async function stoppedInTime(program: Program): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), STOP_WITHIN_MS);
  const inTime = await Promise.race([program.stop().then(() => true), late]);
  clearTimeout(timer);
  if (!inTime)
    program.wiring.logger.error({ withinMs: STOP_WITHIN_MS }, "did not stop in time; what is undone runs again");
  return inTime;
}

/** Runs a role of the program until it is asked to stop. */
export async function runRole(io: CommandIo, role: Role, given?: Config): Promise<number> {
  const config = given ?? loadConfig(io);
  if (!config) return 2;
  const { LOG_LEVEL: level } = config.core;
  const program = await startProgram({ config, role, logger: createLogger({ level }), threadLogLevel: level });
  if (program.url !== null) io.err(`TraceOps answers at ${config.core.PUBLIC_URL ?? program.url}\n`);
  if (!io.stop.aborted)
    await new Promise<void>((resolve) => io.stop.addEventListener("abort", () => resolve(), { once: true }));
  return (await stoppedInTime(program)) ? 0 : process.exit(1);
}
