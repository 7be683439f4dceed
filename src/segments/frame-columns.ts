/** The fields of a frame's rows, one array per field. Names are numbers of the frame's own dictionary, `NONE` for none. */
export interface FrameColumns {
  readonly timesMs: Float64Array;
  readonly offsets: Int32Array;
  readonly lengths: Int32Array;
  readonly traces: Uint32Array;
  /** Empty when no row has a context. */
  readonly contextOffsets: Int32Array;
  readonly contextLengths: Int32Array;
  readonly services: Uint16Array;
  readonly hosts: Uint16Array;
  readonly templates: Uint16Array;
  readonly severities: Uint8Array;
  readonly kinds: Uint8Array;
  readonly formats: Uint8Array;
}

/** The number that stands for "no name". */
export const NONE = 0xffff;

const ROW_BYTES = 8 + 3 * 4 + 3 * 2 + 3;
const CONTEXT_BYTES = 2 * 4;

/** How many bytes the columns take: 29 a row, 37 with contexts; rounded up to eight. */
export function columnsBytesOf(rows: number, hasContexts: boolean): number {
  return Math.ceil((rows * (ROW_BYTES + (hasContexts ? CONTEXT_BYTES : 0))) / 8) * 8;
}

/** Arrays over memory that holds, or will hold, the columns from `at` on, a multiple of eight. Wide fields come first. */
export function columnsOver(
  memory: ArrayBuffer,
  at: number,
  { rows, hasContexts }: { readonly rows: number; readonly hasContexts: boolean },
): FrameColumns {
  const contexts = hasContexts ? rows : 0;
  let next = at;
  const take = (bytes: number) => {
    const from = next;
    next += bytes;
    return from;
  };
  return {
    timesMs: new Float64Array(memory, take(rows * 8), rows),
    offsets: new Int32Array(memory, take(rows * 4), rows),
    lengths: new Int32Array(memory, take(rows * 4), rows),
    traces: new Uint32Array(memory, take(rows * 4), rows),
    contextOffsets: new Int32Array(memory, take(contexts * 4), contexts),
    contextLengths: new Int32Array(memory, take(contexts * 4), contexts),
    services: new Uint16Array(memory, take(rows * 2), rows),
    hosts: new Uint16Array(memory, take(rows * 2), rows),
    templates: new Uint16Array(memory, take(rows * 2), rows),
    severities: new Uint8Array(memory, take(rows), rows),
    kinds: new Uint8Array(memory, take(rows), rows),
    formats: new Uint8Array(memory, take(rows), rows),
  };
}
