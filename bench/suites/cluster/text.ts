/** A line of indented text with the lines that belong to it. */
export interface Line {
  readonly text: string;
  readonly children: readonly Line[];
}

interface Open {
  readonly indent: number;
  readonly children: Line[];
}

/** The lines of `kubectl describe` as a tree by indentation. */
export function toTree(text: string): readonly Line[] {
  const root: Open = { indent: -1, children: [] };
  const open = [root];
  for (const raw of text.split("\n")) {
    if (raw.trim() === "") continue;
    const indent = raw.length - raw.trimStart().length;
    while (open.length > 1 && (open.at(-1)?.indent ?? 0) >= indent) open.pop();
    const children: Line[] = [];
    open.at(-1)?.children.push({ text: raw.trim(), children });
    open.push({ indent, children });
  }
  return root.children;
}

/** "Key:   value" as its two halves; null when the line is no such pair. */
export function pair(text: string): readonly [string, string] | null {
  const match = /^(.*?):(?:\s+(.*))?$/u.exec(text);
  return match === null ? null : [match[1] ?? "", (match[2] ?? "").trim()];
}

/** The first line under these that has the key. */
export function line(lines: readonly Line[], key: string): Line | null {
  return lines.find(({ text }) => pair(text)?.[0] === key) ?? null;
}

/** The value of a key; null when it is missing or one of kubectl's words for nothing. */
export function value(lines: readonly Line[], key: string): string | null {
  const found = pair(line(lines, key)?.text ?? "")?.[1] ?? "";
  return found === "" || /^<(?:none|unset|nil|unknown)>$/u.test(found) ? null : found;
}

/** The lines below a key. */
export function below(lines: readonly Line[], key: string): readonly Line[] {
  return line(lines, key)?.children ?? [];
}

/** The value of a key together with the lines that continue it. */
export function values(lines: readonly Line[], key: string): readonly string[] {
  const first = value(lines, key);
  return [...(first === null ? [] : [first]), ...below(lines, key).map(({ text }) => text)];
}

/** "a=b" lines as a map. */
export function labels(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts
      .flatMap((text) => text.split(","))
      .flatMap((text) => {
        const [key, ...rest] = text.split("=");
        return key === undefined || rest.length === 0 ? [] : [[key.trim(), rest.join("=").trim()]];
      }),
  );
}

/** "key: value" lines as a map. */
export function pairs(lines: readonly Line[]): Record<string, string> {
  return Object.fromEntries(lines.flatMap(({ text }) => [pair(text)].filter((each) => each !== null)));
}

/** A table under a heading: its rows as columns, split where two blanks or more stand. */
export function rows(lines: readonly Line[]): readonly (readonly string[])[] {
  const cells = flat(lines).map((text) => text.split(/\s{2,}/u));
  return cells.slice(1).filter((row) => !/^-+$/u.test(row[0] ?? ""));
}

function flat(lines: readonly Line[]): readonly string[] {
  return lines.flatMap(({ text, children }) => [text, ...flat(children)]);
}

/** A table as kubectl prints it: every row by the names of its columns, cut where the head's words begin. */
export function table(text: string): readonly Readonly<Record<string, string>>[] {
  const [head = "", ...body] = text.split("\n").filter((each) => each.trim() !== "");
  const starts = [...head.matchAll(/\S+(?: \S+)*/gu)].map((match) => ({ name: match[0], from: match.index }));
  return body.map((row) =>
    Object.fromEntries(
      starts.map(({ name, from }, index) => [name, row.slice(from, starts[index + 1]?.from).trim()] as const),
    ),
  );
}

const AGE = { d: 86_400, h: 3_600, m: 60, s: 1 };

/** "4d20h", "2m9s", "73s" in seconds; null when it is no age. */
export function seconds(age: string): number | null {
  if (!/^(?:\d+[dhms])+$/u.test(age)) return null;
  return [...age.matchAll(/(\d+)([dhms])/gu)].reduce((sum, [, count, unit]) => {
    const size = unit === "d" || unit === "h" || unit === "m" || unit === "s" ? AGE[unit] : 0;
    return sum + Number(count) * size;
  }, 0);
}
