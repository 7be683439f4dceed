import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { analysisJsonSchema } from "../src/app/analysis-schema.ts";

// The committed JSON Schemas are generated; `src/app/analysis-schema.test.ts` fails when they are stale.
writeFileSync(resolve(import.meta.dirname, "../docs/analysis.schema.json"), analysisJsonSchema());
