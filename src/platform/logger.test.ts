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

test("what an error or a field quotes passes the redaction rules", () => {
  const lines: string[] = [];
  const logger = createLogger({ level: "info", to: { write: (line) => void lines.push(line) } });
  const secret = ["hT7k2Wq9", "xV4zB8mC3"].join("");
  const cause = new Error(`connect postgres://app:${secret}@db:5432 refused`);
  const err = Object.assign(new Error(`GET /v1?access_token=${secret} failed`, { cause }), {
    config: { url: `?sig=${secret}` },
  });

  logger.error(
    { err, note: `password=${secret}`, nested: { list: [`Bearer ${secret}`] }, port: 5432 },
    "request failed",
  );

  expect(lines[0]).not.toContain(secret);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    err: { type: "Error", message: "GET /v1?access_token=[redacted-secret] failed" },
    port: 5432,
  });
});
