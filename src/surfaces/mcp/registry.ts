import type { RegisteredTool } from "./define.ts";
import { getIncident } from "./get-incident.tool.ts";
import { getIncidentContext } from "./get-incident-context.tool.ts";
import { getServiceGraph } from "./get-service-graph.tool.ts";
import { getTimeline } from "./get-timeline.tool.ts";
import { listIncidents } from "./list-incidents.tool.ts";

/** What agents can ask, by the name they call it. Few on purpose: every tool costs each agent some of its attention. */
export const tools = {
  list_incidents: listIncidents,
  get_incident: getIncident,
  get_timeline: getTimeline,
  get_incident_context: getIncidentContext,
  get_service_graph: getServiceGraph,
} satisfies Record<string, RegisteredTool>;
