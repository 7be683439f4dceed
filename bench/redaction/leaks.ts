/** Shorter pieces of a random secret tell nothing and come up by chance. */
const PIECE = 8;
const MAX_ROUNDS = 2;

/** How many characters of a secret can be read in a text, plainly or after undoing the usual encodings. */
export function leakedCharacters(secret: string, text: string): number {
  const readings = readingsOf(text);
  return secret.split("\n").reduce((sum, line) => sum + leakedOfLine(line, readings), 0);
}

function leakedOfLine(line: string, readings: readonly string[]): number {
  const length = Math.min(PIECE, line.length);
  const seen = new Uint8Array(line.length);
  for (let at = 0; at + length <= line.length; at++) {
    const piece = line.slice(at, at + length);
    if (readings.some((reading) => reading.includes(piece))) seen.fill(1, at, at + length);
  }
  return seen.reduce((sum, mark) => sum + mark, 0);
}

/** The text itself and what it says when it is decoded once or twice. */
function readingsOf(text: string): readonly string[] {
  const readings = [text];
  let last: readonly string[] = [text];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    last = last.flatMap((each) => [unescaped(each), unquoted(each), ...blobs(each)]).filter((each) => each !== "");
    readings.push(...last);
  }
  return [...new Set(readings)];
}

const SIGNS: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', amp: "&", "#39": "'" };

function unescaped(text: string): string {
  return text
    .replaceAll(/\\u([0-9a-f]{4})/giu, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/&(lt|gt|quot|amp|#39);/gu, (_, name: string) => SIGNS[name] ?? "")
    .replaceAll("\\n", "\n")
    .replaceAll(/\\(.)/gu, "$1");
}

function unquoted(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/giu, (bytes) => Buffer.from(bytes.replaceAll("%", ""), "hex").toString());
}

/** Every run of Base64 digits read from each of its first four digits, for a cut may have moved its beginning; and runs of hex. */
function blobs(text: string): readonly string[] {
  const base64 = [...text.matchAll(/[\w+/-]{12,}/gu)].flatMap(([run]) =>
    [0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), "base64").toString("latin1")),
  );
  const hex = [...text.matchAll(/[0-9a-f]{16,}/giu)].flatMap(([run]) =>
    [0, 1].map((from) => Buffer.from(run.slice(from), "hex").toString("latin1")),
  );
  return [base64.join(" "), hex.join(" ")];
}
