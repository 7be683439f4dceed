import { expect, test } from "vitest";
import type { Event } from "../../core/event.ts";
import { epochNs, eventId } from "../../core/ids.ts";
import { createRedactor } from "./redact.ts";

const redactor = createRedactor({ pseudonymKey: "test" });
const BEGIN = ["-----BEGIN RSA PRIVATE", "KEY-----"].join(" ");
const END = ["-----END RSA PRIVATE", "KEY-----"].join(" ");

function line(body: string, index: number, file = "app.log"): Event<string> {
  return {
    kind: "log",
    id: eventId("test", `${index}`),
    atNs: epochNs(1_795_225_600_000_000_000n + BigInt(index)),
    observedNs: null,
    service: "checkout",
    host: null,
    source: "pushed-events",
    ref: `${file}#L${index}`,
    traceId: null,
    spanId: null,
    requestId: null,
    severity: "unspecified",
    body,
    attributes: {},
    exception: null,
  };
}

function bodiesOf(events: readonly Event<string>[]): readonly string[] {
  const evidence = redactor.evidence({ status: "found", events, read: events.length, partial: null });
  if (evidence.status !== "found") throw new Error("nothing was found");
  return evidence.events.map((event) => (event.kind === "log" ? event.body : ""));
}

test("no line of a private key stays, though each is a record of its own and the last is a short word", () => {
  const lines = [`loaded ${BEGIN}`, "MIIEpAIBAAKCAQEA", "ibmgRVGVJiVqBJeaGVNSW", "q7Xw==", END, "started", "q7Xw=="];

  const said = bodiesOf(lines.map((body, index) => line(body, index)));

  expect(said.join("\n")).not.toMatch(/MIIEpA|ibmgRV/u);
  expect(said[3]).toBe("[redacted-private-key]");
  // What comes after its end is no part of it.
  expect(said.slice(-2)).toEqual(["started", "q7Xw=="]);
});

test("a key without its end takes no line that is none of a key's, and none of another file", () => {
  const said = bodiesOf([
    line(BEGIN, 1),
    line("q7Xw==", 1, "other.log"),
    line("q7Xw==", 2),
    line("GET /orders 200 in 3 ms", 3),
    line("q7Xw==", 4),
  ]);

  expect(said.slice(1)).toEqual(["q7Xw==", "[redacted-private-key]", "GET /orders 200 in 3 ms", "q7Xw=="]);
});

test("a diff is read as one text: a key over its lines is gone, a sign before a secret hides nothing", () => {
  const diff = [`+${BEGIN}`, "+MIIEpAIBAAKCAQEA", "+q7Xw==", `+${END}`, "-sdk-bc3919b7-e3cb-4a07-9e4c-b40c3417f3aa"];
  const raw: Event<string> = {
    ...line("", 1),
    kind: "change",
    change: {
      kind: "deploy",
      status: "deployed",
      version: "1",
      previousVersion: null,
      environment: null,
      by: null,
      url: null,
      summary: "keys",
      files: [
        { path: "a.pem", diff },
        { path: "b.txt", diff: ["+port: 8080", "-port: 80", " host: a"] },
      ],
      pullRequest: null,
    },
  };
  const event = redactor.event(raw);

  const files = event.kind === "change" ? event.change.files : [];
  expect(JSON.stringify(files)).not.toMatch(/MIIEpA|q7Xw|bc3919b7/u);
  expect(files[1]?.diff).toEqual(["+port: 8080", "-port: 80", " host: a"]);
});

test("a line of a key with hardly a digit is random text wherever it stands", () => {
  const body = "IbmgRVGVJiV/qBJe/aGxVNSWKrPKGCXSp+gUaJMBZblLOSczXYfmpXkRSHyQabcd";

  expect(bodiesOf([line(body, 1)])).toEqual(["[redacted-random]"]);
});
