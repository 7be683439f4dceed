// Appends to a disk that takes no more than `ulimit -f` allows per file, and prints "done <id>" or "refused <id>".
import { writeSync } from "node:fs";
import { DEFAULT_TENANT } from "../../src/core/ids.ts";
import { batchOf, newCatalog, openSegments } from "./segments.ts";
import { rowsOfBatch } from "./segments-named-batches.ts";

const segments = await openSegments(process.argv[2] ?? "");
const catalog = newCatalog();
for (let round = 0; round < 40; round++) {
  const ids = Array.from({ length: 1 + (round % 4) }, (_, index) => `f${round}-${index}`);
  await Promise.all(
    ids.map(async (id) => {
      const outcome = await segments.append(DEFAULT_TENANT, batchOf(rowsOfBatch(id), catalog)).then(
        () => "done",
        (error: Error) => (error.name === "UnavailableError" ? "refused" : `wrong ${error.message}`),
      );
      writeSync(1, `${outcome} ${id}\n`);
    }),
  );
}
await segments.close();
