import type { PlacePort } from "../app/access/access.ts";
import type { PublishPort } from "../app/publish-incident.ts";
import type { RunningSurface, SurfaceDeps } from "../surfaces/define.ts";
import { surfaces } from "../surfaces/registry.ts";
import type { Config } from "./config.ts";

export interface WiredSurfaces {
  readonly running: ReadonlyMap<string, RunningSurface>;
  /** Those that draw by themselves. */
  readonly publishing: ReadonlyMap<string, PublishPort>;
  readonly places: readonly PlacePort[];
}

/** Every surface that its settings switch on. Creating one connects nothing; `start` does. */
export function wireSurfaces(config: Config, deps: SurfaceDeps): WiredSurfaces {
  const running = new Map<string, RunningSurface>();
  const publishing = new Map<string, PublishPort>();
  for (const [name, surface] of Object.entries(surfaces)) {
    const created = surface.create(config.env, deps);
    if (created === null) continue;
    running.set(name, created);
    const { publish, reach } = created;
    if (publish) publishing.set(name, reach ? { publish, reach } : { publish });
  }
  return { running, publishing, places: [...running.values()].flatMap(({ places }) => places ?? []) };
}
