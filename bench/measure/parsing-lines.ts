/** Log lines of one logger's form; the same seed gives the same lines. */
export interface LineForm {
  readonly name: string;
  line(index: number, random: () => number): string;
}

const SERVICES = ["checkout", "basket", "payments", "catalogue", "shipping", "orders"];
const LEVELS = ["info", "info", "info", "info", "warn", "error", "debug"];
const PINO_LEVELS = [30, 30, 30, 30, 40, 50, 20];
const ROUTES = ["/v1/basket", "/v1/orders/search", "/v1/payments/authorize", "/health/ready"];
const START_MS = Date.UTC(2026, 10, 21, 1, 0, 0);

/** A small generator of numbers below 1 (mulberry32): enough for lines that differ. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pick = <T>(from: readonly T[], random: () => number, fallback: T): T =>
  from[Math.floor(random() * from.length)] ?? fallback;
const hex = (digits: number, random: () => number): string => {
  let text = "";
  while (text.length < digits) {
    text += Math.floor(random() * 4_294_967_296)
      .toString(16)
      .padStart(8, "0");
  }
  return text.slice(0, digits);
};
const iso = (index: number): string => new Date(START_MS + index).toISOString();

function message(random: () => number): string {
  const number = Math.floor(random() * 100_000);
  switch (Math.floor(random() * 6)) {
    case 0:
      return `order ${number} accepted for customer c-${hex(6, random)} in ${Math.floor(random() * 400)} ms`;
    case 1:
      return `request to 10.2.${number % 250}.7:8443 took ${number % 9000} ms, above the limit of 2000 ms`;
    case 2:
      return `could not take a connection from the pool within ${number % 5000} ms (${number % 64} in use, 0 idle)`;
    case 3:
      return `GET ${pick(ROUTES, random, "/")} answered ${pick([200, 200, 404, 502], random, 200)} after ${number % 900} ms`;
    case 4:
      return `retry ${number % 5} of 5 for job ${hex(8, random)}: the broker did not confirm the message in time`;
    default:
      return `cache miss for key basket:${hex(12, random)}, reading from the primary`;
  }
}

/** The line of the goal: about 365 bytes, 11 fields, no escapes. */
const usual: LineForm = {
  name: "usual",
  line: (index, random) => {
    const service = pick(SERVICES, random, "checkout");
    return JSON.stringify({
      timestamp: iso(index),
      level: pick(LEVELS, random, "info"),
      service,
      host: `${service}-5c9d7f6b4-x7k${Math.floor(random() * 8)}p`,
      message: message(random),
      trace_id: hex(32, random),
      span_id: hex(16, random),
      http_method: pick(["GET", "POST"], random, "GET"),
      http_status: pick([200, 200, 201, 404, 502], random, 200),
      duration_ms: Math.floor(random() * 10_000) / 10,
      logger: `com.shop.${service}.RequestHandler`,
    });
  },
};

const pino: LineForm = {
  name: "pino",
  line: (index, random) =>
    JSON.stringify({
      level: pick(PINO_LEVELS, random, 30),
      time: START_MS + index,
      pid: 17,
      hostname: "basket-7d9f",
      name: "basket",
      reqId: `req-${hex(6, random)}`,
      req: { method: "GET", url: pick(ROUTES, random, "/"), remoteAddress: "10.0.3.7", remotePort: 41_234 },
      ...(random() < 0.1
        ? {
            err: {
              type: "TimeoutError",
              message: "no answer in time",
              stack: "TimeoutError: no answer in time\n    at send (/app/send.js:42:7)\n    at run (/app/run.js:7:3)",
            },
          }
        : {}),
      msg: message(random),
    }),
};

const zap: LineForm = {
  name: "zap",
  line: (index, random) =>
    JSON.stringify({
      level: pick(LEVELS, random, "info"),
      ts: (START_MS + index) / 1000 + 0.000123,
      logger: "payments.http",
      caller: "http/server.go:142",
      msg: message(random),
      service: "payments",
      trace_id: hex(32, random),
      elapsed: random(),
      ...(random() < 0.1 ? { error: "dial tcp 10.0.0.7:5432: connect: connection refused" } : {}),
    }),
};

const logrus: LineForm = {
  name: "logrus",
  line: (index, random) =>
    JSON.stringify({
      app: "shipping",
      level: pick(LEVELS, random, "info"),
      msg: random() < 0.2 ? `parcel "P-${hex(4, random)}" is not known` : message(random),
      time: `${iso(index).slice(0, 19)}+01:00`,
      request_id: hex(20, random),
      user: "c-17",
    }),
};

const python: LineForm = {
  name: "python json",
  line: (index, random) =>
    `{"asctime": "${iso(index).slice(0, 19).replace("T", " ")},${String(index % 1000).padStart(3, "0")}", "timestamp": "${iso(index).replace("Z", "000+00:00")}", "levelname": "${pick(LEVELS, random, "info").toUpperCase()}", "name": "orders.worker", "message": ${JSON.stringify(message(random))}, "taskName": null, "service": "orders", "correlation_id": "${hex(32, random)}", "lineno": ${index % 400}}`,
};

const ecs: LineForm = {
  name: "ECS",
  line: (index, random) =>
    JSON.stringify({
      "@timestamp": iso(index),
      "log.level": pick(LEVELS, random, "info").toUpperCase(),
      message: message(random),
      "ecs.version": "1.2.0",
      "service.name": "catalogue",
      "event.dataset": "catalogue.log",
      "process.thread.name": "http-nio-8080-exec-7",
      "log.logger": "com.shop.catalogue.Search",
      trace: { id: hex(32, random) },
      host: { hostname: "catalogue-5c9d", ip: ["10.0.0.7", "10.0.1.7"] },
    }),
};

const otel: LineForm = {
  name: "OpenTelemetry-like",
  line: (index, random) =>
    JSON.stringify({
      timestamp: `${START_MS + index}000000`,
      severityText: pick(LEVELS, random, "info").toUpperCase(),
      severityNumber: 9,
      body: message(random),
      traceId: hex(32, random),
      spanId: hex(16, random),
      resource: { "service.name": "checkout", "service.version": "1.7.2", "k8s.pod.name": "checkout-5c9d7f6b4-x7k2p" },
      "service.name": "checkout",
      attributes: { "http.request.method": "GET", "http.response.status_code": 200, "url.path": "/v1/basket" },
    }),
};

export const LINE_FORMS: readonly LineForm[] = [usual, pino, zap, logrus, python, ecs, otel];

/** The bytes of many lines of one form, each with its newline. */
export function linesOf(form: LineForm, count: number, seed = 7): Uint8Array {
  const random = createRandom(seed);
  const lines: string[] = [];
  for (let index = 0; index < count; index++) lines.push(form.line(index, random));
  return Buffer.from(`${lines.join("\n")}\n`);
}
