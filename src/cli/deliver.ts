import { createHmac } from "node:crypto";
import { z } from "zod";
import { reach } from "./reach.ts";

const Webhook = z.object({ event: z.object({ id: z.string(), data: z.object({ id: z.string() }) }) });

/** Sends a body to `/hooks/pagerduty` signed as PagerDuty signs it. Resolves to the status code. */
export async function deliverSigned(
  target: { readonly url: string; readonly secret: string },
  body: object,
): Promise<number> {
  const raw = JSON.stringify(body);
  const signature = createHmac("sha256", target.secret).update(raw).digest("hex");
  const url = new URL("/hooks/pagerduty", target.url);
  const response = await reach(url)(url, {
    method: "POST",
    headers: { "content-type": "application/json", "x-pagerduty-signature": `v1=${signature}` },
    body: raw,
  });
  return response.status;
}

/** The sender's incident id in a webhook body. Throws `ZodError` on another shape. */
export function senderIncidentId(body: object): string {
  return Webhook.parse(body).event.data.id;
}

/** The same story told as a new incident: other ids of incident and event, everything else equal. */
export function retold(body: object, run: string): object {
  const { event } = Webhook.parse(body);
  const text = JSON.stringify(body)
    .replaceAll(event.data.id, renamed(event.data.id, run))
    .replaceAll(event.id, `${event.id}-${run}`);
  return z.looseObject({}).parse(JSON.parse(text));
}

/** The id that `retold` gives to an incident in this run. */
export function renamed(incident: string, run: string): string {
  return `${incident}${run}`;
}
