/** Where a message stands: workspace, channel, and for a reply its thread. */
export interface Standing {
  /** Null for the first workspace: rows from before there were several name none. */
  readonly team: string | null;
  readonly channel: string;
  readonly threadTs: string | null;
}

/** The place as stored: "T0ACME/C0INCIDENTS/1795184340.000100", without what is not known. */
export function placeText({ team, channel, threadTs }: Standing): string {
  return [team, channel, threadTs].filter((part) => part !== null).join("/");
}

/** Reads a stored place. */
export function parsePlace(place: string): Standing {
  const parts = place.split("/");
  const [first = ""] = parts;
  const hasTeam = parts.length > 1 && /^[TE]/u.test(first);
  const [channel = "", threadTs = null] = hasTeam ? parts.slice(1) : parts;
  return { team: hasTeam ? first : null, channel, threadTs };
}
