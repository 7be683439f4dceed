import { analyze } from "./analyze.ts";
import { type Command } from "./command.ts";

/** Thinks a recorded incident again from its bundle, offline: the same evidence gives the same answer. */
export const replay: Command = {
  ...analyze,
  summary: "Thinks a recorded incident again from its bundle, offline.",
  usage: "<bundle folder> [--json]",
};
