export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

interface OpenFamily {
  name: string;
  type: string;
  help: string;
  samples: Sample[];
}

const HELP = /^# HELP (\S+) (.*)$/u;
const TYPE = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/u;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^\n]*)\})? (NaN|[+-]Inf|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/u;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^\\"\n]|\\[\\"n])*)"(,|$)/u;

/** A strict reader of Prometheus' text format 0.0.4, written from its description. Throws at the first line that does not fit. */
export function parseExposition(text: string): readonly Family[] {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const families: OpenFamily[] = [];
  for (const line of text.slice(0, -1).split("\n")) {
    if (line.startsWith("# HELP")) beginFamily(families, line);
    else if (line.startsWith("# TYPE")) typeFamily(families.at(-1), line);
    else if (line !== "") addSample(families.at(-1), line);
  }
  return families;
}

function beginFamily(families: OpenFamily[], line: string): void {
  const [, name, help] = HELP.exec(line) ?? [];
  if (name === undefined || help === undefined || families.some((each) => each.name === name)) {
    throw new Error(`bad or second HELP: ${line}`);
  }
  families.push({ name, help, type: "", samples: [] });
}

function typeFamily(family: OpenFamily | undefined, line: string): void {
  const [, name, type] = TYPE.exec(line) ?? [];
  if (family === undefined || type === undefined || family.name !== name || family.type !== "") {
    throw new Error(`TYPE out of place: ${line}`);
  }
  family.type = type;
}

function addSample(family: OpenFamily | undefined, line: string): void {
  const sample = parseSample(line);
  const ends = family?.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
  if (family === undefined || !ends.some((end) => sample.name === family.name + end)) {
    throw new Error(`sample outside of its family: ${line}`);
  }
  family.samples.push(sample);
}

function parseSample(line: string): Sample {
  const [, name, labels = "", value] = SAMPLE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  return { name, labels: parseLabels(labels), value: Number(value.replace("Inf", "Infinity")) };
}

function parseLabels(text: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (let rest = text; rest !== ""; ) {
    const [all, name, value] = LABEL.exec(rest) ?? [];
    if (all === undefined || name === undefined || value === undefined || labels.has(name)) {
      throw new Error(`bad label: ${rest}`);
    }
    labels.set(name, unescaped(value));
    rest = rest.slice(all.length);
  }
  return labels;
}

function unescaped(value: string): string {
  return value.replaceAll(/\\(.)/gu, (_all, one: string) => (one === "n" ? "\n" : one));
}
