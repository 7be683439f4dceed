import { type AccessDeps, createAccess } from "../../src/app/access/access.ts";
import type { AuditEntry } from "../../src/app/access/audit-trail.ts";
import { DEFAULT_ROSTER } from "../../src/core/access/roster.ts";

/** What a surface is given by a new install: nobody was named, so everybody of the workspace responds. */
export function openAccess(overrides: Partial<AccessDeps> = {}) {
  const kept: AuditEntry[] = [];
  const access = createAccess({
    roster: DEFAULT_ROSTER,
    places: () => [],
    incidents: { get: async () => null },
    audit: { append: async (entry) => void kept.push(entry) },
    ...overrides,
  });
  return { access, kept, groups: [], keyFor: (purpose: string) => `key for ${purpose}` };
}
