import type { OutboundMessages } from "../app/ports.ts";
import type { Redactor } from "../app/redactor.ts";
import type { Incident } from "../core/incident.ts";
import { type Safe, safe } from "../core/safe.ts";
import { surfaces } from "../surfaces/registry.ts";

/** What each of these surfaces could not tell its people about an incident, so that another one can say so. */
export async function untoldBy(
  names: readonly string[],
  incident: Incident,
  { messages, redactor }: { readonly messages: OutboundMessages; readonly redactor: Redactor },
): Promise<readonly Safe[]> {
  const found = await Promise.all(
    names.map(async (name): Promise<readonly Safe[]> => {
      const rows = await messages.ofIncident(incident.tenant, incident.id, name);
      const cards = rows.filter(({ key }) => key.kind === "root");
      const problem = cards.findLast((card) => card.problem !== null)?.problem;
      if (problem === undefined || problem === null || cards.some(({ state }) => state === "posted")) return [];
      const title = Object.entries(surfaces).find(([known]) => known === name)?.[1].title ?? name;
      return [safe`${redactor.text(title)} could not be told: ${redactor.text(problem)}`];
    }),
  );
  return found.flat();
}
