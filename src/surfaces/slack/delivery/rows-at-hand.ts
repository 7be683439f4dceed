import type { OutboundMessage, OutboundMessages } from "../../../app/ports.ts";

/**
 * The same messages, but a row of these is not read again: one drawing asks for each of its rows several times. Its own
 * moves are seen; a row that somebody else moved meanwhile refuses the next move, as it does when it was read just before.
 */
export function withRowsAtHand(messages: OutboundMessages, rows: readonly OutboundMessage[]): OutboundMessages {
  const held = new Map(rows.map((row) => [nameOf(row.key), row]));
  return {
    ofIncident: (tenant, id, surface) => messages.ofIncident(tenant, id, surface),
    at: (tenant, surface, remote) => messages.at(tenant, surface, remote),
    stuck: (tenant, surface, limit) => messages.stuck(tenant, surface, limit),
    async open(key) {
      const row = held.get(nameOf(key)) ?? (await messages.open(key));
      held.set(nameOf(key), row);
      return row;
    },
    async move(row, to) {
      const isMoved = await messages.move(row, to);
      // What somebody else made of it has to be read.
      if (isMoved) held.set(nameOf(row.key), { ...row, ...to });
      else held.delete(nameOf(row.key));
      return isMoved;
    },
  };
}

function nameOf({ kind, ordinal }: OutboundMessage["key"]): string {
  return `${kind}/${ordinal}`;
}
