import { describe, expect, test } from "vitest";
import { DEFAULT_TENANT, epochMs } from "../core/ids.ts";
import { createByteMiner } from "../core/log-templates/byte-miner.ts";
import { createCatalogs } from "./catalogs.ts";
import { ingestFormats } from "./registry.ts";

const NOW = epochMs(Date.UTC(2026, 10, 21, 2));

describe("a request with very many records", () => {
  const logRecords = Array.from({ length: 20_000 }, (_, index) => ({
    timeUnixNano: String(BigInt(NOW) * 1_000_000n),
    body: { stringValue: `payment ${index} was declined` },
  }));
  const resourceLogs = [{ scopeLogs: [{ logRecords }] }];

  test("lets others have their turns while it is read", async () => {
    const json = ingestFormats.otlp.find(({ path }) => path === "/v1/logs")?.protocols["application/json"];
    let turns = 0;
    let isReading = true;
    const count = () => {
      turns++;
      if (isReading) setImmediate(count);
    };
    setImmediate(count);
    const reading = await json?.read({
      bytes: Buffer.from(JSON.stringify({ resourceLogs })),
      request: { headers: {}, query: new URLSearchParams(), receivedAtMs: NOW },
      catalog: createCatalogs({ newMiner: () => createByteMiner(), nowMs: () => 0, newSeed: () => 7 })(DEFAULT_TENANT),
      more: () => true,
    });
    isReading = false;

    expect(reading).toMatchObject({ status: "read", accepted: 20_000, refused: 0 });
    // It takes far longer than a turn of 8 ms; without turns nobody would come in between.
    expect(turns).toBeGreaterThan(3);
  });
});
