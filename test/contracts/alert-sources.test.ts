import { createHmac } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ZodError, z } from "zod";
import { configureAlertSources } from "../../src/alert-sources/configure.ts";
import { alertSources } from "../../src/alert-sources/registry.ts";
import { epochMs } from "../../src/core/ids.ts";
import { senderTools } from "../support/sender-tools.ts";

const root = new URL("../../src/alert-sources/", import.meta.url);
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const RECEIVED = epochMs(Date.parse("2026-03-02T10:30:00Z"));
const SECRET = "a-secret-of-more-than-sixteen-characters";
/** Amazon SNS signs with its own key; what is set is whose messages are taken. */
const SECRET_OF = new Map([["cloudwatch", "arn:aws:sns:eu-west-1:123456789012:shop-alarms"]]);

const delivery = (headers: Record<string, string | undefined> = {}) => ({
  raw: new TextEncoder().encode("{}"),
  headers,
  receivedAtMs: RECEIVED,
});

test("every alert source folder is registered, and nothing else is", () => {
  expect(Object.keys(alertSources).toSorted()).toEqual(folders.toSorted());
});

describe.each(Object.entries(alertSources))("%s", (name, source) => {
  const fixtures = readdirSync(new URL(`${name}/fixtures/`, root)).toSorted();
  test("ships at least one recorded payload", () => expect(fixtures.length).toBeGreaterThan(0));

  test.each(fixtures)("normalises %s", (file) => {
    const body: unknown = JSON.parse(readFileSync(new URL(`${name}/fixtures/${file}`, root), "utf8"));

    expect(source.parse(body, RECEIVED)).toMatchSnapshot();
  });

  test("alerts carry its own name, so that stored alerts lead back to it", () => {
    const sources = fixtures.flatMap((file) => {
      const body: unknown = JSON.parse(readFileSync(new URL(`${name}/fixtures/${file}`, root), "utf8"));
      return source.parse(body, RECEIVED).map((alert) => alert.source);
    });

    expect([...new Set(sources)]).toEqual([name]);
  });

  test("rejects a body of the wrong shape", () => {
    for (const body of [{ nonsense: true }, null, [], "text", 7]) {
      expect(() => source.parse(body, RECEIVED)).toThrow(ZodError);
    }
  });

  test("refuses everything while no secret is configured, already by the head", () => {
    const off = configureAlertSources({}, senderTools()).get(name);
    const asked = delivery({ authorization: "Bearer x", "x-pagerduty-signature": "v1=00" });
    const refused = { status: "refused", reason: "no-secret-configured" };

    expect(off?.refusedByHead(asked.headers)).toEqual(refused);
    expect(off?.verify(asked)).toEqual(refused);
  });

  test("refuses a delivery without a signature, and one with a stranger's", async () => {
    const signature = `v1=${createHmac("sha256", "a stranger's secret").update("{}").digest("hex")}`;
    const strangers = [
      { "x-pagerduty-signature": signature },
      { "x-traceops-signature": signature },
      { authorization: "Bearer a-stranger's-token" },
    ];

    const { verify } = source.checks([SECRET_OF.get(name) ?? SECRET], senderTools());
    expect(await verify(delivery())).toEqual({ status: "refused", reason: "no-signature" });
    for (const headers of strangers) expect((await verify(delivery(headers))).status).toBe("refused");
  });

  test("its settings are optional, and short secrets are reported without their value", () => {
    const settings = z.object(source.env);
    const short = Object.fromEntries(Object.keys(source.env).map((key) => [key, `${SECRET},short`]));
    const result = settings.safeParse(short);

    expect(settings.safeParse({}).success).toBe(true);
    expect(result.success).toBe(false);
    expect(result.error?.message).not.toContain(SECRET);
  });
});

interface Vector {
  readonly secret: string;
  readonly body: string;
  readonly cases: readonly { name: string; header: string; body: "body" | "empty" | "reserialised"; expect: string }[];
}

const vectorFile = new URL("../../../shared/contracts/pagerduty/webhook-signature-vector.json", import.meta.url);
const vector = existsSync(vectorFile) ? (JSON.parse(readFileSync(vectorFile, "utf8")) as Vector) : null;

test("PagerDuty signatures are treated as its published cases say", ({ skip }) => {
  skip(vector === null, "the published signature cases are not beside this checkout");
  const { secret = "", body = "{}", cases = [] } = vector ?? {};
  const text = { body, empty: "", reserialised: JSON.stringify(JSON.parse(body), null, 1) };
  const { verify } = alertSources.pagerduty.checks([secret], senderTools());
  const treated = cases.map((one) => {
    const raw = new TextEncoder().encode(text[one.body]);
    const headers = { "x-pagerduty-signature": one.header };
    const verdict = verify({ raw, headers, receivedAtMs: RECEIVED });
    return [one.name, "status" in verdict && verdict.status === "authentic" ? "accept" : "reject"];
  });

  expect(treated).toEqual(cases.map(({ name, expect: published }) => [name, published]));
});
