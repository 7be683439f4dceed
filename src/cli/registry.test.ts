import { expect, test } from "vitest";
import { commands } from "./registry.ts";

/** The first command loads the whole program. */
const LOADING_MS = 60_000;

test.each(Object.entries(commands))(
  "the help page says of %s what the command says of itself",
  async (_, entry) => {
    const { summary, usage } = await entry.load();

    expect({ summary: entry.summary, usage: entry.usage }).toEqual({ summary, usage });
  },
  LOADING_MS,
);
