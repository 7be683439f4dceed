import type { Actor } from "../../app/actor.ts";
import type { OutboundMessage, OutboundMessages } from "../../app/ports.ts";
import type { IncidentId } from "../../core/ids.ts";
import { parsePlace, placeText } from "./place.ts";

const SURFACE = "slack";

export interface Place {
  readonly channel: string;
  readonly threadTs: string;
  /** The workspace; left out for the first one of this install. */
  readonly team?: string | null;
}

/** Knows which incident a thread of one workspace belongs to, from the stored messages. */
export class Threads {
  readonly #messages: OutboundMessages;
  readonly #team: string | null;

  constructor(messages: OutboundMessages, team: string | null) {
    this.#messages = messages;
    this.#team = team;
  }

  /** The incident whose card is the parent of this thread; null when it is none of ours. */
  async incidentAt(actor: Actor, place: Place): Promise<IncidentId | null> {
    const row = await this.messageAt(actor, { channel: place.channel, threadTs: null, ts: place.threadTs });
    return row?.key.kind === "root" ? row.key.incidentId : null;
  }

  /** Which of our messages stands there; null when it is none. */
  async messageAt(
    actor: Actor,
    at: { readonly channel: string; readonly threadTs: string | null; readonly ts: string },
  ): Promise<OutboundMessage | null> {
    const place = placeText({ team: this.#team, channel: at.channel, threadTs: at.threadTs });
    return this.#messages.at(actor.tenant, SURFACE, { place, id: at.ts });
  }

  /** Where the card of an incident stands; null when there is none. */
  async rootOf(actor: Pick<Actor, "tenant">, id: IncidentId): Promise<Place | null> {
    const rows = await this.#messages.ofIncident(actor.tenant, id, SURFACE);
    const root = rows
      .filter(({ key, state }) => key.kind === "root" && state === "posted")
      .toSorted((a, b) => b.key.ordinal - a.key.ordinal)[0];
    if (root?.remote == null) return null;
    const { team, channel } = parsePlace(root.remote.place);
    return { team, channel, threadTs: root.remote.id };
  }
}
