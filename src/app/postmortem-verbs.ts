import type { IncidentId, TenantId } from "../core/ids.ts";
import type { Safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import { draftPostmortem, postmortemNews } from "./draft-postmortem.ts";
import type { Engine } from "./engine.ts";
import { exportPostmortem } from "./export-postmortem.ts";
import type { PostmortemDocument, PostmortemStore } from "./people-ports.ts";
import { placePostmortem } from "./place-postmortem.ts";
import type { Clock, FeedbackStore, IncidentStore } from "./ports.ts";
import type { Redactor } from "./redactor.ts";
import { savePostmortem } from "./save-postmortem.ts";
import type { IncidentAnswer } from "./verbs.ts";

export const POSTMORTEM_FORMATS = ["markdown", "html", "json"] as const;
export type PostmortemFormat = (typeof POSTMORTEM_FORMATS)[number];

/** What people can do with the postmortem of an incident. */
export interface PostmortemVerbs {
  /**
   * The document with everything that is known by now and every edit of people; a new version when that changed it. Every
   * factual sentence of ours cites an event id, unknowns say "Unknown". Null when the actor has no such incident.
   */
  draftPostmortem(actor: Actor, id: IncidentId): Promise<PostmortemDocument | null>;
  /** Stores what a person made of the version that they were shown. */
  savePostmortem(actor: Actor, edit: PostmortemEdit): Promise<SaveOutcome>;
  /** The whole document in a form for elsewhere; null when the actor has no such incident. */
  exportPostmortem(actor: Actor, id: IncidentId, format: PostmortemFormat): Promise<string | null>;
  /** What was found out since a version, as Markdown by section; null when that is nothing. */
  postmortemNews(actor: Actor, news: { incidentId: IncidentId; since: number }): Promise<Safe | null>;
  /** Remembers where the document also stands. */
  placePostmortem(actor: Actor, place: { incidentId: IncidentId; canvas: PostmortemDocument["canvas"] }): Promise<void>;
}

export interface PostmortemEdit {
  readonly incidentId: IncidentId;
  /** As typed: what is new in it is redacted before it is stored. */
  readonly text: string;
  /** The version that the person was shown. */
  readonly version: number;
}

export type SaveOutcome =
  /** `cleaned` when a secret or a hidden character was taken out of what the person added. */
  | { readonly kind: "saved"; readonly document: PostmortemDocument; readonly cleaned: boolean }
  /** Somebody else saved meanwhile; nothing was stored. */
  | { readonly kind: "conflict"; readonly because: Safe; readonly current: PostmortemDocument }
  | { readonly kind: "refused"; readonly because: Safe }
  | { readonly kind: "unknown-incident" };

export interface PostmortemDeps {
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly engine: Pick<Engine, "draftPostmortem">;
  readonly postmortems: PostmortemStore;
  readonly feedback: Pick<FeedbackStore, "ofIncident">;
  readonly incidents: Pick<IncidentStore, "alerts">;
  readonly answer: (tenant: TenantId, id: IncidentId) => Promise<IncidentAnswer | null>;
}

/** The verbs of postmortems over the given stores. */
export function bindPostmortems(deps: PostmortemDeps): PostmortemVerbs {
  return {
    draftPostmortem: (actor, id) => draftPostmortem(deps, actor, id),
    savePostmortem: (actor, edit) => savePostmortem(deps, actor, edit),
    exportPostmortem: (actor, id, format) => exportPostmortem(deps, { actor, id, format }),
    postmortemNews: (actor, news) => postmortemNews(deps, actor, news),
    placePostmortem: (actor, place) => placePostmortem(deps, actor, place),
  };
}
