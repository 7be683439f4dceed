import { expect, test } from "vitest";
import { brokenPromises, runFuzz } from "./fuzz-run.ts";

/** The full size is `npm run -s test:fuzz -- --bodies 1000000`. */
const BODIES = Number(process.env["FUZZ_BODIES"] ?? 30_000);
const SEED = Number(process.env["FUZZ_SEED"] ?? 5);

test(`${BODIES} hostile webhooks from seed ${SEED}: unsigned 401, signed 2xx, no exit, bounded memory, a loop that answers`, {
  timeout: 120_000 + BODIES * 10,
}, async () => {
  const report = await runFuzz({ bodies: BODIES, seed: SEED });

  expect(brokenPromises(report)).toEqual([]);
  expect(report.bodies).toBe(BODIES);
});
