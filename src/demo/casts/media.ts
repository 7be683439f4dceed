import type { Cast, ServiceSpec } from "../cast.ts";

const web: ServiceSpec = {
  name: "web",
  format: "ndjson",
  pods: [
    { name: "web-7f9b8c6d5-hh7kc", host: "ip-172-20-4-18" },
    { name: "web-7f9b8c6d5-w5xnv", host: "ip-172-20-5-6" },
  ],
  handled: ({ method, path, status, durationMs }) => `${status} ${method} ${path} (${durationMs} ms)`,
  callFailed: ({ method, path, status, durationMs, callee, how }) =>
    `${status} ${method} ${path} (${durationMs} ms) ${callee} -> ${how}`,
  noise: [
    { perMinute: 3, severity: "WARN", text: (random) => `slow client, ${random.int(3, 30)} s to send the body` },
    {
      perMinute: 1,
      severity: "ERROR",
      text: (random) => `500 GET /legacy/feed-${random.int(1, 4)} (2 ms) template not found`,
    },
  ],
};

const accounts: ServiceSpec = {
  name: "accounts",
  format: "otlp",
  pods: [
    { name: "accounts-6c5d8b7f9-4sgpl", host: "ip-172-20-4-18" },
    { name: "accounts-6c5d8b7f9-v9qjt", host: "ip-172-20-6-40" },
  ],
  handled: ({ durationMs }, random) => `session renewed for account ${random.int(10_000, 99_999)} [${durationMs} ms]`,
  callFailed: ({ callee, how }) => `${callee} refused the call: ${how}`,
  noise: [
    { perMinute: 3, severity: "WARN", text: (random) => `wrong password for account ${random.int(10_000, 99_999)}` },
    { perMinute: 1, severity: "ERROR", text: (random) => `device token ${random.hex(8)} is no longer registered` },
  ],
};

const billing: ServiceSpec = {
  name: "billing",
  format: "otlp",
  pods: [
    { name: "billing-84b6c5d7f-7wzrh", host: "ip-172-20-5-6" },
    { name: "billing-84b6c5d7f-d8lkm", host: "ip-172-20-6-40" },
  ],
  handled: ({ durationMs }, random) => `invoice ${random.int(100_000, 999_999)} settled [${durationMs} ms]`,
  callFailed: ({ callee, how, attempt }) => `${callee}: ${how} (retry ${attempt})`,
  noise: [
    {
      perMinute: 2,
      severity: "WARN",
      text: (random) => `invoice ${random.int(100_000, 999_999)} already paid, nothing to do`,
    },
    {
      perMinute: 1,
      severity: "ERROR",
      text: (random) => `card of account ${random.int(10_000, 99_999)} expired last month`,
    },
  ],
};

const thumbnails: ServiceSpec = {
  name: "thumbnails",
  format: "container-json",
  pods: [
    { name: "thumbnails-5d9f6c8b7-k2nvs", host: "ip-172-20-5-6" },
    { name: "thumbnails-5d9f6c8b7-xq8cw", host: "ip-172-20-6-40" },
  ],
  handled: ({ durationMs }, random) =>
    `scaled ${random.hex(8)}.jpg to ${random.pick([160, 320, 640])} px [${durationMs} ms]`,
  callFailed: ({ callee, how }) => `${callee}: ${how}`,
  noise: [
    { perMinute: 2, severity: "WARN", text: (random) => `colour profile of ${random.hex(8)}.jpg dropped` },
    { perMinute: 1, severity: "ERROR", text: (random) => `${random.hex(8)}.heic has an unknown format, original kept` },
  ],
};

const library: ServiceSpec = {
  name: "library",
  format: "text",
  pods: [
    { name: "library-6f7c9d8b5-ct6vm", host: "ip-172-20-4-18" },
    { name: "library-6f7c9d8b5-pz3rd", host: "ip-172-20-5-6" },
  ],
  handled: ({ path, durationMs }) => `album query ${path} answered in ${durationMs} ms`,
  callFailed: ({ callee, how }) => `album cover from ${callee} missing: ${how}`,
  noise: [
    { perMinute: 2, severity: "WARN", text: (random) => `album ${random.int(100, 999)} has more than 5000 entries` },
    { perMinute: 0.5, severity: "ERROR", text: (random) => `share link ${random.hex(6)} points to a removed album` },
  ],
};

/** A photo site: accounts, billing, albums and the pictures in them. */
export const media: Cast = {
  services: [web, accounts, billing, thumbnails, library],
  routes: [
    { method: "GET", path: (random) => `/albums/${random.int(100, 999)}`, chain: ["web", "library"], weight: 4 },
    {
      method: "GET",
      path: (random) => `/albums/${random.int(100, 999)}/cover`,
      chain: ["web", "library", "thumbnails"],
      weight: 4,
    },
    { method: "POST", path: () => "/sessions", chain: ["web", "accounts"], weight: 4 },
    { method: "POST", path: () => "/plan", chain: ["web", "billing", "accounts"], weight: 3 },
    { method: "GET", path: () => "/invoices", chain: ["web", "billing"], weight: 2 },
  ],
};
