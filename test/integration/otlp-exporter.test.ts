import { gunzipSync } from "node:zlib";
import { type Logger, SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { DEFAULT_TENANT, epochMs, incidentId } from "../../src/core/ids.ts";
import { type Install, startInstall } from "../support/install.ts";

const INGEST_TOKEN = "a-token-of-applications-for-tests";
const ALERT_SECRET = "a-secret-of-the-generic-webhook";
const SECOND_MS = 1_000;
const SECRETS = {
  inBody: "hunter2x-in-the-body",
  inUrl: "s3cr3t-of-the-url",
  inField: "value-of-a-telling-field",
  inObject: "value-deep-in-an-object",
  inStack: "AKIAIOSFODNN7EXAMPLE",
  inMail: "jane.doe@customers.example",
};

describe("an application with OpenTelemetry's own exporter", () => {
  let install: Install;
  beforeAll(async () => {
    install = await startInstall({
      INGEST_TOKENS: `another-token-for-tests,${INGEST_TOKEN}`,
      GENERIC_WEBHOOK_SECRETS: ALERT_SECRET,
    });
    // How the settings of a real application would say it.
    vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", install.url);
    vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", `authorization=Bearer%20${INGEST_TOKEN}`);
    vi.stubEnv("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip");
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await install?.stop();
  });

  test("exports packed logs that become the evidence of an alert a moment later, without their secrets", async () => {
    const startMs = Date.now() - 240 * SECOND_MS;
    await exported("basket", (logger) => quietThenFailing(logger, startMs));
    await alert(install, "basket");
    const { analysis } = await install.answerWhen((answer) => answer.analysis !== null);
    const text = JSON.stringify(analysis);
    const symptom = analysis?.timeline.find(({ role }) => role === "first-symptom");
    const behind = analysis?.evidence.filter((record) => symptom?.evidenceIds.includes(record.id)) ?? [];

    expect(symptom).toMatchObject({
      service: "basket",
      at: expect.stringContaining(isoSecond(startMs + 180 * SECOND_MS)),
    });
    expect(symptom?.text).toMatch(/voucher store/u);
    expect(behind.map(({ quote }) => quote).join("\n")).toContain("voucher store refused the connection");
    expect(analysis?.gaps.map(({ source }) => source)).not.toContain("Events sent by applications");
    for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
  });

  test("what comes out of the raw files, and what PostgreSQL keeps of them, holds no secret", async () => {
    await exported("wallet", (logger) => {
      quietThenFailing(logger, Date.now() - 240 * SECOND_MS);
      logger.emit({ severityNumber: SeverityNumber.ERROR, exception: new TypeError("the cart is empty") });
    });
    const read = JSON.stringify(await readBack(install), asText);
    const kept = await databaseText(install);

    expect(read).toContain("voucher store refused the connection");
    expect(read).toContain('"service.version":"4.2.0"');
    expect(read).toContain('"body":"TypeError: the cart is empty"');
    for (const secret of Object.values(SECRETS)) expect(`${read}${kept}`).not.toContain(secret);
  });

  test("is turned away with a wrong token, and stores nothing", async () => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20not-one-of-them");
    await exported("stranger", (logger) => logger.emit({ body: "hello", severityNumber: SeverityNumber.ERROR }));

    expect(JSON.stringify(await readBack(install), asText)).not.toContain("stranger");
  });
});

/** Three minutes of usual work, then a failure every second that carries secrets in all places that a record has. */
function quietThenFailing(logger: Logger, startMs: number): void {
  for (let second = 0; second < 180; second += 2) {
    const timestamp = startMs + second * SECOND_MS;
    logger.emit({ timestamp, severityNumber: SeverityNumber.INFO, body: `priced basket ${1_000 + second} in 12 ms` });
  }
  for (let second = 180; second < 235; second++) {
    logger.emit({
      timestamp: startMs + second * SECOND_MS,
      severityNumber: SeverityNumber.ERROR,
      severityText: "ERROR",
      body: `voucher store refused the connection: password=${SECRETS.inBody} postgres://app:${SECRETS.inUrl}@db.internal/vouchers`,
      attributes: {
        "db.password": SECRETS.inField,
        request: { headers: { authorization: `Bearer ${SECRETS.inObject}` } },
        "http.status_code": 502,
        "enduser.email": SECRETS.inMail,
        "exception.type": "ConnectionRefusedError",
        "exception.message": `connect refused with key ${SECRETS.inStack}`,
        "exception.stacktrace": `ConnectionRefusedError: connect refused with key ${SECRETS.inStack}\n    at open (/app/vouchers.js:10:3)`,
      },
    });
  }
}

async function exported(service: string, write: (logger: Logger) => void): Promise<void> {
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ "service.name": service, "service.version": "4.2.0", "host.name": "host-1" }),
    processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })],
  });
  write(provider.getLogger("test"));
  await provider.shutdown();
}

async function alert(install: Install, service: string): Promise<void> {
  const response = await fetch(`${install.url}/hooks/generic`, {
    method: "POST",
    headers: { authorization: `Bearer ${ALERT_SECRET}`, "content-type": "application/json" },
    body: JSON.stringify({ service, title: `${service} fails` }),
  });
  expect(response.status).toBe(202);
}

/** Everything that applications sent, as it lies in the database, unpacked. */
/** What an investigation is given of everything that was sent. */
async function readBack({ program }: Install): Promise<unknown> {
  const source = program.wiring.evidence.find(({ name }) => name === "Events sent by applications");
  const nowMs = Date.now();
  const window = { fromMs: epochMs(nowMs - 3_600_000), toMs: epochMs(nowMs + 60_000) };
  const baseline = { fromMs: epochMs(nowMs - 7_200_000), toMs: window.fromMs };
  const query = {
    tenant: DEFAULT_TENANT,
    incidentId: incidentId("INC-1"),
    service: null,
    window,
    baseline,
    external: [],
  };
  return source?.gather(query, AbortSignal.timeout(10_000));
}

const asText = (_key: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);

/** Templates, counts, answers and packed input, as PostgreSQL has them. */
async function databaseText(install: Install): Promise<string> {
  const client = new pg.Client({ connectionString: install.databaseUrl });
  await client.connect();
  try {
    const { rows: packed } = await client.query(
      "SELECT packed FROM archived_input UNION ALL SELECT packed FROM pushed_batch",
    );
    const { rows: plain } = await client.query(
      "SELECT text FROM log_template UNION ALL SELECT document::text FROM analysis",
    );
    const batches = z.array(z.object({ packed: z.instanceof(Uint8Array) })).parse(packed);
    return [...batches.map((row) => gunzipSync(row.packed).toString("utf8")), JSON.stringify(plain)].join("\n");
  } finally {
    await client.end();
  }
}

function isoSecond(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}
