import type { Actor } from "../../app/actor.ts";
import type { OutboundMessages } from "../../app/ports.ts";
import type { IncidentAnswer, Verbs } from "../../app/verbs.ts";
import type { IncidentId } from "../../core/ids.ts";
import { channelOf } from "./postbox.ts";
import { SURFACE } from "./publish.ts";

const MAX_KNOWN = 2000;
const MAX_SEARCHED = 200;

export interface Place {
  readonly channel: string;
  readonly threadTs: string;
}

/** Knows which incident a thread belongs to: from what this process posted, else from the stored messages. */
export class Threads {
  readonly #verbs: Verbs;
  readonly #messages: OutboundMessages;
  readonly #known = new Map<string, IncidentId>();

  constructor(verbs: Verbs, messages: OutboundMessages) {
    this.#verbs = verbs;
    this.#messages = messages;
  }

  /** Remembers where a card stands. */
  remember(root: { readonly channel: string; readonly ts: string }, answer: IncidentAnswer): void {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(`${root.channel}/${root.ts}`, answer.incident.id);
  }

  /** The incident whose card is the parent of this thread; null when it is none of the newest 200. */
  async incidentAt(actor: Actor, place: Place): Promise<IncidentId | null> {
    const known = this.#known.get(`${place.channel}/${place.threadTs}`);
    if (known !== undefined) return known;
    const incidents = await this.#verbs.listIncidents(actor, { limit: MAX_SEARCHED });
    for (const { id } of incidents) {
      const root = await this.rootOf(actor, id);
      if (root?.channel === place.channel && root.threadTs === place.threadTs) return id;
    }
    return null;
  }

  /** Where the card of an incident stands; null when there is none. */
  async rootOf(actor: Actor, id: IncidentId): Promise<Place | null> {
    const rows = await this.#messages.ofIncident(actor.tenant, id, SURFACE);
    const root = rows
      .filter(({ key, state }) => key.kind === "root" && state === "posted")
      .toSorted((a, b) => b.key.ordinal - a.key.ordinal)[0];
    const remote = root?.remote;
    return remote == null ? null : { channel: channelOf(remote.place), threadTs: remote.id };
  }
}
