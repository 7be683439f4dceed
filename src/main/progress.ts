import type { Clock, Logger } from "../app/ports.ts";
import { type ProgressWatch, readProgress, watchProgress } from "../app/progress.ts";
import { publishRequests } from "../app/publish-requests.ts";
import type { Redactor } from "../app/redactor.ts";
import { DEFAULT_TENANT, type IncidentId, type TenantId } from "../core/ids.ts";
import type { ProgressView } from "../core/presentation/progress.ts";
import type { Safe } from "../core/safe.ts";
import type { Store } from "../store/create-store.ts";

interface Parts extends Pick<Store, "marks" | "incidents"> {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
}

/** How a look that takes long is told of, and read back by the process that draws it. */
export function progressPorts(parts: Parts, publishingSurfaces: () => readonly string[]) {
  const show = (id: IncidentId) => publishRequests({ publishingSurfaces }, id);
  const request = (jobs: ReturnType<typeof show>) => parts.incidents.request(jobs);
  const deps = { ...parts, tenant: DEFAULT_TENANT, show, request };
  return {
    watchProgress: (id: IncidentId, sources: readonly string[]): ProgressWatch => watchProgress(deps, id, sources),
    progressOf: (
      tenant: TenantId,
      of: { readonly id: IncidentId; readonly pageUrl: Safe | null },
    ): Promise<ProgressView | null> => readProgress(parts, tenant, of),
  };
}
