import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { analysisJsonSchema } from "../src/app/analysis-schema.ts";
import { eventJsonSchema } from "../src/app/event-schema.ts";

// The committed JSON Schemas are generated; the tests beside their sources fail when they are stale.
const docs = resolve(import.meta.dirname, "../docs");
writeFileSync(resolve(docs, "analysis.schema.json"), analysisJsonSchema());
writeFileSync(resolve(docs, "event.schema.json"), eventJsonSchema());
