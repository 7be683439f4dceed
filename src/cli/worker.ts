import type { Command } from "./command.ts";
import { runRole } from "./serve.ts";

/** Does the work: investigations, messages, learning. */
export const worker: Command = {
  summary: "Does the work: investigations, messages, learning. Start as many as you like.",
  usage: "",
  options: {},
  run: (_args, io) => runRole(io, "worker"),
};
