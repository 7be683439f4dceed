import type { WebClient } from "@slack/web-api";
import type { OutboundMessage } from "../../../app/ports.ts";
import type { IncidentAnswer } from "../../../app/verbs.ts";
import { parsePlace } from "../place.ts";
import type { Publisher } from "./publisher.ts";
import { adviceFor } from "./refusals.ts";

/** A channel in which a card stands or may stand. */
export interface CardPlace {
  readonly team: string | null;
  readonly channel: string;
  readonly client: WebClient;
  /** Why this is not the place where the card belongs; null when it is. */
  readonly problem: string | null;
}

export type CardPlaces =
  /** Where the card stands, or in which places a new one may be tried, the best first. */
  | { readonly status: "places"; readonly places: readonly CardPlace[] }
  | { readonly status: "muted"; readonly untilMs: number };

/** Where the card with this row belongs. One that stands, or may stand, is never looked for elsewhere. */
export async function placesOfCard(
  publisher: Publisher,
  answer: IncidentAnswer,
  { row, before }: { row: OutboundMessage | undefined; before: OutboundMessage | undefined },
): Promise<CardPlaces> {
  if (row?.remote != null) return { status: "places", places: [await standingPlace(publisher, answer, row)] };
  if (before?.remote != null) {
    // The row of the card that was there before says what is wrong with its channel.
    const places = await openPlaces(publisher, answer, parsePlace(before.remote.place));
    return { status: "places", places: places.map((place) => ({ ...place, problem: null })) };
  }
  const wanted = await publisher.routing.targetOf(answer);
  if (wanted.status === "muted") return wanted;
  return { status: "places", places: await openPlaces(publisher, answer, wanted) };
}

/** Places that take messages: the wanted one, then the default channels of its workspace and of the first one. */
export async function openPlaces(
  publisher: Publisher,
  answer: IncidentAnswer,
  wanted: { readonly team: string | null; readonly channel: string },
): Promise<readonly CardPlace[]> {
  const { routing, cooldowns } = publisher;
  const { tenant } = answer.incident;
  const homes = [wanted.team, null].map((team) => ({ team, channel: routing.homeOf(team) }));
  const names = new Set<string>();
  const all = [wanted, ...homes].filter((place) => {
    const name = `${place.team ?? "-"}/${place.channel}`;
    const isNew = !names.has(name);
    names.add(name);
    return isNew;
  });
  const closed = await Promise.all(all.map(({ team, channel }) => cooldowns.closedBy({ tenant, team, channel })));
  const reason = closed[0] == null ? null : adviceFor(closed[0].code, wanted.channel);
  return all.flatMap(({ team, channel }, index) => {
    if (closed[index] != null) return [];
    const instead = `${reason ?? `${wanted.channel} took no card`}; the card stands in ${channel} instead`;
    return [{ team, channel, client: routing.clientOf(team), problem: index === 0 ? null : instead }];
  });
}

async function standingPlace(
  { routing }: Publisher,
  answer: IncidentAnswer,
  { remote, problem }: OutboundMessage,
): Promise<CardPlace> {
  const { team, channel } = parsePlace(remote?.place ?? "");
  const place = { team, channel, client: routing.clientOf(team), problem: null };
  if (problem === null || answer.view.resolvedAtMs !== null) return place;
  const wanted = await routing.targetOf(answer);
  const belongsHere = wanted.status !== "channel" || (wanted.channel === channel && wanted.team === team);
  return { ...place, problem: belongsHere ? null : problem };
}
