import { createRedactor } from "../../src/platform/redaction/redact.ts";
import { type Chance, createChance, HEX, uuid } from "./chance.ts";

const LINES = 2_000;
const ROUNDS = 40;
const SEED = 12;

/** A JSON line of a service that writes down every id it has: nothing in it is secret, and everything looks random. */
function lineFullOfIds(chance: Chance): string {
  const hex = (length: number) => chance.chars(HEX, length);
  return JSON.stringify({
    time: "2026-11-21T01:47:20.123Z",
    level: "info",
    service: "checkout",
    trace_id: hex(32),
    span_id: hex(16),
    request_id: uuid(chance),
    user_id: `usr_${hex(24)}`,
    order_id: uuid(chance),
    session: hex(20),
    pod: `checkout-${hex(10)}-${hex(5)}`,
    msg: "order placed",
    path: `/v1/orders/${hex(24)}`,
  });
}

/** CPU time of one such line in microseconds: the lowest of many rounds, because others use the same processors. */
export function redactDenseIds(): number {
  const chance = createChance(SEED);
  const lines = Array.from({ length: LINES }, () => lineFullOfIds(chance));
  const redactor = createRedactor({ pseudonymKey: "bench" });
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (const line of lines) redactor.text(line);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / LINES;
  });
  return Math.min(...rounds);
}
