import type { CauseKind } from "../../analysis.ts";
import type { LogEvent } from "../../event.ts";
import { type Safe, safe } from "../../safe.ts";
import type { Observed } from "../../timeline/observations.ts";
import { compareNames } from "../cluster/read.ts";
import type { ClusterState, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { databaseBehind } from "./database-behind.ts";
import { databaseIn } from "./databases.ts";
import { linesBy } from "./log-lines.ts";
import { type Fact, kubectl, ODD, some, suspect, WITNESSED } from "./suspect.ts";

/** What clients say when the database itself is at fault. */
interface Complaint {
  readonly detail: Safe;
  readonly kind: CauseKind;
  readonly pattern: RegExp;
  readonly words: Safe;
}

const COMPLAINTS: readonly Complaint[] = [
  {
    detail: safe`db-connection-exhaustion`,
    kind: "resource-exhaustion",
    pattern:
      /too many connections|too many clients already|remaining connection slots are reserved|max_user_connections|max number of clients reached|ORA-00020/iu,
    words: safe`has no free connection left`,
  },
  {
    detail: safe`db-readonly-mode`,
    kind: "infrastructure",
    pattern:
      /running with the --?-?(?:super-)?read[-_]only option|cannot execute \w+ in a read-only transaction|READONLY You can't write|ORA-16000|database is (?:in )?read[- ]only|NotWritablePrimary/iu,
    words: safe`refuses writes: it is read-only`,
  },
];

/** Records shown of many that say the same. */
const MAX_CITED = 5;

type Lines = ReadonlyMap<Safe, readonly Observed<LogEvent>[]>;

/** Databases of which clients report that it is full or read-only: the database is at fault, its clients only fail with it. */
export function databaseErrors(state: ClusterState): readonly Finding[] {
  return COMPLAINTS.flatMap((complaint) => {
    const lines = linesBy(state, complaint.pattern);
    if (lines.size === 0) return [];
    const speakers = [...lines.keys()].toSorted(compareNames);
    const family = databaseIn(
      [...lines.values()].flatMap((each) => each.slice(0, 1).map(({ event }) => event.body)).join("\n"),
    );
    const database = databaseBehind(state, { clients: speakers, lines, family });
    if (database === null) return [];
    return [toFinding(complaint, { database, speakers, lines })];
  });
}

interface Told {
  readonly database: Workload;
  /** Who says so, the database itself included. */
  readonly speakers: readonly Safe[];
  readonly lines: Lines;
}

function toFinding({ detail, kind, words }: Complaint, { database, speakers, lines }: Told): Finding {
  const all = speakers.flatMap((service) => lines.get(service) ?? []);
  const clients = speakers.filter((service) => service !== database.service);
  const firsts = speakers.flatMap((service) => lines.get(service)?.slice(0, 1) ?? []);
  const ids = firsts.slice(0, MAX_CITED).map(({ event }) => event.id);
  const told: Fact = {
    signal: "clients-report-database",
    family: "reported",
    points: WITNESSED + 2 * ODD,
    because: safe`${some(speakers)} report ${all.length} times that it ${words}`,
    ids,
  };
  const agreed: Fact = {
    signal: "many-clients-agree",
    family: "spread",
    points: WITNESSED,
    because: safe`${clients.length} clients report the same, so it is not one of them`,
    ids,
  };
  return suspect({
    service: database.service,
    kind,
    detail,
    object: database.object,
    summary: safe`${database.object} ${words}${clients.length === 0 ? safe`` : safe`; ${some(clients)} fail with it`}`,
    facts: clients.length > 1 ? [told, agreed] : [told],
    nextChecks: [
      kubectl("describe", database.object, database.namespace),
      kubectl("logs", database.object, database.namespace),
    ],
    firstAtMs: firsts.map(({ atMs }) => atMs).toSorted((x, y) => x - y)[0] ?? null,
  });
}
