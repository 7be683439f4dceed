// Loaded with --import before the program: writes down every module of OpenTelemetry that is asked for, in every thread.
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { threadId } from "node:worker_threads";

const file = process.env.TRACING_MODULES_FILE;
appendFileSync(file, `${threadId} watched\n`);
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const isOurs = resolved.url.includes("/src/platform/telemetry/tracing");
    if (isOurs || resolved.url.includes("opentelemetry")) appendFileSync(file, `${threadId} ${specifier}\n`);
    return resolved;
  },
});
