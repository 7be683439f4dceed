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
  return Array.from({ length: batch.rows }, (_, row) => marks.statusOf(batch, row) !== 0);
}

const access = (status: number) => ({ level: "info", message: `GET /orders/77 ${status} in 12 ms` });
const request = (status: number) => ({
  message: "request completed",
  http: { response: { status_code: status } },
  ms: 512,
});

const plain = (ms: number) => ({ message: "request completed", ms });
const late = (status: number) => ({ message: "request completed", ms: 3, http: { response: { status_code: status } } });
const took = (status: number, ms: number) => ({ message: `GET /orders/77 ${status} in ${ms} ms` });

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

test("where a status stands is learned anew: the first lines of a template may lack it", () => {
  const marks = marksOf([plain(1), plain(2), late(200), late(503), plain(3), late(404)]);

  expect(marks).toEqual([false, false, false, true, false, true]);
});

test("an amount is no status, and a status beside an amount is found", () => {
  expect(marksOf([took(200, 512), took(503, 412), took(204, 404)])).toEqual([false, true, false]);
});

test("a template that told of no status for long does so as soon as its lines hold many", () => {
  const before = Array.from({ length: 500 }, (_, index) => ({ message: "request completed", ms: 1000 + index }));
  const after = Array.from({ length: 30 }, () => ({ message: "request completed", status: 500 }));

  const marks = marksOf([...before, ...after]);

  expect(marks.slice(0, 500)).not.toContain(true);
  expect(marks.slice(507)).not.toContain(false);
});
