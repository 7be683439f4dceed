import type { Clock, MessageKey, OutboundMessage, OutboundMessages } from "../../../src/app/ports.ts";
import type { Redactor } from "../../../src/app/redactor.ts";
import { type EpochMs, epochMs, type IncidentId } from "../../../src/core/ids.ts";
import { passed } from "./sample-answers.ts";

/** A clock that tests move by hand. It begins at the real time, because Bolt checks signatures against that. */
export class HandClock implements Clock {
  #now = Date.now();

  nowMs(): EpochMs {
    return epochMs(this.#now);
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}

/** The stored rows of outbound messages, with the same conditional moves as the database. */
export class MemoryMessages implements OutboundMessages {
  readonly rows = new Map<string, OutboundMessage>();

  async open(key: MessageKey): Promise<OutboundMessage> {
    const id = [key.tenant, key.incidentId, key.surface, key.kind, key.ordinal].join("/");
    const row = this.rows.get(id) ?? {
      id,
      key,
      state: "pending" as const,
      nonce: "",
      attempt: 0,
      attemptAtMs: null,
      settlesAtMs: null,
      remote: null,
      bodyHash: null,
      lookups: 0,
      problem: null,
    };
    this.rows.set(id, row);
    return row;
  }

  async move(message: OutboundMessage, to: Parameters<OutboundMessages["move"]>[1]): Promise<boolean> {
    const row = this.rows.get(message.id);
    if (row === undefined || row.state !== message.state || row.attempt !== message.attempt) return false;
    if (row.bodyHash !== message.bodyHash) return false;
    this.rows.set(message.id, { ...row, ...to });
    return true;
  }

  async ofIncident(tenant: string, id: IncidentId, surface: string): Promise<readonly OutboundMessage[]> {
    return [...this.rows.values()].filter(
      ({ key }) => key.tenant === tenant && key.incidentId === id && key.surface === surface,
    );
  }

  async at(tenant: string, surface: string, remote: { readonly place: string; readonly id: string }) {
    const rows = [...this.rows.values()];
    return (
      rows.find(
        (row) =>
          row.key.tenant === tenant &&
          row.key.surface === surface &&
          row.remote?.place === remote.place &&
          row.remote.id === remote.id,
      ) ?? null
    );
  }

  async stuck(tenant: string, surface: string, limit: number): Promise<readonly OutboundMessage[]> {
    return [...this.rows.values()]
      .filter(
        ({ key, state, problem }) =>
          key.tenant === tenant && key.surface === surface && (state === "ambiguous" || problem !== null),
      )
      .slice(0, limit);
  }

  /** The row of one kind. */
  row(kind: string, ordinal = 0): OutboundMessage | undefined {
    return [...this.rows.values()].find(({ key }) => key.kind === kind && key.ordinal === ordinal);
  }
}

export const redactor: Redactor = {
  text: (raw) => passed(raw.replaceAll(/hunter2\S*/gu, "[redacted]")),
  alert: () => {
    throw new Error("not used by this surface");
  },
  note: () => {
    throw new Error("not used by this surface");
  },
  event: () => {
    throw new Error("not used by this surface");
  },
  evidence: () => {
    throw new Error("not used by this surface");
  },
};
