import type { IngestRoute } from "./define.ts";
import { deploys } from "./deploys/index.ts";
import { ndjson } from "./ndjson/index.ts";
import { otlpJson } from "./otlp-json/index.ts";

/** Every telemetry format that applications may push. A new one is a folder and a line here. */
export const ingestFormats = {
  deploys,
  ndjson,
  "otlp-json": otlpJson,
} satisfies Record<string, readonly IngestRoute[]>;
