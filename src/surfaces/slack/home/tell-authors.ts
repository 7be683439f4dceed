import type { PlacePort } from "../../../app/access/access.ts";
import type { JobOutcome } from "../../../app/jobs/catalog.ts";
import type { Preferences } from "../../../app/people-ports.ts";
import type { IncidentAnswer } from "../../../app/verbs.ts";
import { stableHash } from "../../../core/ids.ts";
import type { IncidentView } from "../../../core/presentation/view.ts";
import { cutSafe, ownWords, safe } from "../../../core/safe.ts";
import { deliver } from "../delivery/deliver.ts";
import type { Draft } from "../delivery/postbox.ts";
import { keyOf, offeredUntilMs, type Publisher } from "../delivery/publisher.ts";
import { actions, button, section } from "../drawing/blocks.ts";
import { CARD } from "../drawing/limits.ts";
import type { LinkRule } from "../drawing/links.ts";
import { type Drawing, finish } from "../drawing/message.ts";
import { escaped, md } from "../drawing/mrkdwn.ts";
import { causeWords } from "../pages/unfurl.ts";
import { type ChangeAuthors, suspectedChange } from "./change-authors.ts";
import { type Author, authorsWhoAsked, suspectedAuthors } from "./home-choices.ts";

export interface TellingDeps {
  readonly publisher: Publisher;
  readonly preferences: Preferences;
  readonly changes: ChangeAuthors;
  /** The workspace as messages name it: null for the first one. */
  readonly teamOf: (team: string) => string | null;
  /** Where the incident is shown, and to whom. */
  readonly places: PlacePort;
}

const MAX_TOLD = 5;

/**
 * Tells those whose change is the likely cause and who asked to be told: one direct message per incident and person,
 * effectively once, never in their quiet hours. Runs after the card stands; gives the outcome of both.
 */
export async function tellAuthors(
  deps: TellingDeps,
  { answer, outcome }: { readonly answer: IncidentAnswer; readonly outcome: JobOutcome },
  signal: AbortSignal,
): Promise<JobOutcome> {
  if (outcome.status !== "done" || outcome.untold === true) return outcome;
  let result: JobOutcome = outcome;
  for (const author of await authorsToTell(deps, answer)) {
    const told = await deliver(deps.publisher, draftFor(deps, answer, author), signal);
    if (told.status !== "again") continue;
    if (result.status === "done" || told.notBeforeMs < result.notBeforeMs) result = told;
  }
  return result;
}

async function authorsToTell(deps: TellingDeps, answer: IncidentAnswer): Promise<readonly Author[]> {
  const change = suspectedChange(answer);
  if (change === null) return [];
  const asked = await authorsWhoAsked(deps.preferences, answer.incident.tenant);
  if (asked.length === 0) return [];
  const by = await deps.changes.of(answer, change);
  if (by === null) return [];
  const suspected = suspectedAuthors(by, asked, deps.publisher.clock.nowMs()).slice(0, MAX_TOLD);
  const mayKnow = await Promise.all(suspected.map((author) => mayBeTold(deps, answer, author)));
  return suspected.filter((_, index) => mayKnow[index]);
}

/** A message of their own is shown elsewhere than the card: of a private channel only its members are told. */
async function mayBeTold(
  { places }: TellingDeps,
  { incident }: IncidentAnswer,
  { team, user }: Author,
): Promise<boolean> {
  const place = await places.placeFor({ tenant: incident.tenant, id: `${team}/${user}` }, incident.id);
  return place === "open" || place === "inside";
}

function draftFor({ publisher, teamOf }: TellingDeps, answer: IncidentAnswer, author: Author): Draft {
  const team = teamOf(author.team);
  return {
    key: keyOf(answer, "dm", numberOf(author)),
    kind: "dm",
    look: "dm",
    team,
    client: publisher.routing.clientOf(team),
    channel: author.channel,
    threadTs: null,
    // Always the same: it is said once and never edited.
    hash: "dm",
    forms: ["classic", "plain"],
    draw: (form) => {
      const drawing = drawSuspicion(answer.view, publisher.links);
      return finish(form === "plain" ? { ...drawing, blocks: [] } : drawing, answer.sequence);
    },
    withoutPicture: null,
    problem: null,
    offeredUntilMs: offeredUntilMs(answer),
  };
}

/** One person, always the same number. */
function numberOf({ team, user }: Author): number {
  return Number.parseInt(stableHash(`${team}/${user}`).slice(0, 7), 16);
}

/** What the author of a change reads: a suspicion, not a verdict. */
export function drawSuspicion(view: IncidentView, links: LinkRule): Drawing {
  const id = ownWords(view.incidentId);
  const what = safe`${view.priority} ${view.service ?? safe`service unknown`}: ${cutSafe(view.title, CARD.title)}`;
  const opening = md`A change of yours is the likely cause of ${escaped(id)} (${escaped(what)}): ${escaped(causeWords(view))}.`;
  const url = links(view.pageUrl);
  const open =
    url === null
      ? []
      : [button({ action: "inc.open", text: safe`Open incident`, label: safe`Open the page of ${id}`, url })];
  return {
    text: opening,
    blocks: [
      section(
        "suspicion",
        md`${opening}\nYou asked for this message, once per incident. The Home of this app turns it off.`,
      ),
      ...actions("act", open),
    ],
  };
}
