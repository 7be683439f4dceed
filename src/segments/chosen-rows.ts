import { RECORD_KIND } from "../core/columns/record-batch.ts";
import type { LogRepeats } from "../core/event.ts";
import { ChosenLogs } from "./chosen-logs.ts";
import { KindNumbers } from "./kind-numbers.ts";
import { MAX_FRAME_ROWS, type SegmentLimits } from "./limits.ts";
import type { FrameHead } from "./load-frame.ts";
import { ThinnedRows } from "./thinned-rows.ts";

/** What is asked of a window. Times are UTC milliseconds, both included. */
export interface WindowAsk {
  readonly fromMs: number;
  readonly toMs: number;
  /** Log records that come one by one; of more, some are counted. */
  readonly limit: number;
  /** Only records of these; all when it is missing. */
  readonly services?: readonly string[];
}

export interface ChosenRow {
  /** Frame × `MAX_FRAME_ROWS` + row. */
  readonly place: number;
  readonly repeats: LogRepeats | null;
}

const METRIC_SLOT_MS = 10_000;

/** Chooses the rows of a window that become events, frame by frame, without reading their bytes. */
export class ChosenRows {
  readonly #ask: WindowAsk;
  readonly #kinds = new KindNumbers();
  readonly #logs: ChosenLogs;
  readonly #spans: ThinnedRows;
  readonly #metrics: ThinnedRows;
  readonly #others: ThinnedRows;

  constructor(ask: WindowAsk, limits: SegmentLimits) {
    this.#ask = ask;
    this.#logs = new ChosenLogs(ask.limit, this.#kinds);
    this.#spans = new ThinnedRows(limits.spans);
    this.#metrics = new ThinnedRows(limits.metrics);
    this.#others = new ThinnedRows(limits.others);
  }

  /** Records found in the window. */
  get rows(): number {
    return this.#logs.rows + this.#spans.rows + this.#metrics.rows + this.#others.rows;
  }

  /** What was left out, in words; null when nothing was. Counted logs are not left out. */
  get thinned(): string | null {
    const parts = [
      leftOut("spans", this.#spans, "whole traces"),
      leftOut("metric points", this.#metrics, "whole points in time"),
      leftOut("other records", this.#others, "evenly chosen"),
    ].filter((part) => part !== null);
    return parts.length === 0 ? null : parts.join("; ");
  }

  addFrame(frame: number, head: FrameHead): void {
    const { services } = this.#ask;
    const wanted = services === undefined ? null : head.dictionary.services.map((name) => services.includes(name));
    if (wanted !== null && !wanted.includes(true)) return;
    this.#kinds.begin(head);
    const first = frame * MAX_FRAME_ROWS;
    for (let row = 0; row < head.header.rows; row++) {
      if (!this.#isWithin(head.columns.timesMs[row] ?? 0)) continue;
      if (wanted !== null && wanted[head.columns.services[row] ?? -1] !== true) continue;
      this.#add(head, row, first + row);
    }
  }

  /** In the order of their places. */
  finish(): readonly ChosenRow[] {
    const whole = [this.#spans, this.#metrics, this.#others].flatMap(({ places }) =>
      places.map((place) => ({ place, repeats: null })),
    );
    return [...this.#logs.finish(), ...whole].toSorted((left, right) => left.place - right.place);
  }

  /** A time with a fraction belongs to its whole millisecond. */
  #isWithin(timeMs: number): boolean {
    return timeMs >= this.#ask.fromMs && timeMs < this.#ask.toMs + 1;
  }

  #add({ columns }: FrameHead, row: number, place: number): void {
    const timeMs = columns.timesMs[row] ?? 0;
    const trace = columns.traces[row] ?? 0;
    const kind = columns.kinds[row];
    if (kind === RECORD_KIND.log) this.#logs.add(this.#kinds.kindOf(row), timeMs, { place, trace });
    else if (kind === RECORD_KIND.span) this.#spans.add(trace === 0 ? place : trace, place);
    else if (kind === RECORD_KIND.metric) this.#metrics.add(Math.floor(timeMs / METRIC_SLOT_MS), place);
    else this.#others.add(place, place);
  }
}

function leftOut(what: string, rows: ThinnedRows, how: string): string | null {
  const kept = rows.places.length;
  return kept === rows.rows ? null : `of ${rows.rows} ${what} in the stored records ${kept} were read, ${how}`;
}
