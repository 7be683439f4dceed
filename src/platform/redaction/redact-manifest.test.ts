import { expect, test } from "vitest";
import type { Json } from "../../core/event.ts";
import { epochNs, eventId } from "../../core/ids.ts";
import { createRedactor } from "./redact.ts";

const redactor = createRedactor({ pseudonymKey: "test" });

function redactedManifest(manifest: Json<string>) {
  return redactor.event({
    kind: "kubernetes-object",
    id: eventId("test", "object"),
    atNs: epochNs(1n),
    observedNs: null,
    service: null,
    host: null,
    source: "test",
    ref: "r",
    traceId: null,
    spanId: null,
    requestId: null,
    object: "Secret/db",
    manifest,
  });
}

test("of a secret only its name and its keys stay", () => {
  const secret = {
    kind: "Secret",
    metadata: { name: "db" },
    data: { password: "aHVudGVyMg==", host: "ZGI=" },
    stringData: { plain: "hunter2" },
  };
  expect(redactedManifest(secret)).toMatchObject({
    manifest: {
      metadata: { name: "db" },
      data: { password: "[redacted-secret]", host: "[redacted-secret]" },
      stringData: { plain: "[redacted-secret]" },
    },
  });
});

test("a password among the environment of a container goes, references and addresses stay", () => {
  const env = [
    { name: "DB_PASSWORD", value: "hunter2" },
    { name: "DB_ADDR", value: "db:5432" },
    { name: "DB_TOKEN", valueFrom: { secretKeyRef: { name: "db", key: "token" } } },
  ];
  expect(redactedManifest({ kind: "Pod", spec: { containers: [{ name: "api", env }] } })).toMatchObject({
    manifest: {
      spec: { containers: [{ env: [{ name: "DB_PASSWORD", value: "[redacted-secret]" }, env[1], env[2]] }] },
    },
  });
});
