// oxlint-disable no-control-regex -- taking control characters out is this file's purpose
/** Terminal colours, cursor moves and window titles, with or without their end. */
const ANSI =
  /(?:\u001B\[|\u009B)[0-?]{0,64}[ -/]{0,8}[@-~]?|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|\u001B[@-Z\\^_]?/gu;
/** Characters that change reading order or hide: bidi controls, zero-width, soft hyphen, Unicode tags. */
const INVISIBLE = /[\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\u{E0000}-\u{E007F}]/gu;
const OTHER_CONTROL = /[\u0001-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029]/gu;
const NEEDS_WORK = /[^\t\n\u0020-\u007E\u00A1-\u00AC\u00AE-\u0600]/u;

/** Text that a screen and a database can hold: no control characters, no hidden or reordering ones, no broken surrogates. */
export function sanitize(raw: string): string {
  if (!NEEDS_WORK.test(raw)) return raw;
  return raw
    .toWellFormed()
    .replaceAll("\r\n", "\n")
    .replace(ANSI, "")
    .replace(INVISIBLE, "")
    .replaceAll("\u0000", "\uFFFD")
    .replace(OTHER_CONTROL, " ");
}
