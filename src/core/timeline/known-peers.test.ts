import { expect, test } from "vitest";
import { words } from "../../../test/support/observations.ts";
import { knownPeer } from "./known-peers.ts";

const SERVICES = ["web", "orders", "ledger", "user-service", "service"].map(words);

test.each([
  ["rpc to ledger failed attempt=1", "ledger"],
  ["request failed backend=ledger status=500", "ledger"],
  ["ledger answered 500", "ledger"],
  ["ledger: no leader, try again later", "ledger"],
  ["cannot show page, user-service is away", "user-service"],
  ["retry of http://ledger/x", "ledger"],
  ["PUT /ledger failed", null],
  ["the ledger of a customer is empty", null],
  ["could not store orders", null],
  ["ledgers: none left", null],
  ["own trouble of orders: orders answered 500", null],
])("the service that %j names is %s", (text, peer) => {
  expect(knownPeer(words(text), words("orders"), SERVICES)).toBe(peer);
});
