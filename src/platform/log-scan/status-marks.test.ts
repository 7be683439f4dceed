import { expect, test } from "vitest";
import { createReadableCatalog } from "../../../test/support/scanned-rows.ts";
import { createByteMiner } from "../../core/log-templates/byte-miner.ts";
import { createBatchBuilder } from "./batch-builder.ts";
import { createNdjsonScanner } from "./scan-ndjson.ts";
import { StatusMarks } from "./status-marks.ts";

function marksOf(lines: readonly object[]): readonly boolean[] {
  const bytes = new TextEncoder().encode(lines.map((line) => JSON.stringify(line)).join("\n"));
  const batch = createBatchBuilder({ ...createReadableCatalog(), miner: createByteMiner() }, bytes);
  createNdjsonScanner().scan({ batch, receivedAtMs: 0, service: -1, host: -1 }, 0, bytes.length);
  const marks = new StatusMarks();
  return Array.from({ length: batch.rows }, (_, row) => marks.isFailing(batch, row));
}

const access = (status: number) => ({ level: "info", message: `GET /orders/77 ${status} in 12 ms` });
const request = (status: number) => ({
  message: "request completed",
  http: { response: { status_code: status } },
  ms: 512,
});

test("lines of one template are told apart by the status that they hold", () => {
  expect(marksOf([access(200), access(503), access(204), access(404)])).toEqual([false, true, false, true]);
});

test("a status in a field of its own counts as much as one in the message", () => {
  expect(marksOf([request(200), request(502), request(200)])).toEqual([false, true, false]);
});

test("numbers that are no status mark nothing", () => {
  expect(marksOf([{ message: "sent 503 parcels to 404 shops" }, { message: "loaded in 512 ms" }])).toEqual([
    false,
    false,
  ]);
});
