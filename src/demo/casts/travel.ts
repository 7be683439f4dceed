import type { Cast, ServiceSpec } from "../cast.ts";

const edge: ServiceSpec = {
  name: "edge",
  format: "ndjson",
  pods: [
    { name: "edge-5c7d8f9b6-fw2kz", host: "node-04" },
    { name: "edge-5c7d8f9b6-j8vtm", host: "node-07" },
  ],
  handled: ({ method, path, status, durationMs }) => `"${method} ${path} HTTP/2" ${status} ${durationMs}`,
  callFailed: ({ method, path, status, durationMs, callee, how }) =>
    `"${method} ${path} HTTP/2" ${status} ${durationMs} cluster=${callee} detail="${how}"`,
  noise: [
    { perMinute: 3, severity: "WARN", text: (random) => `"GET /wp-login-${random.int(1, 5)} HTTP/1.1" 404 0` },
    { perMinute: 1, severity: "WARN", text: () => "downstream connection reset before headers" },
  ],
};

const booking: ServiceSpec = {
  name: "booking",
  format: "otlp",
  pods: [
    { name: "booking-74f8d9c6b5-4mqxs", host: "node-04" },
    { name: "booking-74f8d9c6b5-rr6lp", host: "node-05" },
  ],
  handled: ({ durationMs }, random) => `booking ${random.hex(6).toUpperCase()} confirmed elapsed=${durationMs}ms`,
  callFailed: ({ callee, how, attempt }) => `rpc to ${callee} failed attempt=${attempt} err="${how}"`,
  noise: [
    { perMinute: 3, severity: "WARN", text: (random) => `hold ${random.hex(6).toUpperCase()} lapsed before payment` },
    {
      perMinute: 1,
      severity: "ERROR",
      text: (random) => `passport check incomplete for traveller ${random.int(100, 999)}`,
    },
  ],
};

const fares: ServiceSpec = {
  name: "fares",
  format: "otlp",
  pods: [
    { name: "fares-6b5c9d7f8-9gtwn", host: "node-05" },
    { name: "fares-6b5c9d7f8-zk4hd", host: "node-07" },
  ],
  handled: ({ durationMs }, random) => `quoted ${random.int(1, 40)} fares elapsed=${durationMs}ms`,
  callFailed: ({ callee, how }) => `${callee} unavailable err="${how}"`,
  noise: [
    {
      perMinute: 2,
      severity: "WARN",
      text: (random) => `fare class ${random.pick(["Q", "V", "L"])} closed, next one offered`,
    },
    { perMinute: 1, severity: "ERROR", text: (random) => `currency table row ${random.int(1, 160)} ignored: no rate` },
  ],
};

const seats: ServiceSpec = {
  name: "seats",
  format: "text",
  pods: [
    { name: "seats-0", host: "node-05" },
    { name: "seats-1", host: "node-07" },
  ],
  handled: ({ durationMs }, random) =>
    `seat ${random.int(1, 42)}${random.pick(["A", "C", "F"])} held in ${durationMs} ms`,
  callFailed: ({ callee, how }) => `store ${callee}: ${how}`,
  noise: [
    { perMinute: 2, severity: "WARN", text: (random) => `seat map ${random.int(100, 400)} older than a day` },
    { perMinute: 0.5, severity: "ERROR", text: (random) => `duplicate hold ignored for leg ${random.int(1000, 9999)}` },
  ],
};

const loyalty: ServiceSpec = {
  name: "loyalty",
  format: "container-json",
  pods: [{ name: "loyalty-85d6c7f9b-6bnqv", host: "node-04" }],
  handled: ({ durationMs }, random) => `credited ${random.int(50, 2500)} miles in ${durationMs} ms`,
  callFailed: ({ callee, how }) => `balance from ${callee} not available: ${how}`,
  noise: [
    { perMinute: 2, severity: "WARN", text: (random) => `member ${random.int(10_000, 99_999)} has two cards` },
    { perMinute: 0.5, severity: "ERROR", text: (random) => `tier rule ${random.int(1, 30)} has no text in nl-NL` },
  ],
};

const ledger: ServiceSpec = {
  name: "ledger",
  format: "otlp",
  pods: [{ name: "ledger-7b9c6d5f8-q2zcm", host: "node-07" }],
  handled: ({ durationMs }, random) => `posted entry ${random.int(1_000_000, 9_999_999)} elapsed=${durationMs}ms`,
  callFailed: ({ callee, how }) => `${callee}: ${how}`,
  noise: [
    { perMinute: 1, severity: "WARN", text: (random) => `entry posted ${random.int(2, 9)} s after its booking` },
    {
      perMinute: 0.5,
      severity: "ERROR",
      text: (random) => `currency pair EUR/X${random.pick(["A", "B", "C"])}D has no history`,
    },
  ],
};

/** Travel booking: six services, the ledger at the bottom. */
export const travel: Cast = {
  services: [edge, booking, fares, seats, loyalty, ledger],
  routes: [
    { method: "GET", path: () => "/fares", chain: ["edge", "fares"], weight: 5 },
    { method: "POST", path: () => "/bookings", chain: ["edge", "booking", "seats"], weight: 4 },
    { method: "POST", path: () => "/bookings/quote", chain: ["edge", "booking", "fares"], weight: 3 },
    { method: "POST", path: () => "/bookings/pay", chain: ["edge", "booking", "ledger"], weight: 2 },
    { method: "GET", path: () => "/miles", chain: ["edge", "loyalty", "ledger"], weight: 2 },
  ],
};
