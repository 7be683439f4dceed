import type { App } from "@slack/bolt";
import type { Desk } from "./desk.ts";
import type { HomeGuests } from "./home/home-guests.ts";
import type { InFlight } from "./in-flight.ts";
import type { Seen } from "./seen.ts";

/** What every handler needs before it knows who is asking. */
export interface Listener extends Desk {
  readonly inFlight: InFlight;
  readonly seen: Seen;
  /** Whose App Home is drawn again when something changes. */
  readonly homes: HomeGuests;
  /** The app was removed from a workspace: nothing is posted there any more. False when that was known. */
  readonly revoke: (team: string) => Promise<boolean>;
  /** The desk of one workspace: its token, its channel, its people. The first workspace's when the team is unknown. */
  readonly at: (team: string) => Desk;
}

/** One group of things people can do, and the ids under which Slack reports them: every one must be in a test's list. */
export interface Ear {
  readonly actions?: readonly (string | RegExp)[];
  readonly views?: readonly string[];
  readonly shortcuts?: readonly string[];
  readonly events?: readonly string[];
  readonly connect: (app: App, listener: Listener) => void;
}
