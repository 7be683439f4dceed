import type { AuditStore } from "../app/access/audit-trail.ts";
import type { CorrectionStore, PostmortemStore, Preferences } from "../app/people-ports.ts";
import type {
  AnalysisStore,
  Clock,
  EvidenceArchive,
  FeedbackStore,
  Inbox,
  IncidentStore,
  Marks,
  OutboundMessages,
  PushedEvents,
  WeightsStore,
} from "../app/ports.ts";
import type { GraphProgress, ServiceEdges } from "../app/service-edges-port.ts";
import { DEFAULT_TENANT, type EpochMs, SELF_WATCH_TENANT } from "../core/ids.ts";
import { createAnalysisStore } from "./analyses.ts";
import { createAuditStore } from "./audit.ts";
import { checkRoom } from "./check-room.ts";
import { createSchemaCheck } from "./check-schema.ts";
import { createCorrectionStore } from "./corrections.ts";
import { openDatabases } from "./databases.ts";
import { createEvidenceArchive } from "./evidence-archive.ts";
import { createFeedbackStore } from "./feedback.ts";
import { createGraphProgress } from "./graph-progress.ts";
import { createInbox } from "./inbox.ts";
import { createIncidentStore } from "./incidents.ts";
import { createLogCounts, type LogCounts } from "./log-counts.ts";
import { createMarks } from "./marks.ts";
import { createMetricTotals, type MetricTotals } from "./metric-totals.ts";
import { createOutboundMessages } from "./outbound-messages.ts";
import { createPostmortemStore } from "./postmortems.ts";
import { createPreferences } from "./preferences.ts";
import { createPushedEvents } from "./pushed-events.ts";
import { removeSelfWatch } from "./remove-self-watch.ts";
import { type PastTime, type PastTimeSteps, pastTimeSteps, removeDoneJobs } from "./retention.ts";
import { createServiceEdges } from "./service-edges.ts";
import { createWeightsStore } from "./weights.ts";

/** Everything that is kept, behind the ports of `app`. */
export interface Store {
  readonly inbox: Inbox;
  readonly incidents: IncidentStore;
  readonly analyses: AnalysisStore;
  readonly feedback: FeedbackStore;
  readonly corrections: CorrectionStore;
  readonly postmortems: PostmortemStore;
  readonly preferences: Preferences;
  readonly weights: WeightsStore;
  readonly pushedEvents: PushedEvents;
  readonly logCounts: LogCounts;
  readonly serviceEdges: ServiceEdges;
  readonly graphProgress: GraphProgress;
  readonly archive: EvidenceArchive;
  readonly marks: Marks;
  readonly metricTotals: MetricTotals;
  readonly messages: OutboundMessages;
  readonly auditStore: AuditStore;
  /** Writes once; rejects when the database cannot be written to or lacks our tables. For `/readyz`. */
  checkWritable(): Promise<void>;
  /** Rejects when the database cannot take another megabyte: what is small may still fit into space that was used before. */
  checkRoom(): Promise<void>;
  /** Rejects when the database lacks a migration of this version. For `/readyz`. */
  checkSchema(): Promise<void>;
  /** Removes jobs that were done before; returns how many. What is undone or in quarantine stays. */
  pruneDoneJobs(before: EpochMs): Promise<number>;
  /** What empties old webhooks, removes what old answers were computed from and old versions of them. */
  pastTime(before: PastTime): PastTimeSteps;
  /** Removes synthetic incidents that changed before. */
  removeSelfWatch(before: EpochMs): Promise<void>;
  /** What waits for a person: webhooks that could not be read, jobs that failed at every try. */
  quarantined(): Promise<{ readonly webhooks: number; readonly jobs: number }>;
  close(): Promise<void>;
}

/** Connects to a migrated database. Rejects when it does not answer, or does not keep tenants apart as asked. */
export async function createStore(connectionString: string, { clock }: { readonly clock: Clock }): Promise<Store> {
  const db = await openDatabases(connectionString);
  const marks = createMarks(db);
  return {
    inbox: createInbox(db, clock),
    incidents: createIncidentStore(db, clock),
    analyses: createAnalysisStore(db, clock),
    feedback: createFeedbackStore(db, clock),
    corrections: createCorrectionStore(db, clock),
    postmortems: createPostmortemStore(db),
    preferences: createPreferences(db),
    weights: createWeightsStore(db),
    pushedEvents: createPushedEvents(db),
    logCounts: createLogCounts(db),
    serviceEdges: createServiceEdges(db),
    graphProgress: createGraphProgress(db, clock),
    archive: createEvidenceArchive(db, clock),
    marks,
    metricTotals: createMetricTotals(db),
    messages: createOutboundMessages(db),
    auditStore: createAuditStore(db),
    checkSchema: createSchemaCheck(db),
    checkWritable: () => marks.set(DEFAULT_TENANT, "writable-check", String(clock.nowMs())),
    checkRoom: () => checkRoom(db.of(DEFAULT_TENANT)),
    pruneDoneJobs: (before) => removeDoneJobs(db.everyTenant("past-its-time"), before),
    pastTime: (before) => pastTimeSteps(db.everyTenant("past-its-time"), before),
    removeSelfWatch: (before) => removeSelfWatch(db.of(SELF_WATCH_TENANT), before),
    async quarantined() {
      const all = db.everyTenant("standing");
      const webhooks = await all.inboxItem.count({ where: { state: "quarantined" } });
      const jobs = await all.outboxItem.count({ where: { quarantinedAt: { not: null } } });
      return { webhooks, jobs };
    },
    close: () => db.close(),
  };
}
