// A receiver in a process of its own, for the fuzzer: whatever it dies of is seen from outside.
import { createByteMiner } from "../../src/core/log-templates/byte-miner.ts";
import { decodeRecord } from "../../src/ingest/decode-record.ts";
import { createRedactor } from "../../src/platform/redaction/redact.ts";
import { startIngest, storedRecords } from "./otlp-server.ts";

const redactor = createRedactor({ pseudonymKey: "k" });
const server = await startIngest({
  newMiner: () => createByteMiner(),
  onBatch: (batch) => {
    // What was taken can be read back: a window read does just this.
    for (const record of storedRecords(batch).slice(0, 100)) {
      for (const event of decodeRecord(record)) redactor.event(event);
    }
  },
});
let unhandled = 0;
process.on("unhandledRejection", () => unhandled++);
process.on("message", () => {
  globalThis.gc?.();
  process.send?.({ rss: process.memoryUsage().rss, unhandled, problems: server.problems.slice(0, 5) });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ url: server.url });
