import { z } from "zod";
import type { Redactor } from "../../app/redactor.ts";
import type { Safe } from "../../core/safe.ts";
import { type PagerDutyClient, PagerDutyError } from "./pagerduty.ts";

const DEADLINE_MS = 5_000;
const MAX_NAMES = 10;

const Services = z.object({
  services: z.array(z.object({ name: z.string(), escalation_policy: z.object({ id: z.string() }).nullish() })),
});
const OnCalls = z.object({
  oncalls: z.array(
    z.object({ escalation_level: z.number(), user: z.object({ summary: z.string().nullish() }).nullish() }),
  ),
});

/**
 * Who is called first for a service right now, by name; empty when its escalation policy has nobody on call.
 * Null when that could not be found out: PagerDuty is silent, refuses, or has no service of this name.
 */
export async function onCall(
  { client, redactor }: { readonly client: PagerDutyClient; readonly redactor: Redactor },
  service: string,
): Promise<readonly Safe[] | null> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  try {
    const policy = await escalationPolicyOf(client, service, signal);
    if (policy === null) return null;
    const query = { "escalation_policy_ids[]": policy, earliest: "true", limit: "100" };
    const { oncalls } = OnCalls.parse(await client.get("/oncalls", query, signal));
    return firstNames(oncalls).map((name) => redactor.text(name));
  } catch (error) {
    // An answer of another shape tells as little as none.
    if (error instanceof PagerDutyError || error instanceof z.ZodError) return null;
    throw error;
  }
}

async function escalationPolicyOf(
  client: PagerDutyClient,
  service: string,
  signal: AbortSignal,
): Promise<string | null> {
  const { services } = Services.parse(await client.get("/services", { query: service, limit: "100" }, signal));
  const wanted = service.toLowerCase();
  // The search also finds names that only contain the words.
  return services.find(({ name }) => name.toLowerCase() === wanted)?.escalation_policy?.id ?? null;
}

function firstNames(entries: z.infer<typeof OnCalls>["oncalls"]): readonly string[] {
  const level = Math.min(...entries.map(({ escalation_level }) => escalation_level));
  const first = entries.filter(({ escalation_level }) => escalation_level === level);
  return [...new Set(first.flatMap(({ user }) => user?.summary ?? []))].slice(0, MAX_NAMES);
}
