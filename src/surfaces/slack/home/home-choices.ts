import { z } from "zod";
import type { Preference, Preferences } from "../../../app/people-ports.ts";
import type { EpochMs, TenantId } from "../../../core/ids.ts";
import type { Safe } from "../../../core/safe.ts";
import type { Principal } from "../people.ts";
import { inQuietHours } from "./quiet-hours.ts";

/** One person's "tell me when a change of mine is suspected". */
export interface AuthorChoice {
  /** The direct message with the bot. */
  readonly channel: string;
  readonly isOn: boolean;
  /** What this person is called where changes come from; compared exactly, in lower case. */
  readonly names: readonly string[];
  /** "22:00" to "07:00" in `zone`; null = none. */
  readonly quiet: { readonly from: string; readonly to: string } | null;
  readonly zone: string;
}

const AUTHORS = "slack/author";
const SERVICES = "services";
export const MAX_SERVICES = 20;
export const MAX_NAMES = 5;

const Clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/u);
const AuthorValue = z.object({
  channel: z.string().regex(/^D[A-Z0-9]+$/u),
  isOn: z.boolean(),
  names: z.array(z.string().min(1).max(200)).max(MAX_NAMES),
  quiet: z.object({ from: Clock, to: Clock }).nullable(),
  zone: z.string().min(1).max(80),
});
const ServicesValue = z.object({ services: z.array(z.string().min(1).max(200)).max(MAX_SERVICES) });

/** Whose choice is read or written, and what makes stored names safe again. */
export interface ChoiceOf {
  readonly preferences: Preferences;
  readonly tenant: TenantId;
  readonly principal: Principal;
}

/** The services that this person follows, in lower-case order of their names; none when nothing was chosen. */
export async function servicesOf({ preferences, tenant, principal }: ChoiceOf): Promise<readonly string[]> {
  const kept = await preferences.list(tenant, personScope(principal));
  const parsed = ServicesValue.safeParse(kept.find(({ name }) => name === SERVICES)?.value);
  return parsed.success ? parsed.data.services : [];
}

/** Replaces the services that this person follows. */
export async function followServices(
  of: ChoiceOf,
  services: readonly Safe[],
  { by, atMs }: { readonly by: Safe; readonly atMs: EpochMs },
): Promise<void> {
  const unique = [...new Map(services.map((service) => [service.toLowerCase(), service])).values()];
  const value = { services: unique.toSorted().slice(0, MAX_SERVICES) };
  await of.preferences.set(of.tenant, { scope: personScope(of.principal), name: SERVICES, value, by, atMs });
}

/** What this person chose about messages; null when nothing. */
export async function authorChoiceOf({ preferences, tenant, principal }: ChoiceOf): Promise<AuthorChoice | null> {
  const kept = await preferences.list(tenant, AUTHORS);
  return choiceIn(kept.find(({ name }) => name === personName(principal)));
}

/** Keeps what this person chose about messages. */
export async function keepAuthorChoice(
  of: ChoiceOf,
  value: AuthorChoice,
  { by, atMs }: { readonly by: Safe; readonly atMs: EpochMs },
): Promise<void> {
  await of.preferences.set(of.tenant, { scope: AUTHORS, name: personName(of.principal), value, by, atMs });
}

/** A person who wants to be told, and where. */
export interface Author extends AuthorChoice {
  readonly team: string;
  readonly user: string;
}

/** Everybody who wants to be told, at most 500. */
export async function authorsWhoAsked(preferences: Preferences, tenant: TenantId): Promise<readonly Author[]> {
  const kept = await preferences.list(tenant, AUTHORS);
  return kept.flatMap((preference) => {
    const choice = choiceIn(preference);
    const [team = "", user = ""] = preference.name.split("/");
    return choice?.isOn === true ? [{ ...choice, team, user }] : [];
  });
}

/** Those who made a change, by the names they gave themselves, and who are not asleep now. Exact names only: a guess would wake the wrong person. */
export function suspectedAuthors(by: string, authors: readonly Author[], nowMs: EpochMs): readonly Author[] {
  const wanted = by.trim().toLowerCase();
  if (wanted === "") return [];
  return authors.filter(
    ({ isOn, names, quiet, zone }) =>
      isOn && names.some((name) => name.toLowerCase() === wanted) && !inQuietHours(nowMs, quiet, zone),
  );
}

function choiceIn(preference: Preference | undefined): AuthorChoice | null {
  const parsed = AuthorValue.safeParse(preference?.value);
  return parsed.success ? parsed.data : null;
}

function personName({ team, user }: Principal): string {
  return `${team}/${user}`;
}

function personScope(principal: Principal): string {
  return `slack/person/${personName(principal)}`;
}
