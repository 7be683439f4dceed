/** How the carrier's text arrives. `chunks` gives it in one piece or, split over a border, in two. */
export interface Encoding {
  readonly name: string;
  chunks(line: string, secret: string): readonly string[];
}

const one = (encode: (line: string) => string) => (line: string) => [encode(line)];

export const ENCODINGS: readonly Encoding[] = [
  { name: "plain", chunks: one((line) => line) },
  { name: "URL", chunks: one((line) => `GET /log?m=${encodeURIComponent(line)} 200`) },
  { name: "Base64", chunks: one((line) => `payload ${Buffer.from(line).toString("base64")} end`) },
  { name: "Base64 for URLs", chunks: one((line) => `payload ${Buffer.from(line).toString("base64url")} end`) },
  { name: "JSON in JSON", chunks: one((line) => JSON.stringify({ log: JSON.stringify({ message: line }) })) },
  { name: "JSON escapes", chunks: one((line) => `{"m":"${escaped(line)}"}`) },
  { name: "HTML", chunks: one((line) => `<td>${entities(line)}</td>`) },
  { name: "hex", chunks: one((line) => `body ${Buffer.from(line).toString("hex")} end`) },
  { name: "split", chunks: splitInside },
];

/** Every character that is not a letter or a digit as \\uXXXX. */
function escaped(line: string): string {
  return line.replaceAll(/[^A-Za-z0-9 ]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

function entities(line: string): string {
  return line
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function splitInside(line: string, secret: string): readonly string[] {
  const start = line.indexOf(secret);
  const at = start === -1 ? Math.floor(line.length / 2) : start + Math.ceil(secret.length / 2);
  return [`first line\n${line.slice(0, at)}`, `${line.slice(at)}\nlast line\n`];
}
