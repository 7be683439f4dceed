import { createNameTable } from "../core/columns/name-table.ts";
import type { RecordCatalog } from "../core/columns/record-batch.ts";
import type { TenantId } from "../core/ids.ts";
import type { TemplateMiner } from "../core/log-templates/template-miner.ts";

const MAX_SERVICES = 5_000;
const MAX_HOSTS = 50_000;

/**
 * The catalog of each tenant, made when it sends first and kept for as long as the process lives. Tenants stand in the
 * settings, so their number is bounded; what one catalog holds is bounded by its tables and its miner.
 */
export function createCatalogs(newMiner: () => TemplateMiner): (tenant: TenantId) => RecordCatalog {
  const catalogs = new Map<TenantId, RecordCatalog>();
  return (tenant) => {
    const known = catalogs.get(tenant);
    if (known !== undefined) return known;
    const catalog = { services: createNameTable(MAX_SERVICES), hosts: createNameTable(MAX_HOSTS), miner: newMiner() };
    catalogs.set(tenant, catalog);
    return catalog;
  };
}
