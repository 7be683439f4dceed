/** Where something stands in Slack. */
export interface StoredPlace {
  /** The workspace; null for the first one of this install, whose id need not be known. */
  readonly team: string | null;
  readonly channel: string;
  /** The thread, for a reply. */
  readonly threadTs: string | null;
}

/** A place as it is stored: "C1", "C1/1795.1", or with the workspace "T2/C1/1795.1". */
export function placeText({ team, channel, threadTs }: StoredPlace): string {
  return [...(team === null ? [] : [team]), channel, ...(threadTs === null ? [] : [threadTs])].join("/");
}

/** Reads a stored place. Workspaces begin with T or E, channels with C, D or G. */
export function parsePlace(text: string): StoredPlace {
  const parts = text.split("/");
  const team = /^[TE][A-Z0-9]+$/u.test(parts[0] ?? "") && parts.length > 1 ? (parts.shift() ?? null) : null;
  return { team, channel: parts[0] ?? text, threadTs: parts[1] ?? null };
}
