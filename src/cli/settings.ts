import { type Config, parseConfig, readEnvironment } from "../main/config.ts";
import { PROJECT_ROOT } from "../main/project.ts";
import type { CommandIo } from "./command.ts";

/** The settings, or every problem with them printed at once by name; null then. */
export function loadConfig(io: CommandIo, overrides: Readonly<Record<string, string>> = {}): Config | null {
  const result = parseConfig({ ...readEnvironment(PROJECT_ROOT), ...overrides });
  if (result.status === "valid") return result.config;
  io.err(
    `These settings need your attention (values are not shown):\n${result.problems.map((each) => `  ${each}\n`).join("")}`,
  );
  return null;
}
