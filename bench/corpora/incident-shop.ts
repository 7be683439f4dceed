/** Everything in the made-up shop: services, requests, what goes wrong and when. */
export const SERVICES = ["web", "basket", "checkout", "payments", "catalog", "shipping", "search"] as const;
type Service = (typeof SERVICES)[number];

const MINUTE_MS = 60_000;
export const FROM_MS = Date.UTC(2026, 10, 21, 0, 0, 0);
export const LENGTH_MS = 150 * MINUTE_MS;
/** A request writes so many lines on average, noise included. */
export const LINES_PER_REQUEST = 4.56;
const DEPLOYED_MS = FROM_MS + 130 * MINUTE_MS;
const ONSET_MS = DEPLOYED_MS + 95_000;
const ALERT_MS = ONSET_MS + 150_000;
/** Who asks about the alert looks at what happened up to ten minutes after it. */
const ASKED_UNTIL_MS = ALERT_MS + 10 * MINUTE_MS;
/** When the first failing request may come, and when the alert fired. */
export const TIMES = { onsetMs: ONSET_MS, alertMs: ALERT_MS } as const;
const PODS = 3;
const FAILS_AFTER_MS = 9;
const NOISE_SHARE = 0.2;
const FAILING_SHARE = 0.45;

const at = (ms: number) => new Date(ms).toISOString();
export const CHANGES = [
  { at: at(FROM_MS + 95 * MINUTE_MS), service: "catalog", ref: "v1.22.4", previous: "v1.22.3", by: "ida" },
  { at: at(FROM_MS + 118 * MINUTE_MS), service: "search", kind: "flag", ref: "synonyms", previous: "off", by: "jon" },
  {
    at: at(DEPLOYED_MS),
    service: "payments",
    ref: "v3.8.0",
    previous: "v3.7.2",
    by: "mia",
    summary: "Tidy up the database settings",
    files: [{ path: "config/production.yaml", diff: ["-  ledger.pool.max: 40", "+  ledger.pool.max: 2"] }],
  },
];

/** One line of a service. */
interface Said {
  readonly level: "INFO" | "WARN" | "ERROR" | "DEBUG";
  readonly message: string;
  /** Further fields, each with a comma in front. */
  readonly fields?: string;
}

interface Request {
  readonly atMs: number;
  readonly traceId: string;
}

/** What a flow of requests needs: to speak, and chance. */
interface Stage {
  readonly say: (service: Service, request: Request, said: Said) => void;
  readonly below: (end: number) => number;
  readonly chance: () => number;
  readonly hex: (digits: number) => string;
}

/** A shop whose requests write lines; always the same ones. */
export function createShop(write: (service: Service, line: string) => void) {
  const stage = createStage(write);
  let failures = 0;
  let firstFailureMs = Number.NaN;
  return {
    /** One request and sometimes a line of noise. */
    request(atMs: number): void {
      const request = { atMs, traceId: stage.hex(32) };
      const draw = stage.chance();
      if (draw < 0.35) browse(stage, request);
      else if (draw < 0.65) look(stage, request);
      else if (buy(stage, request)) {
        const failedMs = Math.floor(atMs + FAILS_AFTER_MS);
        if (failures === 0) firstFailureMs = failedMs;
        if (failedMs <= ASKED_UNTIL_MS) failures += 1;
      }
      if (stage.chance() < NOISE_SHARE) noise(stage, { atMs: atMs + 1, traceId: stage.hex(32) });
    },
    /** How many payments failed so far, as far as anybody asks. */
    failures: () => failures,
    firstFailureMs: () => firstFailureMs,
  };
}

function createStage(write: (service: Service, line: string) => void): Stage {
  const chance = mulberry(20_261_121);
  const below = (end: number) => Math.floor(chance() * end);
  const hex = (digits: number) => {
    let id = "";
    while (id.length < digits) id += below(0xffffffff).toString(16).padStart(8, "0");
    return id.slice(0, digits);
  };
  return {
    chance,
    below,
    hex,
    say: (service, { atMs, traceId }, { level, message, fields = "" }) => {
      write(
        service,
        `{"timestamp":"${at(Math.floor(atMs))}","level":"${level}","service.name":"${service}","host.name":"${service}-6f7c9d-${below(PODS)}","trace_id":"${traceId}","span_id":"${hex(16)}","logger":"shop.${service}","thread":"w-${below(16)}","message":"${message}"${fields},"env":"production","version":"${versionOf(service, atMs)}"}\n`,
      );
    },
  };
}

function versionOf(service: Service, atMs: number): string {
  return service === "payments" && atMs >= DEPLOYED_MS ? "v3.8.0" : "v3.7.2";
}

/** The fields of an answered call. */
function answered(call: string, status: number, ms: number): string {
  const [method = "", route = ""] = call.split(" ");
  return `,"http":{"request":{"method":"${method}"},"route":"${route}","response":{"status_code":${status}}},"duration_ms":${ms}`;
}

function later({ atMs, traceId }: Request, ms: number): Request {
  return { atMs: atMs + ms, traceId };
}

function browse({ say, below }: Stage, request: Request): void {
  const product = below(90_000);
  const ms = 4 + below(40);
  const call = "GET /products/{id}";
  say("web", request, { level: "DEBUG", message: `routing GET /products/${product}` });
  say("catalog", later(request, 2), {
    level: "INFO",
    message: `loaded product ${product} in ${ms} ms`,
    fields: answered(call, 200, ms),
  });
  say("web", later(request, ms + 4), {
    level: "INFO",
    message: `GET /products/${product} 200 ${ms + 4}ms`,
    fields: answered(call, 200, ms + 4),
  });
}

function look({ say, below }: Stage, request: Request): void {
  say("search", later(request, 1), { level: "DEBUG", message: `query planned with ${1 + below(5)} shards` });
  say("search", later(request, 20), {
    level: "INFO",
    message: `found ${below(400)} products for query ${below(5_000)}`,
    fields: answered("GET /search", 200, 20),
  });
  say("web", later(request, 25), {
    level: "INFO",
    message: `GET /search?page=${1 + below(9)} 200 25ms`,
    fields: answered("GET /search", 200, 25),
  });
}

/** True when the payment failed. */
function buy(stage: Stage, request: Request): boolean {
  const { say, below, chance } = stage;
  const order = below(900_000);
  const draw = chance();
  const fails = request.atMs >= ONSET_MS && (request.atMs < ONSET_MS + 1000 || draw < FAILING_SHARE);
  say("web", request, { level: "INFO", message: `order ${order} received from customer ${below(70_000)}` });
  say("checkout", later(request, 2), {
    level: "INFO",
    message: `checkout of order ${order} started with ${1 + below(6)} items`,
  });
  say("basket", later(request, 5), {
    level: "INFO",
    message: `basket ${below(90_000)} locked for order ${order}`,
    fields: answered("POST /baskets/{id}/lock", 200, 3),
  });
  if (fails) failedPayment(stage, request, order);
  else paid(stage, request, order);
  return fails;
}

function paid({ say, below }: Stage, request: Request, order: number): void {
  say("payments", later(request, 9), { level: "INFO", message: `charging order ${order} with provider ${below(3)}` });
  say("payments", later(request, 60), {
    level: "INFO",
    message: `payment ${below(900_000)} for order ${order} captured in ${40 + below(60)} ms`,
    fields: answered("POST /charges", 201, 55),
  });
  say("shipping", later(request, 70), {
    level: "INFO",
    message: `parcel for order ${order} planned on route ${below(300)}`,
  });
  say("checkout", later(request, 80), {
    level: "INFO",
    message: `order ${order} placed in ${70 + below(40)} ms`,
    fields: answered("POST /orders", 201, 78),
  });
  say("web", later(request, 84), {
    level: "INFO",
    message: `POST /orders 201 84ms`,
    fields: answered("POST /orders", 201, 84),
  });
}

function failedPayment({ say }: Stage, request: Request, order: number): void {
  say("payments", later(request, FAILS_AFTER_MS), {
    level: "ERROR",
    message: `could not charge order ${order}: connection pool exhausted, timed out after 3000 ms waiting for a connection to ledger-db (max 2)`,
    fields: `,"error.type":"PoolTimeoutError"${answered("POST /charges", 503, 3000)}`,
  });
  say("checkout", later(request, 16), {
    level: "ERROR",
    message: `payments answered 503 for order ${order}`,
    fields: answered("POST /orders", 502, 3010),
  });
  say("web", later(request, 20), {
    level: "ERROR",
    message: `POST /orders 502 3020ms`,
    fields: answered("POST /orders", 502, 3020),
  });
}

/** What every shop logs all day, failures among it. */
function noise({ say, below, hex }: Stage, request: Request): void {
  const draw = below(100);
  if (draw < 40)
    say("catalog", request, { level: "WARN", message: `cache miss for product ${below(90_000)}, read from store` });
  else if (draw < 70)
    say("search", request, { level: "WARN", message: `slow shard ${below(12)} took ${400 + below(300)} ms` });
  else if (draw < 80)
    say("shipping", request, {
      level: "ERROR",
      message: `label printer ${below(4)} did not answer, label ${below(90_000)} queued`,
    });
  else if (draw < 90) say("basket", request, { level: "INFO", message: `expired ${1 + below(9)} baskets` });
  else say("web", request, { level: "DEBUG", message: `session ${hex(8)} renewed` });
}

/** Mulberry32, a small generator of even chances (Tommy Ettinger, public domain). */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
