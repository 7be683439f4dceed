import { type Safe, safe } from "../../safe.ts";
import type { ClusterState, ServiceObject, Workload } from "../cluster/state.ts";

const FAMILIES: readonly (readonly [RegExp, Safe])[] = [
  // With the wording of its own errors: drivers cite them without saying whose they are.
  [/mysql|mariadb|percona|\(using password: |too many connections/iu, safe`mysql`],
  [
    /postgres|pgsql|\bpg\b|too many clients already|remaining connection slots|password authentication failed/iu,
    safe`postgresql`,
  ],
  [/mongo/iu, safe`mongodb`],
  [/redis|valkey/iu, safe`redis`],
  [/cassandra|scylla/iu, safe`cassandra`],
];

/** Which family of databases a text speaks of: "mysql", "postgresql" …; null when none. */
export function databaseIn(text: string): Safe | null {
  return FAMILIES.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** The family of relational databases behind an address, by its words or by the images of the pods that a Service leads to. */
export function databaseOf(words: string, service: ServiceObject | null, state: ClusterState): Safe | null {
  const images = (service?.pods ?? []).flatMap((pod) => state.workloadOf(pod)?.containers ?? pod.containers);
  const family = databaseIn(words) ?? databaseIn(images.map(({ image }) => image ?? "").join(" "));
  return family === "mysql" || family === "postgresql" ? family : null;
}

/** The workloads that run a database of that family, by their images. */
export function databaseWorkloads(family: Safe, state: ClusterState): readonly Workload[] {
  return state.workloads.filter(({ containers }) =>
    containers.some(({ image, isInit }) => !isInit && !isHelper(image ?? "") && databaseIn(image ?? "") === family),
  );
}

/** Exporters, consoles and operators carry the name of the database that they serve. */
export function isHelper(image: string): boolean {
  return /exporter|-express|admin|backup|operator|proxy|router|pgbouncer/iu.test(image);
}
