import type { Role } from "./actions.ts";

/** Who has which role, as the settings say it. Names are lower case: "u0ann", "t0acme/u0ann", "ann@example.com", "s0oncall". */
export interface Roster {
  /** Of members of the workspace whom nobody named. */
  readonly everybody: Exclude<Role, "admin">;
  readonly roles: ReadonlyMap<string, Exclude<Role, "none">>;
  readonly owners: readonly ServiceOwner[];
}

export interface ServiceOwner {
  /** In lower case; "pay-*" is every service that begins like that. */
  readonly service: string;
  readonly name: string;
}

/** What a small team needs: everybody in the workspace responds. */
export const DEFAULT_ROSTER: Roster = { everybody: "responder", roles: new Map(), owners: [] };

const MAX_NAMES = 1_000;
const MAX_OWNERS = 2_000;
const NAME = /^(?:(?:[te][a-z0-9]{2,}\/)?[uw][a-z0-9]{2,}|s[a-z0-9]{2,}|[^\s@,;=/]{1,64}@[^\s@,;=/]{1,190})$/u;

/** "U0ANN, ann@example.com, S0ONCALL" as names in lower case; null when a part is none of these or there are too many. */
export function parseNames(text: string): readonly string[] | null {
  const names = partsOf(text).map((part) => part.toLowerCase());
  return names.length <= MAX_NAMES && names.every((name) => NAME.test(name)) ? names : null;
}

/** "checkout=S0PAY, pay-*=ann@example.com" as owners; null when a part does not read like that or there are too many. */
export function parseOwners(text: string): readonly ServiceOwner[] | null {
  const owners = partsOf(text).map((part) => {
    const [service = "", name = "", ...rest] = part.split("=").map((piece) => piece.trim().toLowerCase());
    return { service, name: rest.length === 0 ? name : "" };
  });
  const areGood = owners.every(({ service, name }) => service !== "" && NAME.test(name));
  return owners.length <= MAX_OWNERS && areGood ? owners : null;
}

/** Slack user groups that the roster names, as ids in capitals: whoever makes principals must know who is in them. */
export function groupsOf({ roles, owners }: Roster): readonly string[] {
  const named = [...roles.keys(), ...owners.map(({ name }) => name)];
  return [...new Set(named.filter((name) => /^s[a-z0-9]+$/u.test(name)))].map((id) => id.toUpperCase());
}

/** The names of those who own one of these services; none when nobody was named for any of them. */
export function ownersOf({ owners }: Roster, services: readonly string[]): readonly string[] {
  const wanted = services.map((service) => service.toLowerCase());
  return owners.filter(({ service }) => wanted.some((name) => matches(service, name))).map(({ name }) => name);
}

function matches(pattern: string, service: string): boolean {
  return pattern.endsWith("*") ? service.startsWith(pattern.slice(0, -1)) : service === pattern;
}

function partsOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
