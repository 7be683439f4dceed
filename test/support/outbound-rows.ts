import type { MessageKey, OutboundMessage, OutboundMessages } from "../../src/app/ports.ts";

/** One row per logical message, changed only by whoever saw its present state. */
export class OutboundRows implements OutboundMessages {
  readonly rows = new Map<string, OutboundMessage>();

  open(key: MessageKey): Promise<OutboundMessage> {
    const id = `${key.incidentId}/${key.surface}/${key.kind}/${key.ordinal}`;
    const fresh: OutboundMessage = {
      id,
      key,
      state: "pending",
      nonce: "",
      attempt: 0,
      attemptAtMs: null,
      remote: null,
      bodyHash: null,
      lookups: 0,
      problem: null,
    };
    const row = this.rows.get(id) ?? fresh;
    this.rows.set(id, row);
    return Promise.resolve(row);
  }

  move(seen: OutboundMessage, to: Parameters<OutboundMessages["move"]>[1]): Promise<boolean> {
    const row = this.rows.get(seen.id);
    if (!row || row.state !== seen.state || row.attempt !== seen.attempt) return Promise.resolve(false);
    this.rows.set(seen.id, { ...row, ...to });
    return Promise.resolve(true);
  }

  ofIncident(): Promise<readonly OutboundMessage[]> {
    return Promise.resolve([...this.rows.values()]);
  }

  at(): Promise<OutboundMessage | null> {
    return Promise.resolve(null);
  }

  stuck(): Promise<readonly OutboundMessage[]> {
    return Promise.resolve([...this.rows.values()].filter(({ problem }) => problem !== null));
  }

  states(): readonly string[] {
    return [...this.rows.values()].map(({ state }) => state);
  }
}
