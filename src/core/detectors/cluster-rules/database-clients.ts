import type { LogEvent } from "../../event.ts";
import { type Safe, safe } from "../../safe.ts";
import type { Observed } from "../../timeline/observations.ts";
import type { ClusterState, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { databaseBehind } from "./database-behind.ts";
import { databaseIn } from "./databases.ts";
import { linesBy } from "./log-lines.ts";
import { type Fact, kubectl, ODD, suspect, WITNESSED } from "./suspect.ts";

const DENIED =
  /access denied for user|password authentication failed for user|ER_ACCESS_DENIED|WRONGPASS|role "[^"]*" does not exist/iu;
const LINK_FAILS =
  /communications link failure|could not connect to server|could not open connection to (?:the )?database|connection to [^\n]{1,80} refused/iu;
const REFUSED = /connection refused|ECONNREFUSED/iu;
/** A name that cannot be resolved is another fault. */
const UNRESOLVED = /UnknownHost|name resolution|no such host|ENOTFOUND|EAI_AGAIN/iu;
/** When more clients than this, and most of all, are turned away, the database is to be asked, not they. */
const FEW = 2;

/** Unhealthy clients that a database turns away, or that knock at a wrong port, while others are served: the client's settings. */
export function databaseClients(state: ClusterState): readonly Finding[] {
  return [...denied(state), ...refused(state)];
}

function denied(state: ClusterState): readonly Finding[] {
  const lines = linesBy(state, DENIED);
  const clients = unhealthyAmong([...lines.keys()], state);
  if (clients.length > FEW) return [];
  return clients.flatMap((client) => {
    const own = lines.get(client.service) ?? [];
    const family = familyIn(own);
    const words = safe`the database turns it away: wrong user or password`;
    const ids = own.slice(-3).map(({ event }) => event.id);
    return [toFinding(client, { family, what: safe`credentials`, words, ids })];
  });
}

/** More text of one client says nothing new. */
const MAX_TEXT = 40_000;

function familyIn(lines: readonly Observed<LogEvent>[]): ReturnType<typeof databaseIn> {
  const text = lines.map(({ event }) => event.body).join("\n");
  return databaseIn(text.slice(0, MAX_TEXT));
}

function refused(state: ClusterState): readonly Finding[] {
  const lines = linesBy(state, LINK_FAILS);
  if (lines.size === 0) return [];
  // A stack trace may come as one record or line by line.
  const [refusals, unresolved] = [linesBy(state, REFUSED), linesBy(state, UNRESOLVED)];
  const clients = unhealthyAmong([...lines.keys()], state);
  if (clients.length > FEW) return [];
  return clients.flatMap((client) => {
    const own = lines.get(client.service) ?? [];
    const family = familyIn(own);
    const isUnresolved = unresolved.has(client.service);
    if (family === null || !refusals.has(client.service) || isUnresolved) return [];
    const database = databaseBehind(state, { clients: [client.service], lines, family });
    // A database that is down refuses everybody: then it is not the client's port.
    if (database !== null && database.pods.some(({ isReady }) => !isReady)) return [];
    const words = safe`it is refused although the database runs: wrong host or port`;
    return [toFinding(client, { family, what: safe`port`, words, ids: own.slice(-3).map(({ event }) => event.id) })];
  });
}

/** Workloads among those services that are not well; databases log whom they turn away, so they are not clients. */
function unhealthyAmong(services: readonly Safe[], state: ClusterState): readonly Workload[] {
  return state.workloads.filter(
    ({ service, pods, containers }) =>
      services.includes(service) &&
      pods.some(({ isReady, isTerminating }) => !isReady && !isTerminating) &&
      !containers.some(({ image, isInit }) => !isInit && databaseIn(image ?? "") !== null),
  );
}

interface Turned {
  readonly family: Safe | null;
  readonly what: Safe;
  readonly words: Safe;
  readonly ids: Fact["ids"];
}

function toFinding(client: Workload, { family, what, words, ids }: Turned): Finding {
  const pod = client.pods.find(({ isReady }) => !isReady);
  return suspect({
    service: client.service,
    kind: "configuration",
    detail: safe`${family ?? safe`database`}-invalid-${what}`,
    object: client.object,
    summary: safe`${client.object} cannot use its database: ${words}`,
    facts: [
      { signal: "database-turns-it-away", family: "effect", points: WITNESSED + ODD, because: words, ids },
      {
        signal: "others-are-served",
        family: "spread",
        points: ODD,
        because: safe`no other client of a database reports this`,
        ids,
      },
      {
        signal: "client-is-unhealthy",
        family: "reported",
        points: WITNESSED,
        because: safe`${client.object} is not ready and says so itself`,
        ids: pod === undefined ? ids : [pod.id],
      },
    ],
    nextChecks: [
      kubectl("describe", client.object, client.namespace),
      kubectl("logs", client.object, client.namespace),
    ],
  });
}
