import type { Actor } from "../../../app/actor.ts";
import type { IncidentId } from "../../../core/ids.ts";
import type { Pending } from "../delivery/pending.ts";
import type { Drawing } from "../drawing/message.ts";
import type { Principal } from "../people.ts";
import type { Word } from "./words.ts";

/** Somebody typed a request: who, what and where. */
export interface Asked {
  readonly actor: Actor;
  readonly principal: Principal;
  readonly text: string;
  /** The workspace of the signed payload. */
  readonly team: string;
  readonly channel: string;
  /** The thread it stands in, when it stands in one. */
  readonly threadTs: string | null;
  readonly pending: Pending;
  /** The address of the bot's Home; null when the payload does not say which app it is for. */
  readonly homeUrl: string | null;
}

/** A request that was read. */
export interface Performed extends Asked {
  readonly word: Word;
  readonly rest: string;
  /** The incident that was chosen from a menu; then nothing is guessed. */
  readonly chosen: IncidentId | null;
}

/** What to show, and what to do again when the person shares it; null for what is not for sharing. */
export interface Answer {
  readonly drawing: Drawing;
  readonly share: ShareRequest | null;
}

/** A reading word with what stood behind it. Its answer is made anew when it is shared. */
export interface ShareRequest {
  readonly word: Word;
  readonly rest: string;
}

/** Where the Home tab of this app opens; ids only, from the signed payload. */
export function homeUrlOf(appId: string | undefined, team: string): string | null {
  if (appId === undefined || !/^[A-Z0-9]+$/u.test(appId) || !/^[A-Z0-9]+$/u.test(team)) return null;
  return `https://slack.com/app_redirect?app=${appId}&team=${team}&tab=home`;
}

/** True in a direct message with the bot. */
export function isDirect(channel: string): boolean {
  return channel.startsWith("D");
}
