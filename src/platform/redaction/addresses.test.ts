import { expect, test } from "vitest";
import { createRedactor } from "./redact.ts";

const redactor = createRedactor({ pseudonymKey: "k" });

test("an address of the internet gets the same pseudonym wherever it stands; its port stays", () => {
  const [first, second] = [
    redactor.text("93.184.7.9"),
    redactor.text("client 93.184.7.9:51443 reset, again 93.184.7.9"),
  ];

  expect(first).toMatch(/^ip_[0-9a-f]{8}$/u);
  expect(second).toBe(`client ${first}:51443 reset, again ${first}`);
  expect(redactor.text("peer [2a01:4f8:c17:1::2]:51443")).toMatch(/^peer \[ip_[0-9a-f]{8}\]:51443$/u);
});

test.each([
  "connect 10.0.12.7:5432, 192.168.1.1, 172.16.0.9, 127.0.0.1, 100.64.0.1, 169.254.169.254 refused",
  "POST https://cards.example timed out (ETIMEDOUT 93.184.7.9:443, [2a01:4f8:c17:1::2]:8443)",
  "peer [fd00::1]:443 and ::1 closed",
  "Chrome/120.0.6099.109 and version 1.2.3.4 and v1.2.3.4-rc1",
  "at 01:47:20 and 2026:11:21 12:00:00, ratio 3:4:5",
  "999.1.1.1 is no address",
])("machines of our own, services that were called, versions and times stay: %s", (line) => {
  expect(redactor.text(line)).toBe(line);
});

test("all or no addresses are hidden when the install says so", () => {
  const all = createRedactor({ pseudonymKey: "k", addresses: "all" });
  const none = createRedactor({ pseudonymKey: "k", addresses: "none" });

  expect(all.text("10.0.12.7:5432")).toMatch(/^ip_[0-9a-f]{8}:5432$/u);
  expect(all.text("peer fd00:1::7")).toMatch(/^peer ip_[0-9a-f]{8}$/u);
  expect(none.text("client 93.184.7.9")).toBe("client 93.184.7.9");
});
