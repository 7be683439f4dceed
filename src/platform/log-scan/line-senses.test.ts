import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { words } from "../../../test/support/observations.ts";
import { createNameTable } from "../../core/columns/name-table.ts";
import { RECORD_FORMAT, RECORD_KIND } from "../../core/columns/record-batch.ts";
import { createByteMiner } from "../../core/log-templates/byte-miner.ts";
import { mask } from "../../core/log-templates/mask.ts";
import { createBatchBuilder } from "./batch-builder.ts";
import { isFailingSense, LineSenses } from "./line-senses.ts";
import { createNdjsonScanner } from "./scan-ndjson.ts";
import { hashOfWords } from "./word-hash.ts";

const newCatalog = () => ({ services: createNameTable(9), hosts: createNameTable(9), miner: createByteMiner() });

function sensesOf(lines: readonly object[], senses = new LineSenses()): readonly number[] {
  const bytes = new TextEncoder().encode(lines.map((line) => JSON.stringify(line)).join("\n"));
  const batch = createBatchBuilder(newCatalog(), bytes);
  createNdjsonScanner().scan({ batch, receivedAtMs: 0, service: 0, host: -1 }, 0, bytes.length);
  return Array.from({ length: batch.rows }, (_, row) => senses.of(batch, row));
}

/** One line of text as its only row. */
function senseOfText(text: string): number {
  const catalog = newCatalog();
  const bytes = new TextEncoder().encode(text);
  const batch = createBatchBuilder(catalog, bytes);
  const row = batch.next();
  batch.formats[row] = RECORD_FORMAT.text;
  batch.kinds[row] = RECORD_KIND.log;
  batch.lengths[row] = bytes.length;
  batch.severities[row] = 5;
  batch.templates[row] = catalog.miner.add(0, bytes, 0, bytes.length);
  return new LineSenses().of(batch, row);
}

const failed = (more: object) => ({ level: "error", message: "could not reserve item 7", ...more });
const telling: readonly (readonly [string, object])[] = [
  ["nothing more", {}],
  ["a peer", { "peer.service": "basket" }],
  ["another peer", { "peer.service": "payments" }],
  ["a peer in an object", { server: { address: "basket-db" } }],
  ["an exception", { "exception.type": "TimeoutError" }],
  ["another exception", { exception: { type: "RefusedError" } }],
  ["a server's status", { http: { response: { status_code: 503 } } }],
  ["a client's status", { http: { response: { status_code: 404 } } }],
  ["an event's name", { attributes: { "event.name": "ITEM_LOST" } }],
  ["other words", { message: "could not reserve voucher 7" }],
];

const trace = (type: string) => `2026-11-21 01:02:03 ERROR no item 7\n${type}: gone\n    at shelf (/shelf.js:1:2)`;

const letters = (index: number) => String.fromCharCode(97 + (index % 26), 97 + (Math.floor(index / 26) % 26));

describe("what failing lines say", () => {
  test.each(telling)("lines of one template with %s are told apart from all others", (_name, more) => {
    const all = sensesOf(telling.map(([, each]) => failed(each)));

    const [own] = sensesOf([failed(more)]);

    expect(all.filter((sense) => sense === own)).toHaveLength(1);
    expect(own).toBeGreaterThan(1);
  });

  test("numbers, ids, quoted texts and the order of fields make no difference", () => {
    const senses = sensesOf([
      failed({ "peer.service": "basket", trace_id: "5b8efff798038103d269b633813fc60c", duration_ms: 12 }),
      failed({ message: "could not reserve item 4711", took: 512, "peer.service": "basket" }),
    ]);

    expect(new Set(senses).size).toBe(1);
  });

  test("lines that report no failure are looked into only where they name a peer or an exception", () => {
    const fine = { level: "info", message: "item reserved" };
    const [one = 0, other = 0] = sensesOf([
      { ...fine, "peer.service": "basket" },
      { ...fine, "peer.service": "payments" },
    ]);
    expect(one).not.toBe(other);
    expect([one, other].map(isFailingSense)).toEqual([false, false]);

    expect(sensesOf([fine, { ...fine, http: { response: { status_code: 200 } } }])).toEqual([0, 0]);
    expect(sensesOf([{ ...fine, http: { response: { status_code: 503 } } }])[0]).toBeGreaterThan(1);
    expect(sensesOf([{ level: "info", message: "item could not be found: timeout" }])[0]).toBeGreaterThan(1);
  });

  test("a line of text is known by its words and the exceptions behind it", () => {
    expect(senseOfText(trace("ShelfError"))).not.toBe(senseOfText(trace("TimeoutError")));
    expect(senseOfText(trace("ShelfError"))).toBe(senseOfText(trace("ShelfError").replaceAll(/\d/gu, "8")));
  });

  test("who writes names of people into errors makes a bounded number of kinds", () => {
    const lines = Array.from({ length: 600 }, (_, index) => failed({ "peer.service": `customer ${letters(index)}` }));

    expect(new Set(sensesOf(lines)).size).toBeLessThanOrEqual(257);
  });
});

const hashOf = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  return hashOfWords(bytes, { from: 0, to: bytes.length, isHeadline: true });
};

const aText = fc
  .array(
    fc.constantFrom(
      "card",
      "refused",
      "basket-db:5432",
      "10.0.0.7",
      "item",
      "17",
      "503",
      "8 ms",
      "512 ms",
      '"red"',
      "a/b/9",
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(" "));

test("words have the same hash where the engine's mask makes them the same, and only there", () => {
  fc.assert(
    fc.property(aText, aText, (one, other) => {
      expect(hashOf(one) === hashOf(other)).toBe(mask(words(one)) === mask(words(other)));
    }),
    { seed: 5, numRuns: 500 },
  );
});
