/**
 * The masking rules of `scan-line.ts` written a second time, slowly and with strings, for tests. One token in, its masked
 * text out, `*` for each variable.
 */
export function maskToken(token: string): string {
  let masked = "";
  let rest = token;
  while (rest !== "") {
    if (isSigned(token, rest)) rest = rest.slice(1);
    const word = found(/^[A-Za-z\u0080-\u00ff]+/u, rest);
    const run = found(/^[A-Za-z0-9\u0080-\u00ff]+/u, rest);
    if (run === word) {
      const kept = word === "" ? rest.charAt(0) : word;
      masked += kept;
      rest = rest.slice(kept.length);
      continue;
    }
    const keepsWord = word.length >= 2 && /^\d+$/u.test(run.slice(word.length));
    masked += keepsWord ? `${word}*` : "*";
    rest = afterNumber(rest.slice(run.length));
  }
  return masked;
}

function found(pattern: RegExp, text: string): string {
  return pattern.exec(text)?.[0] ?? "";
}

/** Whether what is left of the token starts with the sign of a number. */
function isSigned(token: string, rest: string): boolean {
  const before = rest.length === token.length ? "" : (token.at(token.length - rest.length - 1) ?? "");
  return /^-\d/u.test(rest) && !/[A-Za-z0-9\u0080-\u00ff]/u.test(before);
}

/** What is left behind the parts that belong to a number. */
function afterNumber(text: string): string {
  let rest = text;
  for (;;) {
    const joined =
      /^[.:,\-/_+](?:-(?=\d))?(?=[A-Za-z\u0080-\u00ff]*\d)[A-Za-z0-9\u0080-\u00ff]+/u.exec(rest) ??
      /^[:-][A-Fa-f]{2,}(?![A-Za-z0-9\u0080-\u00ff])/u.exec(rest);
    if (joined === null) break;
    rest = rest.slice(joined[0].length);
  }
  return rest.startsWith("%") ? rest.slice(1) : rest;
}
