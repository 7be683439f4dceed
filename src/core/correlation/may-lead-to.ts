import type { OpenIncident } from "../incident.ts";

/**
 * Whether trouble may travel between a service and a case over any number of calls. False only when the known calls name
 * the service and lead nowhere near the case: a service that they do not name may be anywhere.
 */
export function mayLeadTo(
  edges: readonly (readonly [string, string])[],
  from: string | null,
  { service, services }: Pick<OpenIncident, "service" | "services">,
): boolean {
  if (from === null || !edges.some((edge) => edge.includes(from))) return true;
  const reached = new Set([from]);
  // Grows while it is walked: a set visits what is added meanwhile, and each service once.
  for (const one of reached) {
    for (const [caller, callee] of edges) {
      if (caller === one) reached.add(callee);
      if (callee === one) reached.add(caller);
    }
  }
  return [service, ...services].some((each) => each !== null && reached.has(each));
}
