// Which made-up secrets come out of the redactor, how many harmless lines it changes, and how long it takes.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { createChunkRedactor } from "../src/platform/redaction/chunks.ts";
import { createRedactor } from "../src/platform/redaction/redact.ts";
import { publish, reportOf } from "./measure/arms.ts";
import { createChance } from "./redaction/chance.ts";
import { redactDenseIds } from "./redaction/dense-ids.ts";
import { HELD_OUT_KINDS, LATER_HELD_OUT_KINDS } from "./redaction/held-out-kinds.ts";
import type { SecretKind } from "./redaction/kind.ts";
import { KNOWN_KINDS } from "./redaction/kinds.ts";
import { benignLines, type KindResult, measureBenign, measureKind, type RedactChunks } from "./redaction/measure.ts";
import { measureNamedValues } from "./redaction/named-values.ts";
import { linesOfFolder } from "./redaction/own-lines.ts";
import { measureWaysIn } from "./redaction/records.ts";
import { redactTenMegabytes } from "./redaction/ten-megabytes.ts";

const { values } = parseArgs({
  options: {
    values: { type: "string", default: "200" },
    lines: { type: "string", default: "40000" },
    seed: { type: "string", default: "7" },
    /** A folder with logs of one's own: the share of its lines that change. */
    folder: { type: "string" },
    kind: { type: "string", default: "" },
    json: { type: "string" },
  },
});
const MAX_PRINTED = 20;
const loadBefore = loadavg().map((load) => Math.round(load * 100) / 100);
const seed = Number(values.seed);
const redactor = createRedactor({ pseudonymKey: "bench" });
const redact: RedactChunks = (chunks) => {
  if (chunks.length === 1) return redactor.text(chunks[0] ?? "");
  const windows = createChunkRedactor(redactor);
  const said = chunks.map((chunk) => windows.push(chunk)).join("");
  return said + windows.end();
};
const measured = (kinds: readonly SecretKind[]) =>
  kinds
    .filter(({ name }) => name.includes(values.kind))
    .map((kind) => measureKind(kind, redact, { values: Number(values.values), seed }));
const known = measured(KNOWN_KINDS);
const heldOut = measured(HELD_OUT_KINDS);
const later = measured(LATER_HELD_OUT_KINDS);
const benign = measureBenign(benignLines(Number(values.lines), createChance(seed + 1)), redactor);

const own = values.folder === undefined ? null : measureBenign(linesOfFolder(values.folder), redactor);
const waysIn = measureWaysIn(
  KNOWN_KINDS.filter(({ name }) => name.includes(values.kind)),
  redactor,
  { values: Number(values.values), seed },
);
const named = measureNamedValues(redactor, { values: Number(values.values), seed });
const large = await redactTenMegabytes();

for (const result of [...known, ...heldOut, ...later]) if (result.leakedTexts > 0) describeLeaks(result);
for (const leak of waysIn.leaks) console.error(leak);
for (const leak of named.leaks.slice(0, MAX_PRINTED)) console.error(leak);
for (const example of named.changed.slice(0, MAX_PRINTED)) console.error(`changed: ${example}`);
for (const example of [...benign.examples, ...(own?.examples ?? [])]) console.error(`changed: ${example}`);

const sum = (results: readonly KindResult[], of: (result: KindResult) => number) =>
  results.reduce((total, result) => total + of(result), 0);
const changedShare = benign.changed / benign.lines;
publish(
  reportOf("bench:redaction", {
    loadBefore,
    settings: { kinds: known.length, "held-out kinds": heldOut.length, "values per kind": Number(values.values), seed },
    groups: [],
    figures: [
      { name: "texts with a secret of a known kind", value: sum(known, ({ texts }) => texts), unit: "" },
      { name: "of them leaking", value: sum(known, ({ leakedTexts }) => leakedTexts), unit: "", atMost: 0 },
      { name: "leaked characters", value: sum(known, ({ leakedCharacters }) => leakedCharacters), unit: "", atMost: 0 },
      { name: "records with such a text in every field, of every kind of record", value: waysIn.texts, unit: "" },
      { name: "of them leaking", value: waysIn.leakedTexts, unit: "", atMost: 0 },
      { name: "records with secrets that only a name tells: numbers, lists, nested", value: named.records, unit: "" },
      { name: "of them leaking", value: named.leaks.length, unit: "", atMost: 0 },
      { name: "harmless records that speak of secrets", value: named.harmless, unit: "" },
      { name: "of them changed", value: named.changed.length, unit: "", atMost: 0 },
      {
        name: "held-out kinds: share of texts without a leak",
        value:
          1 -
          sum(heldOut, ({ leakedTexts }) => leakedTexts) /
            Math.max(
              1,
              sum(heldOut, ({ texts }) => texts),
            ),
        unit: "",
      },
      {
        name: "later held-out kinds: share of texts without a leak",
        value:
          1 -
          sum(later, ({ leakedTexts }) => leakedTexts) /
            Math.max(
              1,
              sum(later, ({ texts }) => texts),
            ),
        unit: "",
      },
      { name: "harmless lines", value: benign.lines, unit: "" },
      { name: "of them changed, share", value: changedShare, unit: "", atMost: 0.01 },
      ...(own === null
        ? []
        : [
            { name: "lines of the given folder", value: own.lines, unit: "" },
            { name: "of them changed, share", value: own.changed / Math.max(1, own.lines), unit: "" },
            {
              name: "of them changed by more than a pseudonym, share",
              value: own.hidden / Math.max(1, own.lines),
              unit: "",
            },
          ]),
      { name: "10 MB in a thread, wall time", value: Math.round(large.wallMs), unit: "ms", atMost: 10_000 },
      { name: "10 MB in a thread, CPU time", value: Math.round(large.cpuMs), unit: "ms" },
      ...(large.waitedMs === null
        ? []
        : [
            {
              name: "10 MB in a thread, time in the queue for a processor",
              value: Math.round(large.waitedMs),
              unit: "ms",
            },
          ]),
      {
        name: "CPU time of a JSON line of 380 bytes full of ids",
        value: Math.round(redactDenseIds() * 100) / 100,
        unit: "µs",
      },
    ],
    notes: [...heldOut, ...later].map(
      ({ name, texts, leakedTexts }) => `${name}: ${texts - leakedTexts} of ${texts} hidden`,
    ),
  }),
  values.json,
);

function describeLeaks({ name, texts, leakedTexts, where, example }: KindResult): void {
  const places = [...where].toSorted((a, b) => b[1] - a[1]).slice(0, 6);
  console.error(
    `${name}: ${leakedTexts} of ${texts} leak; ${places.map(([place, count]) => `${place} ${count}`).join("; ")}`,
  );
  if (example !== null) console.error(`   ${example.slice(0, 300)}`);
}

const leaked = sum(known, ({ leakedTexts }) => leakedTexts) + waysIn.leakedTexts + named.leaks.length;
process.exitCode = leaked === 0 && named.changed.length === 0 && changedShare <= 0.01 ? 0 : 1;
