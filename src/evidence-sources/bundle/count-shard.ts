import type { CondenserState } from "../../core/columns/condense.ts";
import { createCondenser } from "../../core/columns/condenser.ts";
import { createNameTable } from "../../core/columns/name-table.ts";
import { createByteMiner } from "../../core/log-templates/byte-miner.ts";
import { createFastNdjsonScanner } from "../../platform/log-scan/fast-scanner.ts";
import { type Counting, LineCounting, type PieceTally } from "./count-lines.ts";
import { lineChunks } from "./file-chunks.ts";
import type { LinePlacesState } from "./line-places.ts";
import { InflateLimitError } from "./lines.ts";
import { type KindName, LogKinds } from "./log-kinds.ts";
import { OddLinePlaces, type OddLines } from "./odd-lines.ts";
import { type Piece, PLACES_PER_SHARD, type Shard } from "./shards.ts";

const MAX_SERVICES = 4096;
const MAX_HOSTS = 16_384;

/** What was counted of one shard, as plain data. */
export interface ShardCount {
  readonly pieces: readonly PieceCount[];
  /** By number of the kind. */
  readonly kinds: readonly KindName[];
  readonly condensed: CondenserState;
}

export interface PieceCount {
  /** The number that its line 0 has in the shard. */
  readonly base: number;
  readonly lines: number;
  readonly tally: PieceTally;
  readonly places: LinePlacesState;
  readonly odd: OddLines;
  /** Why it could not be read to its end; null when it was. */
  readonly failure: { readonly isInflateLimit: boolean; readonly code: string } | null;
}

export function linesOf({ pieces }: ShardCount): number {
  return pieces.reduce((sum, piece) => sum + piece.lines, 0);
}

/** Counts the lines of one shard. Depends on nothing but its files, so any thread may do it. Throws only when aborted. */
export async function countShard(shard: Shard, signal: AbortSignal): Promise<ShardCount> {
  const catalog = {
    services: createNameTable(MAX_SERVICES),
    hosts: createNameTable(MAX_HOSTS),
    miner: createByteMiner(),
  };
  const kinds = new LogKinds(catalog);
  const condenser = createCondenser({ isLoud: (kind) => kinds.isLoud(kind), maxKept: shard.limits.maxKeptLines });
  const counting: Counting = { catalog, kinds, condenser, json: createFastNdjsonScanner(), range: shard.range };
  const pieces: PieceCount[] = [];
  let base = 0;
  for (const piece of shard.pieces) {
    const count = await countPiece(piece, counting, { shard, base, signal });
    pieces.push(count);
    base += count.lines + 1;
  }
  // A file that grows without end is left out as a whole; it stands alone in its shard.
  if (pieces.some(({ failure }) => failure?.isInflateLimit)) return nothingOf(pieces);
  return { pieces, kinds: kinds.names(), condensed: condenser.state() };
}

function nothingOf(pieces: readonly PieceCount[]): ShardCount {
  const tally: PieceTally = { events: 0, timeless: 0, broken: 0, cutLines: 0, bytes: 0 };
  const condensed = createCondenser({ isLoud: () => false }).state();
  const odd = new OddLinePlaces().state();
  return { pieces: pieces.map((piece) => ({ ...piece, lines: 0, tally, odd })), kinds: [], condensed };
}

interface Progress {
  readonly shard: Shard;
  readonly base: number;
  readonly signal: AbortSignal;
}

async function countPiece(piece: Piece, shared: Counting, { shard, base, signal }: Progress): Promise<PieceCount> {
  const counting = new LineCounting(piece, shared, shard.index * PLACES_PER_SHARD + base);
  const cut = (bytes: Buffer, from: number, end: number) => counting.cut(bytes, from, end);
  let failure: PieceCount["failure"] = null;
  try {
    for await (const chunk of lineChunks(piece.file, shard.limits, { signal, cut, range: piece })) counting.take(chunk);
  } catch (cause) {
    signal.throwIfAborted();
    failure = { isInflateLimit: cause instanceof InflateLimitError, code: codeOf(cause) };
  }
  const { line: lines, tally, places, odd } = counting;
  return { base, lines, tally, places: places.state(), odd: odd.state(), failure };
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
}
