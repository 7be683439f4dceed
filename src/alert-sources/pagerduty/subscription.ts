import { z } from "zod";
import type { PagerDutyClient } from "../../platform/clients/pagerduty.ts";

const MAX_PAGES = 5;
const MAX_READ = 20;

const Listed = z.array(
  z.object({ id: z.string().min(1), delivery_method: z.object({ url: z.string().nullish() }).nullish() }),
);
const Subscription = z.object({
  webhook_subscription: z.object({
    active: z.boolean().nullish(),
    delivery_method: z.object({ temporarily_disabled: z.boolean().nullish() }).nullish(),
  }),
});

/** "disabled" also when only one of several that lead here is; "missing" when none does. */
export type SubscriptionState = "enabled" | "disabled" | "missing";

/**
 * Whether PagerDuty still sends us what happens: after three refusals in a row it stops for a day, and drops what came
 * meanwhile. Throws `UnavailableError` and `ZodError` when that cannot be seen.
 */
export async function subscriptionState(
  client: PagerDutyClient,
  leadsHere: (url: string) => boolean,
  signal: AbortSignal,
): Promise<SubscriptionState> {
  const request = { path: "/webhook_subscriptions", key: "webhook_subscriptions", query: {}, maxPages: MAX_PAGES };
  const listed = Listed.parse(await client.list(request, signal));
  const ours = listed.filter(({ delivery_method: method }) => method?.url && leadsHere(method.url)).slice(0, MAX_READ);
  for (const { id } of ours) {
    // The list does not say whether deliveries are stopped.
    const answer = await client.get(`/webhook_subscriptions/${encodeURIComponent(id)}`, {}, signal);
    const { active, delivery_method: method } = Subscription.parse(answer).webhook_subscription;
    if (active === false || method?.temporarily_disabled === true) return "disabled";
  }
  return ours.length === 0 ? "missing" : "enabled";
}

/** True for the address of this install's receiver; without a public address every receiver of this name counts. */
export function leadsTo(publicUrl: string | undefined): (url: string) => boolean {
  const own = publicUrl === undefined ? null : `${publicUrl.replace(/\/+$/u, "")}/hooks/pagerduty`;
  return (url) => (own === null ? URL.parse(url)?.pathname.endsWith("/hooks/pagerduty") === true : url === own);
}
