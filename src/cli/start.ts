import { isUnconfigured } from "../main/demo-settings.ts";
import { type Command, isOn } from "./command.ts";
import { runDemo } from "./demo.ts";
import { runRole } from "./serve.ts";
import { loadConfig } from "./settings.ts";

/** What `npm start` runs: the demo on a fresh machine, the real bot as soon as something is connected. */
export const start: Command = {
  summary: "Everything in one process: the demo while nothing is configured, the real bot afterwards.",
  usage: "[--once] [--json]",
  options: { once: { type: "boolean" }, json: { type: "boolean" } },
  async run(args, io) {
    const config = loadConfig(io);
    if (!config) return 2;
    const isOnce = isOn(args, "once");
    if (isOnce || isUnconfigured(config)) return runDemo(io, { name: "two-am", isOnce, isJson: isOn(args, "json") });
    return runRole(io, "both", config);
  },
};
