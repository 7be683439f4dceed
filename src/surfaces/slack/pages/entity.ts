import type { EntityActionButton, EntityMetadata } from "@slack/types";
import type { IncidentView } from "../../../core/presentation/view.ts";
import { cutSafe, type Safe } from "../../../core/safe.ts";
import { LIMITS } from "../drawing/limits.ts";
import { visible } from "../drawing/mrkdwn.ts";
import { STATE_WORDS } from "../drawing/render-root.ts";
import { valueOf } from "../drawing/values.ts";
import { causeWords, displayId, holderOf, type OwnLink } from "./unfurl.ts";

const MAX_FIELD = 500;

/** An incident as Slack's own kind of object, for the pane beside a conversation. */
export function incidentEntity(link: OwnLink, view: IncidentView): EntityMetadata {
  return {
    entity_type: "slack#/entities/incident",
    url: view.pageUrl ?? link.url,
    app_unfurl_url: link.url,
    external_ref: { id: view.incidentId, type: "incident" },
    entity_payload: {
      attributes: {
        title: { text: text(view.title, LIMITS.containerTitle) },
        display_id: text(displayId(view)),
        display_type: "Incident",
        product_name: "TraceOps",
        metadata_last_modified: seconds(view.updatedAtMs),
      },
      fields: {
        status: { value: text(STATE_WORDS[view.state]) },
        priority: { value: text(view.priority) },
        urgency: { value: view.priority === "P1" || view.priority === "P2" ? "High" : "Low" },
        ...(view.service === null ? {} : { service: { value: text(view.service) } }),
        assigned_to: { type: "string", value: text(holderOf(view)) },
        date_created: { value: seconds(view.startedAtMs) },
        date_updated: { value: seconds(view.updatedAtMs) },
        description: { value: text(causeWords(view)), label: "Suspected cause", long: true },
      },
      display_order: ["status", "description", "service", "assigned_to", "priority", "date_created"],
      actions: { primary_actions: actionsOf(view) },
    },
  };
}

function actionsOf(view: IncidentView): EntityActionButton[] {
  const id = displayId(view);
  const acknowledge = {
    text: "Acknowledge",
    action_id: "pd.ack",
    value: valueOf(view),
    style: "primary",
    accessibility_label: `Acknowledge ${id}`,
  };
  const open =
    view.pageUrl === null
      ? []
      : [
          {
            text: "Open page",
            action_id: "inc.open",
            url: view.pageUrl,
            accessibility_label: `Open the page of ${id}`,
          },
        ];
  return [...(canAcknowledge(view) ? [acknowledge] : []), ...open];
}

/** Only what a sender can be told is offered. */
function canAcknowledge({ externalUrl, isReadOnly, acknowledgedBy, state }: IncidentView): boolean {
  return externalUrl !== null && isReadOnly !== true && acknowledgedBy === null && state !== "resolved";
}

function text(words: Safe, length = MAX_FIELD): string {
  return visible(cutSafe(words, length)) || "-";
}

function seconds(atMs: number): number {
  return Math.floor(atMs / 1000);
}
