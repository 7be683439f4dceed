import type { Incident } from "../../core/incident.ts";
import type { Actor } from "../actor.ts";
import type { Verbs } from "../verbs.ts";
import type { Access } from "./access.ts";

/** How many incidents of a list are looked up at a time. */
const AT_ONCE = 10;

/**
 * The verbs, each behind the policy. Whatever surface calls them and whatever it forgot to check, nothing is read or changed
 * that this actor may not read or change. An incident that must stay hidden answers as one that is not there.
 */
export function guardVerbs(verbs: Verbs, access: Access): Verbs {
  return { ...guardedReads(verbs, access), ...guardedLooks(verbs, access), ...guardedChanges(verbs, access) };
}

type Reads = Pick<
  Verbs,
  "listIncidents" | "getIncident" | "similarIncidents" | "draftPostmortem" | "exportPostmortem" | "postmortemNews"
>;

function guardedReads(verbs: Verbs, access: Access): Reads {
  const ifSeen = async <Answer>(actor: Actor, id: Incident["id"], ask: () => Promise<Answer | null>) =>
    (await access.sees(actor, id)) ? ask() : null;
  return {
    listIncidents: async (actor, filter) => {
      await access.require(actor, "incident.read");
      return visibleOf(access, actor, await verbs.listIncidents(actor, filter));
    },
    getIncident: (actor, id) => ifSeen(actor, id, () => verbs.getIncident(actor, id)),
    similarIncidents: (actor, id) =>
      ifSeen(actor, id, async () => {
        const found = await verbs.similarIncidents(actor, id);
        return found === null ? null : visibleOf(access, actor, found);
      }),
    draftPostmortem: (actor, id) => ifSeen(actor, id, () => verbs.draftPostmortem(actor, id)),
    exportPostmortem: (actor, id, format) => ifSeen(actor, id, () => verbs.exportPostmortem(actor, id, format)),
    postmortemNews: (actor, news) => ifSeen(actor, news.incidentId, () => verbs.postmortemNews(actor, news)),
  };
}

type Looks = Pick<Verbs, "recentChanges" | "dependencies" | "rankingRecord" | "onCall">;

function guardedLooks(verbs: Verbs, access: Access): Looks {
  const after = async <Answer>(actor: Actor, ask: () => Promise<Answer>) => {
    await access.require(actor, "service.read");
    return ask();
  };
  return {
    recentChanges: (actor, request) => after(actor, () => verbs.recentChanges(actor, request)),
    dependencies: (actor, service, request) => after(actor, () => verbs.dependencies(actor, service, request)),
    rankingRecord: (actor) => after(actor, () => verbs.rankingRecord(actor)),
    onCall: (actor, service) => after(actor, () => verbs.onCall(actor, service)),
  };
}

type Changes = Omit<Verbs, keyof Reads | keyof Looks>;

function guardedChanges(verbs: Verbs, access: Access): Changes {
  return {
    investigate: async (actor, request) => {
      await access.require(actor, "incident.investigate", { services: [request.service] });
      return verbs.investigate(actor, request);
    },
    recordFeedback: async (actor, vote) => {
      await access.require(actor, "incident.vote", { incident: vote.incidentId });
      return verbs.recordFeedback(actor, vote);
    },
    addNote: async (actor, note) => {
      await access.require(actor, "incident.note", { incident: note.incidentId });
      return verbs.addNote(actor, note);
    },
    correct: async (actor, request) => {
      await access.require(actor, "incident.correct", { incident: request.incidentId });
      return verbs.correct(actor, request);
    },
    setStatus: async (actor, change) => {
      const action = change.status === "resolved" ? "incident.resolve" : "incident.acknowledge";
      await access.require(actor, action, { incident: change.incidentId });
      return verbs.setStatus(actor, change);
    },
    savePostmortem: async (actor, edit) => {
      await access.require(actor, "postmortem.write", { incident: edit.incidentId });
      return verbs.savePostmortem(actor, edit);
    },
    placePostmortem: async (actor, place) => {
      await access.require(actor, "postmortem.write", { incident: place.incidentId });
      return verbs.placePostmortem(actor, place);
    },
  };
}

/** Those that this actor may see. One of which nobody knows where it may be seen is left out. */
async function visibleOf<Item extends Pick<Incident, "id">>(
  access: Access,
  actor: Actor,
  items: readonly Item[],
): Promise<readonly Item[]> {
  const visible: Item[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const some = items.slice(start, start + AT_ONCE);
    const seen = await Promise.all(some.map(({ id }) => access.allows(actor, "incident.read", { incident: id })));
    visible.push(...some.filter((_, index) => seen[index]));
  }
  return visible;
}
