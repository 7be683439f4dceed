import { expect, test } from "vitest";
import { words } from "../../../test/support/observations.ts";
import { isOutsideHost, peerHost, serviceBehind } from "./peers.ts";

test.each([
  ["https://api.cards.example/v1/charges", "api.cards.example", null],
  ["postgres://db-1:5432/orders", "db-1", 5432],
  ["orders:8080", "orders", 8080],
  ["orders", "orders", null],
])("cuts the host out of %s", (peer, host, port) => {
  expect(peerHost(words(peer))).toEqual({ host, port });
});

test.each([
  ["api.cards.example", true],
  ["api.cards.example:443", true],
  ["db.prod.internal", false],
  ["orders.prod.svc.cluster.local", false],
  ["orders-db.abc123.eu-west-1.rds.amazonaws.com", false],
  ["store.example.com:5432", false],
  ["10.1.2.3", false],
  ["orders", false],
])("%s belongs to somebody else: %s", (peer, expected) => {
  const host = peerHost(words(peer));

  expect(host !== null && isOutsideHost(host)).toBe(expected);
});

test("a host is the service of its name, of its first label inside the cluster, never of a public name's label", () => {
  const services = [words("orders"), words("Card_Gateway")];

  expect(serviceBehind("orders.prod.svc.cluster.local", services)).toBe("orders");
  expect(serviceBehind("card-gateway", services)).toBe("Card_Gateway");
  expect(serviceBehind("orders.vendor.example", services)).toBeNull();
});
