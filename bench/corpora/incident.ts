import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { CHANGES, createShop, FROM_MS, LENGTH_MS, LINES_PER_REQUEST, SERVICES, TIMES } from "./incident-shop.ts";

/** What the made-up incident is about, and so what a right answer says. */
export interface IncidentTruth {
  readonly service: string;
  /** Version of the deploy that is at fault. */
  readonly changeRef: string;
  /** The second of the first failing line, UTC milliseconds. */
  readonly onsetMs: number;
  /** How many lines the logs hold, and how many of them tell of a failed payment until ten minutes after the alert. */
  readonly lines: number;
  readonly failures: number;
  readonly bytes: number;
}

const CHUNK = 1 << 20;

/**
 * Writes logs of seven services of a shop over 2.5 hours, about `lines` of them and always the same for the same number,
 * with a deploy of `payments` that shrinks its connection pool, two innocent changes, and the alert that followed.
 */
export function writeIncident(folder: string, lines: number): IncidentTruth {
  mkdirSync(join(folder, "logs"), { recursive: true });
  const files = new Map(SERVICES.map((service) => [service, openLog(join(folder, "logs", `${service}.jsonl`))]));
  const written = { lines: 0 };
  const shop = createShop((service, line) => {
    files.get(service)?.line(line);
    written.lines += 1;
  });
  const stepMs = (LENGTH_MS * LINES_PER_REQUEST) / lines;
  for (let atMs = FROM_MS; atMs < FROM_MS + LENGTH_MS; atMs += stepMs) if (written.lines < lines) shop.request(atMs);
  const bytes = [...files.values()].reduce((sum, file) => sum + file.close(), 0);
  writeFileSync(join(folder, "changes.jsonl"), `${CHANGES.map((change) => JSON.stringify(change)).join("\n")}\n`);
  const alert = { service: "checkout", title: "Checkout success rate below 95 %", at: new Date(TIMES.alertMs) };
  writeFileSync(join(folder, "alert.json"), JSON.stringify(alert));
  return {
    service: "payments",
    changeRef: "v3.8.0",
    onsetMs: shop.firstFailureMs(),
    lines: written.lines,
    failures: shop.failures(),
    bytes,
  };
}

function openLog(path: string) {
  const handle = openSync(path, "w");
  let chunk = "";
  let bytes = 0;
  const flush = () => {
    bytes += writeSync(handle, chunk);
    chunk = "";
  };
  return {
    line(text: string): void {
      chunk += text;
      if (chunk.length > CHUNK) flush();
    },
    close(): number {
      flush();
      closeSync(handle);
      return bytes;
    },
  };
}
