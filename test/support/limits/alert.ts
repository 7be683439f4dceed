/** What PagerDuty sends about an incident of one service. */
export function pagerDutyAlert(told: {
  readonly id: string;
  readonly service: string;
  readonly type?: "triggered" | "acknowledged" | "resolved";
  readonly atMs?: number;
}): object {
  const { id, service, type = "triggered", atMs = Date.now() } = told;
  const at = new Date(atMs).toISOString();
  return {
    event: {
      id: `${id}-${type}-${atMs}`,
      event_type: `incident.${type}`,
      resource_type: "incident",
      occurred_at: at,
      agent: type === "acknowledged" ? { id: "PADA", type: "user_reference", summary: "Ada" } : null,
      client: null,
      data: {
        id,
        title: `Error rate of ${service} above 5 %`,
        status: type,
        urgency: "high",
        html_url: `https://pagerduty.example.com/incidents/${id}`,
        created_at: at,
        service: { id: `P${service.toUpperCase()}`, summary: service },
        priority: null,
      },
    },
  };
}
