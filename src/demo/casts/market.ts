import type { Cast, ServiceSpec } from "../cast.ts";

const PODS = {
  gateway: [
    { name: "api-gateway-6f8c7d9b54-2kq8w", host: "ip-10-0-1-12" },
    { name: "api-gateway-6f8c7d9b54-lm4zt", host: "ip-10-0-2-31" },
  ],
  user: [
    { name: "user-service-58b9c6f7d8-9xw2p", host: "ip-10-0-1-12" },
    { name: "user-service-58b9c6f7d8-htr5c", host: "ip-10-0-3-7" },
  ],
  payment: [
    { name: "payment-service-7c9d8b5f4-qv6nd", host: "ip-10-0-2-31" },
    { name: "payment-service-7c9d8b5f4-zz81k", host: "ip-10-0-3-44" },
  ],
  inventory: [{ name: "inventory-service-5d4b7f9c66-7bmfx", host: "ip-10-0-3-7" }],
  notification: [{ name: "notification-service-84c5d9f6b7-cj2wl", host: "ip-10-0-2-31" }],
} as const;

const apiGateway: ServiceSpec = {
  name: "api-gateway",
  format: "ndjson",
  pods: PODS.gateway,
  handled: ({ method, path, status, durationMs }) => `${method} ${path} ${status} ${durationMs}ms`,
  callFailed: ({ method, path, status, durationMs, callee, how }) =>
    `${method} ${path} ${status} ${durationMs}ms upstream=${callee} error="${how}"`,
  noise: [
    { perMinute: 4, severity: "WARN", text: (random) => `GET /favicon-${random.int(1, 9)}.ico 404 1ms` },
    { perMinute: 2, severity: "WARN", text: (random) => `client closed request 499 after ${random.int(200, 900)}ms` },
    {
      perMinute: 0.5,
      severity: "ERROR",
      text: (random) =>
        `POST /v1/reports/export 504 ${random.int(30_000, 30_090)}ms upstream=report-batch error="timeout"`,
    },
  ],
};

const userService: ServiceSpec = {
  name: "user-service",
  format: "otlp",
  pods: PODS.user,
  handled: ({ method, path, durationMs }) => `${method} ${path} completed in ${durationMs} ms`,
  callFailed: ({ callee, how, attempt }) =>
    `request to http://${callee}:8080/v1/balance failed, reason: ${how} (attempt ${attempt} of 3)`,
  noise: [
    { perMinute: 3, severity: "WARN", text: (random) => `session cache miss for user ${random.int(1000, 99_999)}` },
    {
      perMinute: 2,
      severity: "ERROR",
      text: (random) => `token verification failed: jwt expired (kid=${random.hex(6)})`,
    },
  ],
};

const paymentService: ServiceSpec = {
  name: "payment-service",
  format: "otlp",
  pods: PODS.payment,
  handled: ({ durationMs }, random) =>
    `charge ch_${random.hex(12)} authorised amount=${random.int(5, 400)}.${random.int(10, 99)} EUR in ${durationMs} ms`,
  callFailed: ({ callee, how }) => `call to ${callee} failed: ${how}`,
  noise: [
    {
      perMinute: 5,
      severity: "WARN",
      text: (random) => `charge ch_${random.hex(12)} declined by issuer: insufficient_funds`,
    },
    { perMinute: 1, severity: "WARN", text: (random) => `ledger query took ${random.int(210, 480)} ms (slow)` },
  ],
};

const inventoryService: ServiceSpec = {
  name: "inventory-service",
  format: "container-json",
  pods: PODS.inventory,
  handled: ({ method, path, durationMs }, random) =>
    `[reserve-${random.int(1, 8)}] StockController - ${method} ${path} reserved ${random.int(1, 6)} items in ${durationMs} ms`,
  callFailed: ({ callee, how }) => `[reserve-1] StockController - ${callee}: ${how}`,
  noise: [
    {
      perMinute: 3,
      severity: "WARN",
      text: (random) => `[sweeper-1] StockSweeper - reservation ${random.int(10_000, 99_999)} expired, released`,
    },
    {
      perMinute: 1,
      severity: "ERROR",
      text: (random) =>
        `[reserve-${random.int(1, 8)}] StockWriter - version conflict on sku ${random.int(100, 999)}, will be tried again`,
    },
  ],
};

const notificationService: ServiceSpec = {
  name: "notification-service",
  format: "text",
  pods: PODS.notification,
  handled: ({ durationMs }, random) => `mail.sender queued receipt ${random.int(100_000, 999_999)} in ${durationMs} ms`,
  callFailed: ({ callee, how }) => `mail.sender could not ask ${callee}: ${how}`,
  noise: [
    {
      perMinute: 3,
      severity: "WARN",
      text: (random) => `smtp.relay 421 4.7.0 temporarily deferred, next try in ${random.int(20, 60)} s`,
    },
    {
      perMinute: 1,
      severity: "ERROR",
      text: (random) => `smtp.relay 550 5.1.1 mailbox unavailable <user${random.int(100, 999)}@example.net>`,
    },
  ],
};

/** A web shop: five services in five log groups, each written in another way. */
export const market: Cast = {
  services: [apiGateway, userService, paymentService, inventoryService, notificationService],
  routes: [
    {
      method: "GET",
      path: (random) => `/v1/users/${random.int(1000, 99_999)}`,
      chain: ["api-gateway", "user-service"],
      weight: 5,
    },
    {
      method: "GET",
      path: (random) => `/v1/users/${random.int(1000, 99_999)}/balance`,
      chain: ["api-gateway", "user-service", "payment-service"],
      weight: 4,
    },
    {
      method: "POST",
      path: () => "/v1/payments",
      chain: ["api-gateway", "payment-service"],
      weight: 3,
    },
    {
      method: "GET",
      path: (random) => `/v1/items/${random.int(100, 999)}/stock`,
      chain: ["api-gateway", "inventory-service"],
      weight: 4,
    },
    {
      method: "POST",
      path: () => "/v1/receipts",
      chain: ["api-gateway", "notification-service"],
      weight: 2,
    },
  ],
};
