import { own, ownWords, type Safe } from "../core/safe.ts";
import type { IncidentSender } from "./ports.ts";

/** Who is called first for a service, by each system that knows of such things. */
export interface OnCallAnswer {
  readonly service: Safe;
  /** None when no connected system knows who is on call. `names` is null where that could not be found out. */
  readonly answers: readonly { readonly system: Safe; readonly names: readonly Safe[] | null }[];
}

/** Asks every sender that knows. One that fails has no names; it never stops the others. */
export async function onCall(senders: readonly IncidentSender[], service: Safe): Promise<OnCallAnswer> {
  const answers = await Promise.all(
    senders.map(async (sender) => {
      if (sender.onCall === undefined) return [];
      const system = ownWords(own(sender.source));
      try {
        return [{ system, names: await sender.onCall(service) }];
      } catch {
        return [{ system, names: null }];
      }
    }),
  );
  return { service, answers: answers.flat() };
}
