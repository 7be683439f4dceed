import { normaliseMeasure } from "../../core/semantics/units.ts";
import { instantOf } from "../../platform/records/instants.ts";
import type { UnnamedEvent } from "./sink.ts";

export interface CsvColumns {
  readonly time: number;
  readonly service: number;
  readonly metric: number;
  readonly value: number;
  readonly unit: number;
  /** The pod or host that was measured; below zero when the file does not say. */
  readonly host: number;
  /** Every other column is an attribute of the point: the peers of a call, a node. */
  readonly attributes: readonly { readonly name: string; readonly column: number }[];
}

const MAX_ATTRIBUTES = 20;
const HOST = ["pod", "k8s.pod.name", "host", "host.name"];
const TIME = ["time", "timestamp", "ts", "at", "@timestamp"];

/** Finds the columns of a metrics file from its header; null when time, metric or value is missing. */
export function readCsvHeader(line: string): CsvColumns | null {
  const names = splitCsv(line.replace(/^\uFEFF/u, "")).map((name) => name.trim().toLowerCase());
  const columns = {
    time: names.findIndex((name) => TIME.includes(name)),
    service: names.findIndex((name) => name === "service" || name === "service.name"),
    metric: names.findIndex((name) => name === "metric" || name === "name"),
    value: names.indexOf("value"),
    unit: names.indexOf("unit"),
    host: names.findIndex((name) => HOST.includes(name)),
  };
  if (columns.time < 0 || columns.metric < 0 || columns.value < 0) return null;
  const known = new Set(Object.values(columns));
  const others = names.map((name, column) => ({ name, column }));
  return {
    ...columns,
    attributes: others.filter(({ name, column }) => name !== "" && !known.has(column)).slice(0, MAX_ATTRIBUTES),
  };
}

/** Reads one row, its value in base units; null when its time or value cannot be believed. */
export function readCsvRow(line: string, columns: CsvColumns): UnnamedEvent | null {
  const cells = splitCsv(line);
  const at = instantOf(cells[columns.time]);
  const cell = (column: number): string => cells[column]?.trim() ?? "";
  const text = cell(columns.value);
  const measure = normaliseMeasure(cell(columns.unit), Number(text));
  if (!at || text === "" || !Number.isFinite(measure.value)) return null;
  return {
    kind: "metric",
    atNs: at.ns,
    observedNs: null,
    service: cell(columns.service) || null,
    host: cell(columns.host) || null,
    traceId: null,
    spanId: null,
    requestId: null,
    name: cell(columns.metric),
    ...measure,
    attributes: attributesOf(cells, columns),
  };
}

function attributesOf(cells: readonly string[], { attributes }: CsvColumns): Readonly<Record<string, string>> {
  const told = attributes.map(({ name, column }) => [name, cells[column]?.trim() ?? ""] as const);
  return Object.fromEntries(told.filter(([, text]) => text !== ""));
}

/** Splits a CSV line; quoted cells may hold commas and doubled quotes. */
function splitCsv(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(",");
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/gu)].map(([, quoted, bare = ""]) =>
    quoted === undefined ? bare : quoted.replaceAll('""', '"'),
  );
}
