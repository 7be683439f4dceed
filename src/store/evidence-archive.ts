import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import type { Clock, EvidenceArchive } from "../app/ports.ts";
import type { AnalysisInput } from "../core/analyze.ts";
import type { Event } from "../core/event.ts";
import type { SourceEvidence } from "../core/evidence.ts";
import { failpoint } from "../platform/failpoint.ts";
import type { Databases } from "./databases.ts";
import { reviveEvent } from "./revive.ts";
import { toJsonText } from "./stored-json.ts";

const pack = promisify(gzip);
const unpack = promisify(gunzip);

const MAX_PACKED_BYTES = 32 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;

/** Everything but the events, which stand on lines of their own so that no line grows without bound. */
type Head = Omit<AnalysisInput, "evidence"> & { readonly sources: readonly Source[] };
interface Source {
  /** The evidence with an empty list of events. */
  readonly shell: SourceEvidence;
  readonly events: number;
}

// Only this file writes it, and only from an input that was redacted.
const StoredHead = z.custom<Head>((value) => typeof value === "object" && value !== null && "sources" in value);

/** The latest input of each incident, packed as JSON lines: a head, then the events of its sources in order. */
export function createEvidenceArchive(db: Databases, clock: Clock): EvidenceArchive {
  return {
    async save({ tenant, input }) {
      const events = input.evidence.flatMap(eventsOf);
      const packed = await pack([headOf(input), ...events].map(toJsonText).join("\n"), { level: 3 });
      if (packed.byteLength > MAX_PACKED_BYTES) return "too-large";
      const { id: incidentId, revision } = input.incident;
      const row = {
        revision,
        storedAt: new Date(clock.nowMs()),
        events: events.length,
        packed: Uint8Array.from(packed),
      };
      failpoint("archive.before-commit");
      await db.of(tenant).archivedInputRow.upsert({
        where: { tenant_incidentId: { tenant, incidentId } },
        create: { tenant, incidentId, ...row },
        update: row,
      });
      failpoint("archive.after-commit");
      return "saved";
    },
    async load(tenant, incidentId) {
      const row = await db
        .of(tenant)
        .archivedInputRow.findUnique({ where: { tenant_incidentId: { tenant, incidentId } } });
      if (row === null) return null;
      const text = await unpack(row.packed, { maxOutputLength: MAX_UNPACKED_BYTES });
      return revive(text.toString("utf8").split("\n"));
    },
  };
}

function eventsOf({ evidence }: SourceEvidence): readonly Event[] {
  return evidence.status === "found" ? evidence.events : [];
}

function headOf({ evidence, ...rest }: AnalysisInput): Head {
  return {
    ...rest,
    sources: evidence.map((source) => ({ shell: withEvents(source, []), events: eventsOf(source).length })),
  };
}

function revive([head = "", ...lines]: readonly string[]): AnalysisInput {
  const { sources, ...rest } = StoredHead.parse(JSON.parse(head));
  const starts = sources.map((_, index) => sources.slice(0, index).reduce((sum, { events }) => sum + events, 0));
  const evidence = sources.map(({ shell, events }, index) => {
    const start = starts[index] ?? 0;
    return withEvents(
      shell,
      lines.slice(start, start + events).map((line) => reviveEvent(JSON.parse(line))),
    );
  });
  return { ...rest, evidence };
}

function withEvents({ source, evidence }: SourceEvidence, events: readonly Event[]): SourceEvidence {
  return { source, evidence: evidence.status === "found" ? { ...evidence, events } : evidence };
}
