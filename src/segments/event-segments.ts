import { join } from "node:path";
import { UnavailableError } from "../app/errors.ts";
import type { Clock, EventSegments, Logger, SegmentReading } from "../app/ports.ts";
import type { CountsSink, DecodeRecord } from "../app/segment-ports.ts";
import type { RecordBatch } from "../core/columns/record-batch.ts";
import { type EpochMs, type TenantId, tenantId } from "../core/ids.ts";
import type { Safe } from "../core/safe.ts";
import type { WindowAsk } from "./chosen-rows.ts";
import { type CountedRound, type CountingState, countSegments } from "./count-segments.ts";
import { DEFAULT_LIMITS, type SegmentLimits } from "./limits.ts";
import { type Pending, type PendingFrame, pendingFrames, type WriterPositions } from "./pending-frames.ts";
import { pruneSegments } from "./prune.ts";
import { readWindow } from "./read-window.ts";
import { RecentBatches } from "./recent-batches.ts";
import { type Recovery, recoverWriter } from "./recover.ts";
import { rememberRecent } from "./remember-recent.ts";
import { SegmentMaps } from "./segment-maps.ts";
import { checkName, foldersIn, isFolder, makeFolder, segmentsFolder } from "./segment-paths.ts";
import { SaltNotes } from "./segment-salts.ts";
import { TemplateTexts } from "./template-texts.ts";
import { TenantWriter } from "./tenant-writer.ts";
import { type RecordVisitor, type Visited, visitFrames } from "./visit-frames.ts";

/** Where nobody ever opened the folder for writing, events may lie elsewhere: that is no "nothing found". */
const NOT_HERE =
  "the folder of stored events is not there: give this process the TRACEOPS_DATA_DIR of the one that takes events in";

export interface EventSegmentsOptions {
  readonly dataDir: string;
  /**
   * Names the folder this process alone writes to: of all processes that run, no two may have the same, one that ended may
   * have had it. Null for a process (or thread) that only reads.
   */
  readonly writer: string | null;
  readonly decode: DecodeRecord;
  readonly fsync: "always" | "never";
  readonly keepMs: number;
  readonly maxTotalBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: SegmentLimits;
}

/**
 * Raw events in append-only, checksummed files: `<dataDir>/segments/<tenant>/<writer>/<sequence>.seg`, readable by their
 * owner only.
 *
 * An append is acknowledged after fdatasync (`SEGMENTS_FSYNC=always`): it survives a crash of the program and of the
 * machine, as far as the disk keeps its word. All batches that wait share one write and one sync. What cannot be written is
 * refused, cut off, and never acknowledged. A batch with the same bytes and the same times as one of the last minutes that
 * this process took, or found at its start, counts as stored already. Waiting for the disk has no deadline of its own, for a
 * write cannot be taken back; the queue before it is bounded instead.
 */
export class FileSegments implements EventSegments {
  readonly #options: EventSegmentsOptions;
  readonly #root: string;
  readonly #limits: SegmentLimits;
  readonly #maps: SegmentMaps;
  readonly #salts: SaltNotes;
  readonly #texts = new Map<string, TemplateTexts>();
  readonly #writers = new Map<string, TenantWriter>();
  readonly #recent = new Map<string, RecentBatches>();
  readonly #firstSequences = new Map<string, number>();
  readonly #counting: CountingState = { known: new Map(), last: "" };
  #isClosed = false;

  private constructor(options: EventSegmentsOptions) {
    this.#options = options;
    this.#root = segmentsFolder(options.dataDir);
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#maps = new SegmentMaps(options);
    this.#salts = new SaltNotes(options.logger);
  }

  /** Opens the folder and brings what this writer left behind in order. Damage never keeps it from opening. */
  static async open(options: EventSegmentsOptions): Promise<FileSegments> {
    const segments = new FileSegments(options);
    if (options.writer !== null) {
      checkName("writer", options.writer);
      // Whoever reads knows by it that events are taken in here, even before the first one.
      await makeFolder(segments.#root, segments.#root);
      await segments.#recover(options.writer);
    }
    return segments;
  }

  async append(tenant: TenantId, batch: RecordBatch): Promise<void> {
    const writer = this.#writerOf(tenant);
    await writer.append(batch);
    this.#salts.note(join(this.#root, tenant, this.#options.writer ?? ""), writer.position);
  }

  /** Like the port's, and with `services` only records of these. */
  async read(tenant: TenantId, range: WindowAsk, signal: AbortSignal): Promise<SegmentReading> {
    checkName("tenant", tenant);
    if (!(await isFolder(this.#root))) return { events: [], read: 0, partial: NOT_HERE };
    const deps = { root: this.#root, maps: this.#maps, limits: this.#limits, decode: this.#options.decode };
    return readWindow(deps, { tenant, ask: range }, signal);
  }

  async prune(nowMs: EpochMs): Promise<number> {
    const { writer, keepMs, maxTotalBytes } = this.#options;
    return pruneSegments({ root: this.#root, writer, retention: { keepMs, maxTotalBytes } }, nowMs);
  }

  /** One bounded round of counting what was stored since the last one, by this process and by those that ended. */
  async count(sink: CountsSink, redact: (text: string) => Safe, signal: AbortSignal): Promise<CountedRound> {
    return countSegments(
      {
        root: this.#root,
        maps: this.#maps,
        sink,
        wordsOf: (tenant) => ({
          redact,
          textNow: (service, key) => this.#texts.get(tenant)?.now(service, key) ?? null,
        }),
        storedTo: (tenant, writer) =>
          writer === this.#options.writer ? (this.#writers.get(tenant)?.position ?? null) : null,
        nowMs: () => this.#options.clock.nowMs(),
        state: this.#counting,
      },
      signal,
    );
  }

  /** Tenants of whom something is stored here. */
  async tenants(): Promise<readonly TenantId[]> {
    return (await foldersIn(this.#root)).map(tenantId);
  }

  /** What was stored behind these positions, by every writer of a tenant, in the order of arrival; one bounded step. */
  async pending(tenant: TenantId, positions: WriterPositions, signal: AbortSignal): Promise<Pending> {
    checkName("tenant", tenant);
    const { writer: own, clock } = this.#options;
    const deps = {
      root: this.#root,
      folder: join(this.#root, tenant),
      tenant,
      maps: this.#maps,
      storedTo: (writer: string) => (writer === own ? (this.#writers.get(tenant)?.position ?? null) : null),
      nowMs: () => clock.nowMs(),
    };
    return pendingFrames(deps, positions, signal);
  }

  /** Hands the spans of these frames to a visitor, and of the logs what their columns tell. */
  visit(frames: readonly PendingFrame[], visitor: RecordVisitor, signal: AbortSignal): Promise<Visited> {
    return visitFrames(this.#options.decode, { frames, visitor }, signal);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#writers.values()].map((writer) => writer.close()));
    await this.#salts.settle();
  }

  #writerOf(tenant: TenantId): TenantWriter {
    const known = this.#writers.get(tenant);
    if (known !== undefined) return known;
    const { writer, fsync, clock, logger } = this.#options;
    if (writer === null || this.#isClosed) {
      const detail = writer === null ? "this process only reads events" : "the program is stopping";
      throw new UnavailableError("segments", { retryable: true, detail });
    }
    checkName("tenant", tenant);
    const opened = new TenantWriter({
      root: this.#root,
      tenant,
      writer,
      // Larger than that of any segment that this writer had and that is gone: a sequence names one file for ever.
      firstSequence: this.#firstSequences.get(tenant) ?? Math.floor(clock.nowMs() / 1000),
      recent: this.#recent.get(tenant) ?? new RecentBatches(),
      texts: this.#textsOf(tenant),
      limits: this.#limits,
      syncs: fsync === "always",
      clock,
      logger,
    });
    this.#writers.set(tenant, opened);
    return opened;
  }

  /** Words of a tenant's lines never stand beside those of another, not even under the same key. */
  #textsOf(tenant: string): TemplateTexts {
    const texts = this.#texts.get(tenant) ?? new TemplateTexts();
    this.#texts.set(tenant, texts);
    return texts;
  }

  async #recover(writer: string): Promise<void> {
    const { clock, logger } = this.#options;
    for (const tenant of await foldersIn(this.#root)) {
      try {
        const recovery = await recoverWriter(this.#root, tenant, writer);
        if (recovery !== null) this.#firstSequences.set(tenant, recovery.nextSequence);
        if (recovery !== null) reportRecovery(logger, tenant, recovery);
        const recent = new RecentBatches();
        await rememberRecent({ root: this.#root, tenant, nowMs: clock.nowMs() }, recent);
        this.#recent.set(tenant, recent);
      } catch (error) {
        logger.error(
          { err: error, folder: join(tenant, writer) },
          "stored events could not be looked through at the start",
        );
      }
    }
  }
}

function reportRecovery(logger: Logger, tenant: string, recovery: Recovery): void {
  const { cutBytes, damagedParts } = recovery;
  if (damagedParts > 0) {
    logger.error({ tenant, ...recovery }, "parts of the last segment are damaged: they stay in the file, unread");
  } else if (cutBytes > 0) {
    logger.warn({ tenant, ...recovery }, "the rest of an append that never ended was cut off");
  }
}
