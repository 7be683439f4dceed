import { analyze } from "./analyze.ts";
import type { Command } from "./command.ts";
import { demo } from "./demo.ts";
import { deploy } from "./deploy.ts";
import { doctor } from "./doctor.ts";
import { mcp } from "./mcp.ts";
import { migrate } from "./migrate.ts";
import { postmortem } from "./postmortem.ts";
import { replay } from "./replay.ts";
import { sendSample } from "./send-sample.ts";
import { serve } from "./serve.ts";
import { start } from "./start.ts";
import { worker } from "./worker.ts";

export const commands: Readonly<Record<string, Command>> = {
  start,
  demo,
  analyze,
  serve,
  worker,
  migrate,
  doctor,
  deploy,
  "send-sample": sendSample,
  replay,
  postmortem,
  mcp,
};

/** The words that follow `traceops`, in the order of the help page. */
export function commandNames(): readonly string[] {
  return Object.keys(commands);
}
