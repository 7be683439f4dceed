import { describe, expect, test } from "vitest";
import { createRedactor, createTenantRedactors } from "./redact.ts";
import { readTenantRules } from "./tenant-rules.ts";

const RULES = readTenantRules(
  JSON.stringify([
    { name: "customer-number", pattern: "KD-\\d{8}" },
    { name: "project", pattern: "(?i)operation [a-z]+", tenant: "acme" },
  ]),
);
const redactors = createTenantRedactors({ pseudonymKey: "k", tenantRules: RULES });

test("what an install calls secret is replaced by the name of its rule, also in Base64", () => {
  const redactor = createRedactor({ pseudonymKey: "k", tenantRules: RULES });
  const text = (raw: string): string => redactor.text(raw);

  expect(text("refund for KD-12345678 failed")).toBe("refund for [redacted-customer-number] failed");
  expect(text(`payload ${Buffer.from("refund for KD-12345678").toString("base64")}`)).toBe("payload [redacted-base64]");
});

test("what an install calls secret is found in the shortest value too", () => {
  const redactor = createRedactor({
    pseudonymKey: "k",
    tenantRules: readTenantRules('[{"name":"pin","pattern":"P\\\\d"}]'),
  });

  expect(createRedactor({ pseudonymKey: "k", tenantRules: RULES }).text("KD-12345678")).toBe(
    "[redacted-customer-number]",
  );
  expect(redactor.text("P7")).toBe("[redacted-pin]");
  expect(redactor.text("basket")).toBe("basket");
});

test("a rule of one tenant does not touch the texts of another", () => {
  expect(redactors("acme").text("about Operation Falcon")).toBe("about [redacted-project]");
  expect(redactors("other").text("about Operation Falcon")).toBe("about Operation Falcon");
  expect(redactors("other").text("for KD-12345678")).toBe("for [redacted-customer-number]");
});

describe("pseudonyms", () => {
  test("are the same within a tenant, so that correlation survives, and different between tenants", () => {
    const line = "login of bob@example.com from 93.184.7.9";

    expect(redactors("acme").text(line)).toMatch(/^login of email_[0-9a-f]{8} from ip_[0-9a-f]{8}$/u);
    expect(redactors("acme").text(line)).toBe(redactors("acme").text(line));
    expect(redactors("other").text(line)).not.toBe(redactors("acme").text(line));
  });
});

describe("a rule that would take too long", () => {
  const slow = readTenantRules(JSON.stringify([{ name: "slow", pattern: "([a-y]+ ){300}z" }]));
  const redactor = createRedactor({ pseudonymKey: "k", tenantRules: slow });
  const long = "abc ".repeat(15_000);

  test("withholds the text and says why", () => {
    expect(redactor.text(long)).toBe("[withheld: redaction ran over its budget]");
    expect(redactor.text("short abc")).toBe("short abc");
  });

  test("is a stated gap of the evidence, so that the incident's thread can name it", () => {
    const evidence = redactor.evidence({ status: "found", events: [], read: 1, partial: long });

    expect(evidence).toMatchObject({
      partial: expect.stringContaining("1 texts withheld because redaction could not"),
    });
  });
});

test.each([
  ["no json", "Redaction rules must be JSON"],
  ['{"name":"a"}', "expected array"],
  ['[{"name":"Not Good","pattern":"a"}]', "use small letters, digits and hyphens"],
  ['[{"name":"a","pattern":"a("}]', `Redaction rule "a": it is not in RE2's syntax`],
  ['[{"name":"a","pattern":"a","more":1}]', "Redaction rules:"],
])("%s is refused with a sentence", (setting, because) => {
  expect(() => readTenantRules(setting)).toThrow(because);
});
