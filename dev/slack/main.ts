import process from "node:process";
import { parseArgs } from "node:util";
import { runDevSlack } from "./run.ts";

/** `npm run dev:slack`: the real bot against a Slack on this machine, with a page to walk through it. */
const { values } = parseArgs({
  options: {
    http: { type: "boolean", default: false },
    once: { type: "boolean", default: false },
    port: { type: "string", default: "4300" },
    scenario: { type: "string", default: "two-am" },
  },
});

const stop = new AbortController();
process.on("SIGINT", () => stop.abort());
process.on("SIGTERM", () => stop.abort());

try {
  process.exitCode = await runDevSlack({
    transport: values.http ? "http" : "socket",
    isOnce: values.once,
    port: Number(values.port),
    scenario: values.scenario,
    say: (line) => process.stderr.write(`${line}\n`),
    stop: stop.signal,
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
