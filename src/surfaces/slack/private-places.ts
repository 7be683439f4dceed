import { setTimeout as sleep } from "node:timers/promises";
import type { WebClient } from "@slack/web-api";
import type { PlacePort } from "../../app/access/access.ts";
import type { Actor } from "../../app/actor.ts";
import type { Clock, Marks, OutboundMessages } from "../../app/ports.ts";
import type { Resource } from "../../core/access/policy.ts";
import { DEFAULT_TENANT, type IncidentId } from "../../core/ids.ts";
import { classify } from "./delivery/slack-errors.ts";
import { placeText } from "./place.ts";
import { type Place, Threads } from "./threads.ts";
import type { Workspaces } from "./workspaces.ts";

const WITHIN_MS = 3_000;
/** Whether a channel is private changes about never, and only by an administrator. */
const PRIVACY_FRESH_MS = 5 * 60_000;
/** Short enough that who left a channel is out, long enough that one answer asks once. */
const MEMBERS_FRESH_MS = 10_000;
/** A card does not move. */
const ROOT_FRESH_MS = 60_000;
/** One that is not there yet comes any moment; a list of two hundred must not look for each of them twice. */
const NO_ROOT_FRESH_MS = 2_000;
const MAX_REMEMBERED = 5_000;
const MAX_PAGES = 5;
const PAGE = 1_000;

type Privacy = "open" | "private" | "unknown";

interface Remembered<Value> {
  readonly value: Value;
  readonly atMs: number;
}

type Asker = Pick<Actor, "id" | "tenant" | "audience">;

export interface PrivatePlacesDeps {
  readonly messages: OutboundMessages;
  readonly marks: Marks;
  readonly clock: Clock;
  readonly workspaces: Workspaces;
}

/**
 * Who may see an incident elsewhere than in its own channel: of a private channel only its members, asked of Slack at that
 * moment. Where Slack does not say whether a channel is private, what it said last counts; when it never said, nobody is let in.
 */
export class PrivatePlaces implements PlacePort {
  readonly #deps: PrivatePlacesDeps;
  readonly #threads: Threads;
  readonly #roots = new Map<string, Remembered<Place>>();
  readonly #rootless = new Map<string, Remembered<true>>();
  readonly #privacy = new Map<string, Remembered<Privacy>>();
  readonly #members = new Map<string, Remembered<ReadonlySet<string> | null>>();

  constructor(deps: PrivatePlacesDeps) {
    this.#deps = deps;
    this.#threads = new Threads(deps.messages, null);
  }

  async placeFor(actor: Asker, incident: IncidentId): Promise<Resource["place"]> {
    const root = await this.#rootOf(actor, incident);
    // Without a card it stands nowhere yet; a direct message is somebody's own question, answered from what all may see.
    if (root === null || root.channel.startsWith("D")) return "open";
    const privacy = await this.#privacyOf(root);
    if (privacy === "open") return "open";
    if (actor.audience !== undefined) return actor.audience === keyOf(root) ? "inside" : "outside";
    if (privacy === "unknown") return "unknown";
    return this.#isMember(actor, root);
  }

  async #rootOf(actor: Asker, incident: IncidentId): Promise<Place | null> {
    const known = this.#recent(this.#roots, incident, ROOT_FRESH_MS);
    if (known !== null) return known;
    if (this.#recent(this.#rootless, incident, NO_ROOT_FRESH_MS) !== null) return null;
    const root = await this.#threads.rootOf(actor, incident);
    if (root === null) this.#keep(this.#rootless, incident, true);
    else this.#keep(this.#roots, incident, root);
    return root;
  }

  async #privacyOf(root: Place): Promise<Privacy> {
    const key = keyOf(root);
    const known = this.#recent(this.#privacy, key, PRIVACY_FRESH_MS);
    if (known !== null) return known;
    const asked: Privacy = await withinTime(privacyIn(this.#clientOf(root), root.channel), "unknown");
    const mark = `slack/privacy/${key}`;
    const { marks } = this.#deps;
    if (asked === "unknown") return privacyOf(await marks.get(DEFAULT_TENANT, mark));
    this.#keep(this.#privacy, key, asked);
    if ((await marks.get(DEFAULT_TENANT, mark)) !== asked) await marks.set(DEFAULT_TENANT, mark, asked);
    return asked;
  }

  async #isMember({ id }: Asker, root: Place): Promise<Resource["place"]> {
    const key = keyOf(root);
    const recent = this.#recent(this.#members, key, MEMBERS_FRESH_MS);
    const members = recent ?? (await withinTime(membersIn(this.#clientOf(root), root.channel), null));
    if (members === null) return "unknown";
    this.#keep(this.#members, key, members);
    const [team = "", user = ""] = id.split("/");
    // Two workspaces may know one id as two people.
    const own = root.team ?? this.#deps.workspaces.first.identity.teamId;
    return team === own && members.has(user) ? "inside" : "outside";
  }

  #clientOf(root: Place): WebClient {
    return this.#deps.workspaces.at(root.team ?? null).client;
  }

  #recent<Value>(known: ReadonlyMap<string, Remembered<Value>>, key: string, freshMs: number): Value | null {
    const found = known.get(key);
    return found !== undefined && this.#deps.clock.nowMs() - found.atMs < freshMs ? found.value : null;
  }

  #keep<Value>(known: Map<string, Remembered<Value>>, key: string, value: Value): void {
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(key, { value, atMs: this.#deps.clock.nowMs() });
  }
}

function keyOf({ team = null, channel }: Place): string {
  return placeText({ team, channel, threadTs: null });
}

function privacyOf(mark: string | null): Privacy {
  return mark === "open" || mark === "private" ? mark : "unknown";
}

async function privacyIn(client: WebClient, channel: string): Promise<Privacy> {
  try {
    const { channel: found } = await client.conversations.info({ channel });
    return found?.is_private === true || found?.is_mpim === true ? "private" : "open";
  } catch (error) {
    const failure = classify(error);
    if (failure.kind !== "permanent") return "unknown";
    // A private channel that the bot is not in does not exist to it. Without the scope only old private ids tell themselves.
    if (failure.code === "missing_scope") return channel.startsWith("G") ? "private" : "open";
    return "unknown";
  }
}

/** Null when Slack did not say. */
async function membersIn(client: WebClient, channel: string): Promise<ReadonlySet<string> | null> {
  const members = new Set<string>();
  let cursor = "";
  try {
    for (let page = 0; page < MAX_PAGES; page++) {
      const more = cursor === "" ? {} : { cursor };
      const answer = await client.conversations.members({ channel, limit: PAGE, ...more });
      for (const member of answer.members ?? []) members.add(member);
      cursor = answer.response_metadata?.next_cursor ?? "";
      if (cursor === "") return members;
    }
    return null;
  } catch {
    return null;
  }
}

async function withinTime<Value>(asked: Promise<Value>, late: Value): Promise<Value> {
  const timer = new AbortController();
  const end = sleep(WITHIN_MS, late, { signal: timer.signal, ref: false }).catch(() => late);
  const first = await Promise.race([asked, end]);
  timer.abort();
  return first;
}
