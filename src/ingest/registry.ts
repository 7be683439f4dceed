import type { IngestRoute } from "./define.ts";
import { deploys } from "./deploys/index.ts";
import { firehose } from "./firehose/index.ts";
import { ndjson } from "./ndjson/index.ts";
import { otlp } from "./otlp/index.ts";
import { text } from "./text/index.ts";

/** Every telemetry format that applications may push. A new one is a folder and a line here. */
export const ingestFormats = {
  deploys,
  firehose,
  ndjson,
  otlp,
  text,
} satisfies Record<string, readonly IngestRoute[]>;
