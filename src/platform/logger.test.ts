import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";

test("a line holds the message and the facts, and hides fields that carry secrets", () => {
  const lines: string[] = [];
  const logger = createLogger({ level: "info", to: { write: (line) => void lines.push(line) } });

  logger.debug({}, "not written");
  logger.warn({ source: "loki", waitedMs: 20, token: "abc", request: { authorization: "x" } }, "source timed out");

  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ msg: "source timed out", source: "loki", waitedMs: 20 });
  expect(lines[0]).not.toMatch(/abc|"x"/u);
});
