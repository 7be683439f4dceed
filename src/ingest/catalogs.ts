import { createNameTable } from "../core/columns/name-table.ts";
import type { RecordCatalog } from "../core/columns/record-batch.ts";
import type { TenantId } from "../core/ids.ts";
import type { TemplateMiner } from "../core/log-templates/template-miner.ts";

const MAX_SERVICES = 5_000;
const MAX_HOSTS = 50_000;
/** A catalog that is full is replaced, but not more often than this. */
const RENEWED_AFTER_MS = 10 * 60_000;

export interface CatalogOptions {
  readonly newMiner: () => TemplateMiner;
  readonly nowMs: () => number;
  /** A number of 32 bits that no sender can guess. */
  readonly newSeed: () => number;
}

/**
 * The catalog of each tenant, made when it sends first. Tenants stand in the settings, so their number is bounded; what one
 * catalog holds is bounded by its tables and its miner. Names of pods and batch jobs come and go: a catalog without room for
 * a new name is replaced by an empty one, so that nobody stays "(other)" for as long as the process lives. Requests that are
 * being read keep the catalog they began with.
 */
export function createCatalogs({ newMiner, nowMs, newSeed }: CatalogOptions): (tenant: TenantId) => RecordCatalog {
  const catalogs = new Map<TenantId, { readonly catalog: RecordCatalog; readonly sinceMs: number }>();
  return (tenant) => {
    const known = catalogs.get(tenant);
    const sinceMs = nowMs();
    if (known !== undefined && !(isFull(known.catalog) && sinceMs - known.sinceMs >= RENEWED_AFTER_MS)) {
      return known.catalog;
    }
    const catalog = {
      services: createNameTable(MAX_SERVICES, newSeed()),
      hosts: createNameTable(MAX_HOSTS, newSeed()),
      miner: newMiner(),
    };
    catalogs.set(tenant, { catalog, sinceMs });
    return catalog;
  };
}

function isFull({ services, hosts }: RecordCatalog): boolean {
  return services.size >= MAX_SERVICES || hosts.size >= MAX_HOSTS;
}
