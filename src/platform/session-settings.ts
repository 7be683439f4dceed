/**
 * The same connection string, whose sessions begin with these settings of PostgreSQL. Sessions return to them by
 * themselves after `RESET`; they win over settings that the string had before. A value may hold anything but NUL.
 */
export function withSessionSettings(connectionString: string, settings: Readonly<Record<string, string>>): string {
  const url = new URL(connectionString);
  const known = url.searchParams.get("options");
  const added = Object.entries(settings).map(([name, value]) => `-c ${name}=${escaped(value)}`);
  url.searchParams.set("options", [...(known === null ? [] : [known]), ...added].join(" "));
  return url.href;
}

/** The server splits options at white space; a backslash takes the meaning from what follows it. */
function escaped(value: string): string {
  return value.replaceAll(/[\s\\]/gu, "\\$&");
}
