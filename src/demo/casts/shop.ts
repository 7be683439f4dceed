import type { Cast, ServiceSpec } from "../cast.ts";

const storefront: ServiceSpec = {
  name: "storefront",
  format: "ndjson",
  pods: [
    { name: "storefront-66b7c4d85f-5tqhn", host: "worker-a1" },
    { name: "storefront-66b7c4d85f-nn2vd", host: "worker-b2" },
  ],
  handled: ({ method, path, status, durationMs }) =>
    `request finished ${method} ${path} status=${status} took=${durationMs}ms`,
  callFailed: ({ method, path, status, callee, how }) =>
    `request failed ${method} ${path} status=${status} backend=${callee} cause=${how}`,
  noise: [
    { perMinute: 3, severity: "WARN", text: (random) => `bot traffic throttled asn=${random.int(1000, 9999)}` },
    {
      perMinute: 1,
      severity: "ERROR",
      text: (random) => `render warning: image ${random.hex(6)}.webp missing, placeholder used`,
    },
  ],
};

const checkout: ServiceSpec = {
  name: "checkout",
  format: "otlp",
  pods: [
    { name: "checkout-7d8f5b6c9-kl3ws", host: "worker-a1" },
    { name: "checkout-7d8f5b6c9-tz9rb", host: "worker-c3" },
  ],
  handled: ({ durationMs }, random) => `order ${random.int(100_000, 999_999)} placed, ${durationMs} ms`,
  callFailed: ({ callee, how, attempt }) => `${callee} client: ${how}; try ${attempt}`,
  noise: [
    {
      perMinute: 2,
      severity: "WARN",
      text: (random) => `coupon ${random.hex(5).toUpperCase()} is not valid for this basket`,
    },
    {
      perMinute: 1,
      severity: "ERROR",
      text: (random) => `address validation rejected postcode ${random.int(1000, 9999)}`,
    },
  ],
};

const catalog: ServiceSpec = {
  name: "catalog",
  format: "otlp",
  pods: [
    { name: "catalog-5f6d7c8b9-2vxjp", host: "worker-b2" },
    { name: "catalog-5f6d7c8b9-wq7dl", host: "worker-c3" },
  ],
  handled: ({ path, durationMs }, random) =>
    `served ${path} from ${random.pick(["cache", "store"])} in ${durationMs} ms`,
  callFailed: ({ callee, how }) => `lookup at ${callee} failed: ${how}`,
  noise: [
    { perMinute: 3, severity: "WARN", text: (random) => `stale price list used for segment ${random.int(1, 40)}` },
    { perMinute: 0.5, severity: "ERROR", text: (random) => `feed row ${random.int(1, 9000)} skipped: unknown brand` },
  ],
};

const basket: ServiceSpec = {
  name: "basket",
  format: "container-json",
  pods: [
    { name: "basket-68d9f7c5b4-8hsmx", host: "worker-a1" },
    { name: "basket-68d9f7c5b4-xc4gt", host: "worker-b2" },
  ],
  handled: ({ durationMs }, random) =>
    `basket ${random.hex(8)} saved with ${random.int(1, 12)} lines (${durationMs} ms)`,
  callFailed: ({ callee, how }) => `price check with ${callee} failed: ${how}`,
  noise: [
    {
      perMinute: 2,
      severity: "WARN",
      text: (random) => `basket ${random.hex(8)} abandoned after ${random.int(20, 90)} minutes`,
    },
    {
      perMinute: 1,
      severity: "ERROR",
      text: (random) => `optimistic lock lost on basket ${random.hex(8)}, write repeated`,
    },
  ],
};

const mailer: ServiceSpec = {
  name: "mailer",
  format: "text",
  pods: [{ name: "mailer-59c8d6b7f-pd5rk", host: "worker-c3" }],
  handled: ({ durationMs }, random) => `template order-${random.int(1, 9)} rendered in ${durationMs} ms`,
  callFailed: ({ callee, how }) => `could not reach ${callee}: ${how}`,
  noise: [
    { perMinute: 2, severity: "WARN", text: (random) => `greylisted by mx${random.int(1, 9)}.example.org, queued` },
    { perMinute: 1, severity: "ERROR", text: (random) => `hard bounce for customer ${random.int(1000, 9999)}` },
  ],
};

/** A shop: storefront at the edge, orders and baskets behind it. */
export const shop: Cast = {
  services: [storefront, checkout, catalog, basket, mailer],
  routes: [
    { method: "GET", path: (random) => `/p/${random.int(100, 9999)}`, chain: ["storefront", "catalog"], weight: 5 },
    { method: "PUT", path: () => "/basket", chain: ["storefront", "basket", "catalog"], weight: 3 },
    { method: "POST", path: () => "/orders", chain: ["storefront", "checkout", "basket"], weight: 3 },
    { method: "POST", path: () => "/orders/confirm", chain: ["storefront", "checkout", "mailer"], weight: 2 },
    { method: "GET", path: () => "/search", chain: ["storefront", "catalog"], weight: 3 },
  ],
};
