import { expect, test } from "vitest";
import { RecordingLogger } from "../../test/support/fakes.ts";
import { parseConfig } from "./config.ts";
import { doorsFinding, tellDoors } from "./doors.ts";

function configOf(settings: Record<string, string>) {
  const parsed = parseConfig(settings);
  if (parsed.status === "invalid") throw new Error(parsed.problems.join("\n"));
  return parsed.config;
}

const GUARDED = {
  WEB_PASSWORD: "correct horse battery",
  INGEST_TOKENS: "a-token-of-applications",
  METRICS_TOKEN: "a-token-of-prometheus",
};
const PUBLIC = { PUBLIC_URL: "https://traceops.shop.example" };

test("on one's own machine the log says at the start what is open, to whom, and what a proxy needs", () => {
  const logger = new RecordingLogger();
  tellDoors(configOf({}), "http://127.0.0.1:3000", logger);

  expect(logger.lines).toMatchObject([
    { fields: { doors: "pages, /v1, /metrics" }, message: expect.stringMatching(/this machine only.*PUBLIC_URL/u) },
  ]);
});

test("with a public address the log says what is closed until its setting is there, and nothing when all is set", () => {
  const logger = new RecordingLogger();
  tellDoors(configOf({ ...PUBLIC, WEB_OPEN: "yes" }), PUBLIC.PUBLIC_URL, logger);
  tellDoors(configOf({ ...PUBLIC, ...GUARDED }), PUBLIC.PUBLIC_URL, logger);

  expect(logger.lines).toMatchObject([{ fields: { settings: "INGEST_TOKENS, METRICS_TOKEN" } }]);
});

test.each([
  ["ok", {}, "to this machine only"],
  ["ok", GUARDED, "none"],
  ["ok", { ...GUARDED, HOST: "0.0.0.0" }, "none"],
  ["off", PUBLIC, "set WEB_PASSWORD, INGEST_TOKENS, METRICS_TOKEN to use them"],
  ["FIX", { HOST: "0.0.0.0" }, "Set PUBLIC_URL and WEB_PASSWORD, INGEST_TOKENS, METRICS_TOKEN"],
  ["FIX", { HOST: "::", PUBLIC_URL: "http://localhost:3000" }, "Set PUBLIC_URL"],
] as const)("doctor says %s for %j", (sign, settings, words) => {
  expect(doorsFinding(configOf(settings))).toMatchObject({ sign, text: expect.stringContaining(words) });
});
