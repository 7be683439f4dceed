import { joinSafe, type Safe, safe, sliceSafe } from "../safe.ts";

/** Longer lines are cut before masking: what a line says stands at its beginning, and the cost must not follow its length. */
const MAX_TEXT = 600;

const PARTS = [
  // Kept as it is: a standing HTTP status tells failing lines from good ones.
  // The version in a path ("/v1/") names the route and stays too.
  String.raw`((?<=\/)v\d+(?=\/)|(?<=[\s"=:])[45]\d\d(?=[\s",;)\]]|$)(?!\s*(?:ms|s|sec|seconds|bytes|[kmg]?b|rows|items|records)\b))`,
  String.raw`(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?|\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b)`,
  String.raw`(\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)`,
  String.raw`(\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\[[0-9a-fA-F:]{2,39}\](?::\d+)?)`,
  // A quoted key of JSON ("name":) names the field and stays; its value goes.
  String.raw`("[^"\n]{0,200}"(?!\s*:)|'[^'\n]{0,200}'(?=$|[\s,;:.)\]}]))`,
  String.raw`(\b0x[0-9a-fA-F]+\b|\b(?=[a-f]*\d)[0-9a-f]{8,}\b)`,
  String.raw`([\w-]*\d[\w-]*(?:[.:,/_]\w*\d[\w-]*)*%?)`,
] as const;
const VARIABLE = new RegExp(PARTS.join("|"), "gu");

/** What stands for each part, in the order of the parts; the first is kept. */
const MARKS: readonly (Safe | null)[] = [
  null,
  safe`<time>`,
  safe`<uuid>`,
  safe`<ip>`,
  safe`<text>`,
  safe`<hex>`,
  safe`<num>`,
];

/** The text with everything that changes from record to record (times, ids, numbers, addresses, quoted values) replaced by marks. */
export function mask(text: Safe): Safe {
  const cut = text.length > MAX_TEXT ? sliceSafe(text, 0, MAX_TEXT) : text;
  let masked: Safe[] | null = null;
  let from = 0;
  VARIABLE.lastIndex = 0;
  for (let match = VARIABLE.exec(cut); match !== null; match = VARIABLE.exec(cut)) {
    const mark = markOf(match);
    if (mark === null) continue;
    masked ??= [];
    masked.push(sliceSafe(cut, from, match.index), mark);
    from = match.index + match[0].length;
  }
  if (masked === null) return cut;
  masked.push(sliceSafe(cut, from));
  return joinSafe(masked, "");
}

function markOf(match: RegExpExecArray): Safe | null {
  for (let part = 1; part <= MARKS.length; part++) {
    if (match[part] !== undefined) return MARKS[part - 1] ?? null;
  }
  return null;
}

/** What names a record of several lines: its first line with words in it, and the exception type when that line does not say it. */
export function headline(body: Safe, exceptionType: Safe | null): Safe {
  const line = firstLine(body);
  if (exceptionType === null || exceptionType === "" || line.includes(exceptionType)) return line;
  return line === "" ? exceptionType : safe`${line} [${exceptionType}]`;
}

function firstLine(body: Safe): Safe {
  let from = 0;
  while (from < body.length && " \t\r\n".includes(body.charAt(from))) from += 1;
  const end = body.indexOf("\n", from);
  const line = sliceSafe(body, from, end === -1 ? undefined : end);
  return line.endsWith("\r") ? sliceSafe(line, 0, -1) : line;
}
