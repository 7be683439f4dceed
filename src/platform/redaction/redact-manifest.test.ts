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

test("numbers, lists and objects below the name of a secret go, and so does the argument after its flag", () => {
  const spec = {
    env: [
      { name: "DB_PASSWORD", value: 12345 },
      { name: "DB_PASSWORDS", value: ["swordfish", 17] },
    ],
    secret: { plain: "swordfish", more: [{ deep: { value: 17 } }] },
    password: 48291337,
    args: ["--verbose", "--password", "swordfish", "--token", "--max-tokens", "4096"],
  };

  expect(redactedManifest({ kind: "Pod", spec })).toMatchObject({
    manifest: {
      spec: {
        env: [
          { name: "DB_PASSWORD", value: "[redacted-secret]" },
          { name: "DB_PASSWORDS", value: ["[redacted-secret]", "[redacted-secret]"] },
        ],
        secret: { plain: "[redacted-secret]", more: [{ deep: { value: "[redacted-secret]" } }] },
        password: "[redacted-secret]",
        args: ["--verbose", "--password", "[redacted-secret]", "--token", "--max-tokens", "4096"],
      },
    },
  });
});

test("what says where a secret is, and how many tokens there may be, stays", () => {
  const manifest = {
    kind: "Pod",
    spec: {
      automountServiceAccountToken: true,
      imagePullSecrets: [{ name: "registry" }],
      containers: [
        {
          name: "api",
          args: ["--token-file", "/var/run/token"],
          env: [
            { name: "MAX_TOKENS", value: 4096 },
            { name: "TOKEN", valueFrom: { secretKeyRef: { name: "db", key: "token", optional: true } } },
          ],
          envFrom: [{ secretRef: { name: "basket" } }],
        },
      ],
      volumes: [
        { name: "tls", secret: { secretName: "tls", defaultMode: 420, items: [{ key: "tls.crt", path: "crt" }] } },
        { name: "api", projected: { sources: [{ serviceAccountToken: { path: "token", expirationSeconds: 3607 } }] } },
      ],
    },
  };

  expect(redactedManifest(manifest)).toMatchObject({ manifest });
});
