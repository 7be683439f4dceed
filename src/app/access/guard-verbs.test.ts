import { expect, test } from "vitest";
import { anIncident } from "../../../test/support/builders.ts";
import { openAccess } from "../../../test/support/open-access.ts";
import { DEFAULT_ROSTER } from "../../core/access/roster.ts";
import { DEFAULT_TENANT, hypothesisId, incidentId } from "../../core/ids.ts";
import { safe } from "../../core/safe.ts";
import type { Actor } from "../actor.ts";
import type { Verbs } from "../verbs.ts";
import { ForbiddenError } from "./access.ts";
import { guardVerbs } from "./guard-verbs.ts";

const ID = incidentId("INC-1");
const tenant = DEFAULT_TENANT;
const SLACK = { kind: "slack", tenant, standing: "member", names: ["u0ada"], isWorkspaceAdmin: false } as const;
const ada: Actor = { kind: "slack-user", tenant, id: "T1/U0ADA", name: safe`Ada`, principal: SLACK };

/** One call of every verb; a verb that is missing here does not compile. */
const CALLS: Readonly<Record<keyof Verbs, (verbs: Verbs, actor: Actor) => Promise<unknown>>> = {
  listIncidents: (verbs, actor) => verbs.listIncidents(actor, { limit: 5 }),
  getIncident: (verbs, actor) => verbs.getIncident(actor, ID),
  investigate: (verbs, actor) => verbs.investigate(actor, { service: safe`checkout`, sinceMs: null }),
  recordFeedback: (verbs, actor) =>
    verbs.recordFeedback(actor, { incidentId: ID, hypothesisId: hypothesisId("h1"), verdict: "yes" }),
  addNote: (verbs, actor) => verbs.addNote(actor, { incidentId: ID, text: safe`seen` }),
  correct: (verbs, actor) =>
    verbs.correct(actor, { incidentId: ID, correction: { kind: "status-update", text: safe`news` } }),
  setStatus: (verbs, actor) => verbs.setStatus(actor, { incidentId: ID, status: "resolved" }),
  recentChanges: (verbs, actor) => verbs.recentChanges(actor, { service: null, sinceMs: anIncident().startedAtMs }),
  similarIncidents: (verbs, actor) => verbs.similarIncidents(actor, ID),
  dependencies: (verbs, actor) => verbs.dependencies(actor, safe`checkout`),
  rankingRecord: (verbs, actor) => verbs.rankingRecord(actor),
  onCall: (verbs, actor) => verbs.onCall(actor, safe`checkout`),
  draftPostmortem: (verbs, actor) => verbs.draftPostmortem(actor, ID),
  savePostmortem: (verbs, actor) => verbs.savePostmortem(actor, { incidentId: ID, text: "text", version: 1 }),
  exportPostmortem: (verbs, actor) => verbs.exportPostmortem(actor, ID, "markdown"),
  postmortemNews: (verbs, actor) => verbs.postmortemNews(actor, { incidentId: ID, since: 1 }),
  placePostmortem: (verbs, actor) => verbs.placePostmortem(actor, { incidentId: ID, canvas: null }),
};

const NAMES = Object.keys(CALLS).filter((name): name is keyof Verbs => name in CALLS);

/** Verbs that only note that they were reached. */
function reached() {
  const names: string[] = [];
  const verbs = new Proxy<Verbs>(Object.create(null), {
    get: (_, name) => async () => {
      names.push(String(name));
      return name === "listIncidents" ? [anIncident({ id: ID })] : null;
    },
  });
  return { names, verbs };
}

test.each(NAMES)("%s is not reached by somebody without a role, nor by somebody of another workspace", async (name) => {
  const { names, verbs } = reached();
  const { access, kept } = openAccess({ roster: { ...DEFAULT_ROSTER, everybody: "none" } });
  const guarded = guardVerbs(verbs, access);
  const stranger: Actor = { ...ada, principal: { ...SLACK, standing: "foreign" } };

  await expect(CALLS[name](guarded, ada)).rejects.toThrow(ForbiddenError);
  await expect(CALLS[name](guarded, stranger)).rejects.toThrow(ForbiddenError);

  expect(names).toEqual([]);
  expect(kept.map(({ reason }) => reason)).toEqual(["role", "foreign-workspace"]);
});

test("an incident of a private channel looks to others as if it were not there, and is changed by none of them", async () => {
  const { names, verbs } = reached();
  const { access } = openAccess({ places: () => [{ placeFor: async () => "outside" }] });
  const guarded = guardVerbs(verbs, access);

  expect(await guarded.getIncident(ada, ID)).toBeNull();
  expect(await guarded.listIncidents(ada, { limit: 5 })).toEqual([]);
  expect(await guarded.exportPostmortem(ada, ID, "markdown")).toBeNull();
  await expect(CALLS.addNote(guarded, ada)).rejects.toThrow("private channel");
  expect(names).toEqual(["listIncidents"]);
});

test("when nobody can say who is in the channel, the answer is that, not that there is nothing", async () => {
  const { verbs } = reached();
  const { access } = openAccess({ places: () => [{ placeFor: async () => "unknown" }] });

  await expect(guardVerbs(verbs, access).getIncident(ada, ID)).rejects.toThrow("could not ask Slack");
});

test("what is owned is resolved by its owners; who owns it is read from the incident, never from the request", async () => {
  const { names, verbs } = reached();
  const owned = { ...DEFAULT_ROSTER, owners: [{ service: "checkout", name: "u0owner" }] };
  const incidents = { get: async () => anIncident({ id: ID, service: safe`checkout`, services: [safe`checkout`] }) };
  const { access } = openAccess({ roster: owned, incidents });
  const guarded = guardVerbs(verbs, access);

  await expect(CALLS.setStatus(guarded, ada)).rejects.toThrow("has owners");
  await guarded.setStatus(ada, { incidentId: ID, status: "acknowledged" });
  await CALLS.setStatus(guarded, { ...ada, principal: { ...SLACK, names: ["u0owner"] } });

  expect(names).toEqual(["setStatus", "setStatus"]);
});

function bare(kind: Actor["kind"]): Actor {
  return { kind, tenant, id: "x", name: safe`somebody` };
}

test("an actor that brought no proof may do nothing", async () => {
  const { verbs } = reached();
  const guarded = guardVerbs(verbs, openAccess().access);
  await expect(guarded.addNote(bare("slack-user"), { incidentId: ID, text: safe`a` })).rejects.toThrow(ForbiddenError);
  await expect(guarded.listIncidents(bare("web-user"), { limit: 1 })).rejects.toThrow(ForbiddenError);
  await expect(guarded.listIncidents(bare("mcp-client"), { limit: 1 })).rejects.toThrow(ForbiddenError);
});
