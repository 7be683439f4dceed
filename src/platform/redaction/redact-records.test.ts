import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anAlert } from "../../../test/support/builders.ts";
import type { Attributes } from "../../core/event.ts";
import { alertFingerprint, epochMs, epochNs, eventId } from "../../core/ids.ts";
import { readLogLine } from "../records/log-line.ts";
import { createRedactor } from "./redact.ts";
import { readTenantRules } from "./tenant-rules.ts";

const redactor = createRedactor({ pseudonymKey: "k" });
const withRules = createRedactor({
  pseudonymKey: "k",
  tenantRules: readTenantRules('[{"name": "customer", "pattern": "77\\\\d{6}|Q1[A-Z0-9]+"}]'),
});

function attributesOf(line: object, by = redactor): Attributes {
  const { atNs: _none, ...said } = readLogLine(JSON.stringify(line));
  const [id, atNs] = [eventId("test", "1"), epochNs(1n)];
  const event = by.event({ ...said, kind: "log", id, atNs, observedNs: null, source: "test", ref: "r" });
  return event.kind === "log" ? event.attributes : {};
}

const alertWith = (id: string, by = redactor) =>
  by.alert({ ...anAlert(), eventId: id, fingerprint: alertFingerprint(id), groupKey: id, externalId: id });
const noteOn = (id: string, by = redactor) =>
  by.note({
    source: "pagerduty",
    key: id,
    fingerprint: alertFingerprint(id),
    externalId: id,
    authorId: "U1",
    who: "Ann",
    text: "on it",
    atMs: epochMs(1),
  });

describe("attributes", () => {
  test("numbers and everything below a secret name are hidden, also in dotted names and lists", () => {
    const line = {
      msg: "login failed",
      password: 48291337,
      cvv: 123,
      card: { ssn: 219099999 },
      user: { password: { value: "swordfish", pin: 4829 }, id: 17 },
      "db.token.raw": 482913,
      args: ["sync", "--password", "swordfish"],
    };

    expect(attributesOf(line)).toEqual({
      password: "[redacted-secret]",
      cvv: "[redacted-secret]",
      "card.ssn": "[redacted-secret]",
      "user.password.value": "[redacted-secret]",
      "user.password.pin": "[redacted-secret]",
      "user.id": 17,
      "db.token.raw": "[redacted-secret]",
      args: '["sync","--password","[redacted-secret]"]',
    });
  });

  test("counts, states and names of secrets stay", () => {
    const said = {
      max_tokens: 4096,
      "usage.total_tokens": 9120,
      token_count: 17,
      password_changed: true,
      "token.expires_in": 3600,
      "gen_ai.token.type": "input",
      "k8s.secret.name": "db",
      port: 5432,
    };

    expect(attributesOf({ msg: "done", ...said })).toEqual(said);
  });

  test("a number that an install's own rule matches is hidden, every other one stays a number", () => {
    const said = { msg: "refund", customer: 77123456, order: 12345678, ratio: 0.5 };

    expect(attributesOf(said, withRules)).toEqual({ customer: "[redacted-customer]", order: 12345678, ratio: 0.5 });
  });

  test("a card number that arrives as a number is hidden", () => {
    expect(attributesOf({ msg: "paid", no: 4111111111111111 })).toEqual({ no: "[redacted-card]" });
  });
});

describe("ids that join records", () => {
  const told = "login of ann@example.com password=swordfish";
  test("an id with something to hide gets another one, the same in the alert and in what is written on it", () => {
    const { eventId: named, fingerprint, groupKey, externalId } = alertWith(told);
    const note = noteOn(told);

    expect(named).toMatch(/^key_[0-9a-f]{32}$/u);
    expect([fingerprint, groupKey, externalId]).toEqual([named, named, named]);
    expect([note.key, note.fingerprint, note.externalId]).toEqual([named, named, named]);
    expect(createRedactor({ pseudonymKey: "other" }).alert({ ...anAlert(), eventId: told }).eventId).not.toBe(named);
  });

  test("different ids stay different, also when they differ in capitals only", () => {
    const ids = [told, told.toUpperCase(), `${told}!`, `${told}.`].map((id) => alertWith(id).fingerprint);

    expect(new Set(ids).size).toBe(ids.length);
  });

  test("ids as senders make them stay as they are", () => {
    const made = fc.oneof(fc.stringMatching(/^[PQ][A-Z0-9]{5,13}$/u), fc.uuid(), fc.stringMatching(/^[0-9a-f]{16}$/u));
    fc.assert(
      fc.property(made, (id) => {
        // Sixteen digits may be a card number.
        fc.pre(!/^\d+$/u.test(id));
        expect(alertWith(id)).toMatchObject({ eventId: id, fingerprint: id, groupKey: id, externalId: id });
        expect(noteOn(id)).toMatchObject({ fingerprint: id, externalId: id });
      }),
    );
  });

  test("the id that a sender is called with is not changed by an install's own rules", () => {
    const { externalId, fingerprint } = alertWith("Q1ABC2DEF3GHIJ", withRules);

    expect(externalId).toBe("Q1ABC2DEF3GHIJ");
    expect(fingerprint).toMatch(/^key_/u);
    expect(noteOn("Q1ABC2DEF3GHIJ", withRules)).toMatchObject({ externalId, fingerprint });
  });
});
