import { describe, expect, test } from "vitest";
import { DEFAULT_TENANT, incidentId, tenantId } from "../ids.ts";
import { ACTIONS, type Action, TOKEN_SCOPES } from "./actions.ts";
import { may, type Principal, type Resource, roleOf } from "./policy.ts";
import { groupsOf, ownersOf, parseNames, parseOwners, type Roster } from "./roster.ts";

const MINE = incidentId("INC-1");

/**
 * What people were promised, in their own words: who may do what. "own" is yes unless the service has owners and one is not
 * among them. Written by hand from docs/access.md; the code must not be read for it.
 */
const PROMISED = `
incident.read          yes  yes  yes  yes  reads
service.read           yes  yes  yes  yes  reads
install.read           yes  yes  yes  yes  reads
personal.change        yes  yes  yes  yes  changes
incident.vote          no   yes  yes  yes  changes
incident.note          no   yes  yes  yes  changes
incident.correct       no   yes  yes  yes  changes
incident.acknowledge   no   yes  yes  yes  changes
incident.investigate   no   yes  yes  yes  changes
incident.share         no   yes  yes  yes  changes
incident.export        no   yes  yes  yes  changes
postmortem.write       no   yes  yes  yes  changes
incident.resolve       no   own  yes  yes  changes
service.route          no   own  yes  yes  changes
settings.change        no   no   no   yes  changes
data.export            no   no   no   yes  changes
data.erase             no   no   no   yes  changes
audit.read             no   no   no   yes  reads`;

interface Promised {
  readonly viewer: string;
  readonly responder: string;
  readonly manager: string;
  readonly admin: string;
  readonly reads: boolean;
}

const promises = new Map(
  PROMISED.trim()
    .split("\n")
    .map((line): readonly [string, Promised] => {
      const [action = "", viewer = "", responder = "", manager = "", admin = "", kind = ""] = line.split(/\s+/u);
      return [action, { viewer, responder, manager, admin, reads: kind === "reads" }];
    }),
);

type Column = "viewer" | "responder" | "manager" | "admin" | "nobody";

interface Case {
  readonly name: string;
  readonly principal: Principal;
  /** The column of the table that counts. */
  readonly column: Column;
  /** What else must hold, besides the column. */
  readonly admits: (promise: Promised, resource: Resource) => boolean;
}

const always = () => true;
const never = () => false;
const MEMBER_PLACES = ["open", "inside"];

function slackCases(): readonly Case[] {
  const named: readonly [string, Column][] = [
    ["u0viewer", "viewer"],
    ["u0responder", "responder"],
    ["u0manager", "manager"],
    ["u0admin", "admin"],
    ["u0nobody", "responder"],
  ];
  return (["member", "guest", "untold", "foreign", "unverified"] as const).flatMap((standing) =>
    named.map(([name, column]): Case => {
      const isOutside = standing === "guest" || standing === "untold";
      const isIn = standing === "member" || isOutside;
      return {
        name: `${standing} ${name}`,
        principal: { kind: "slack", tenant: DEFAULT_TENANT, standing, names: [name], isWorkspaceAdmin: false },
        column: isOutside && name === "u0nobody" ? "viewer" : column,
        admits: (_, { place }) => isIn && MEMBER_PLACES.includes(place),
      };
    }),
  );
}

function tokenCases(): readonly Case[] {
  return Array.from({ length: 8 }, (_, bits): Case => {
    const scopes = TOKEN_SCOPES.filter((_scope, index) => (bits & (1 << index)) !== 0);
    const has = (scope: (typeof TOKEN_SCOPES)[number]) => scopes.includes(scope);
    return {
      name: `token ${scopes.join("+")}`,
      principal: { kind: "token", tenant: DEFAULT_TENANT, scopes },
      column: has("write") ? "responder" : "viewer",
      admits: ({ reads }, { place }) => (reads ? has("read") : has("write")) && (place === "open" || has("private")),
    };
  });
}

const tenant = DEFAULT_TENANT;
const others: readonly Case[] = [
  { name: "web", principal: { kind: "web", tenant }, column: "responder", admits: (_, { place }) => place === "open" },
  {
    name: "link to it",
    principal: { kind: "web-link", tenant, incidents: [MINE], role: "responder" },
    column: "responder",
    admits: always,
  },
  {
    name: "reading link to it",
    principal: { kind: "web-link", tenant, incidents: [MINE], role: "viewer" },
    column: "viewer",
    admits: always,
  },
  {
    name: "link to another",
    principal: { kind: "web-link", tenant, incidents: [incidentId("INC-2")], role: "responder" },
    column: "responder",
    admits: never,
  },
  { name: "local", principal: { kind: "local", tenant }, column: "admin", admits: always },
  { name: "program", principal: { kind: "program", tenant }, column: "admin", admits: always },
];

const base: Roster = {
  everybody: "responder",
  roles: new Map([
    ["u0viewer", "viewer"],
    ["u0responder", "responder"],
    ["u0manager", "manager"],
    ["u0admin", "admin"],
  ]),
  owners: [],
};
/** Nobody owns the service, the one who asks does, or somebody else. */
const OWNERSHIPS = ["nobody", "asker", "another"] as const;

function rosterFor(ownership: (typeof OWNERSHIPS)[number], { principal }: Case): Roster {
  const mine = principal.kind === "slack" ? (principal.names[0] ?? "") : "u0none";
  if (ownership === "nobody") return base;
  return { ...base, owners: [{ service: "check*", name: ownership === "asker" ? mine : "u0else" }] };
}

function expected(
  { column, admits, principal }: Case,
  action: Action,
  [resource, ownership]: readonly [Resource, (typeof OWNERSHIPS)[number]],
): boolean {
  const promise = promises.get(action);
  if (promise === undefined || resource.tenant !== tenant || column === "nobody") return false;
  const isOwn = ownership === "nobody" || (ownership === "asker" && principal.kind === "slack");
  const word = promise[column];
  return (word === "yes" || (word === "own" && isOwn)) && admits(promise, resource);
}

const PLACES = ["open", "inside", "outside", "unknown"] as const;

/** Every principal with every action, ownership, place and tenant. */
function allCells() {
  const actions = Object.keys(ACTIONS).filter((name): name is Action => name in ACTIONS);
  const cases = [...slackCases(), ...tokenCases(), ...others];
  const asked = cases.flatMap((each) => actions.map((action) => ({ each, action })));
  const owned = asked.flatMap((cell) => OWNERSHIPS.map((ownership) => ({ ...cell, ownership })));
  return owned.flatMap((cell) =>
    [tenant, tenantId("another")].flatMap((of) =>
      PLACES.map((place) => {
        const resource: Resource = { tenant: of, incident: MINE, services: ["Checkout"], place };
        return { ...cell, resource };
      }),
    ),
  );
}

describe("the policy", () => {
  test("equals the table that people were promised, in every cell", () => {
    const cells = allCells();
    const wrong = cells.filter(({ each, action, ownership, resource }) => {
      const { allowed } = may({ principal: each.principal, action, resource, roster: rosterFor(ownership, each) });
      return allowed !== expected(each, action, [resource, ownership]);
    });

    expect(wrong).toEqual([]);
    expect(cells.length).toBeGreaterThanOrEqual(14_000);
    expect([...promises.keys()].toSorted()).toEqual(Object.keys(ACTIONS).toSorted());
  });

  test("a stranger learns nothing of roles, owners or channels", () => {
    const principal: Principal = {
      kind: "slack",
      tenant,
      standing: "foreign",
      names: ["u0admin"],
      isWorkspaceAdmin: true,
    };
    const resource: Resource = { tenant, incident: MINE, services: [], place: "outside" };

    expect(may({ principal, action: "data.erase", resource, roster: base })).toMatchObject({
      because: "foreign-workspace",
    });
  });
});

const askedUntold = (action: Action, names: readonly string[]) => {
  const principal: Principal = { kind: "slack", tenant, standing: "untold", names, isWorkspaceAdmin: true };
  return may({ principal, action, roster: base, resource: { tenant, incident: MINE, services: [], place: "open" } });
};

describe("somebody of whom Slack never said whether a guest", () => {
  test("is told to try again where a member may, and that a role is missing where no member may", () => {
    expect(askedUntold("incident.resolve", ["u1"])).toMatchObject({ allowed: false, because: "untold-person" });
    expect(askedUntold("data.erase", ["u1"])).toMatchObject({ allowed: false, because: "role" });
    expect(askedUntold("incident.resolve", ["u0viewer"])).toMatchObject({ allowed: false, because: "role" });
  });

  test("responds when an administrator named their id", () => {
    expect(askedUntold("incident.resolve", ["u0responder"])).toEqual({ allowed: true });
  });
});

function person(names: readonly string[], isWorkspaceAdmin = false): Principal {
  return { kind: "slack", tenant, standing: "member", names, isWorkspaceAdmin };
}

describe("roles", () => {
  test("the administrators of the workspace are ours only while the settings name none", () => {
    expect(roleOf(person(["u1"], true), { ...base, roles: new Map() })).toBe("admin");
    expect(roleOf(person(["u1"], true), base)).toBe("responder");
  });

  test("a named role wins over everybody's, also downwards, and the highest of several counts", () => {
    expect(roleOf(person(["u0viewer"]), base)).toBe("viewer");
    expect(roleOf(person(["u0viewer", "u0manager"]), base)).toBe("manager");
    expect(roleOf(person(["u1"]), { ...base, everybody: "none" })).toBe("none");
  });

  test("names and owners are read strictly", () => {
    expect(parseNames("U0ANN, ann@Example.com, T0ACME/U0BOB ,S0ONCALL")).toEqual([
      "u0ann",
      "ann@example.com",
      "t0acme/u0bob",
      "s0oncall",
    ]);
    expect(["ann", "@ann", "U0ANN;U0BOB", "*"].map(parseNames)).toEqual([null, null, null, null]);
    expect(parseOwners("checkout=S0PAY, pay-*=ann@example.com")).toHaveLength(2);
    expect(["checkout", "=S0PAY", "checkout=*", "a=b=U0ANN"].map(parseOwners)).toEqual([null, null, null, null]);
    const roster = { ...base, owners: parseOwners("checkout=S0PAY, pay-*=ann@example.com") ?? [] };
    expect(ownersOf(roster, ["PAY-card"])).toEqual(["ann@example.com"]);
    expect(ownersOf(roster, ["checkouts"])).toEqual([]);
    expect(groupsOf(roster)).toEqual(["S0PAY"]);
  });
});
