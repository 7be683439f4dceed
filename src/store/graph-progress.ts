import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import { z } from "zod";
import type { Clock } from "../app/ports.ts";
import type { CountedTo, GraphProgress, GraphStep } from "../app/service-edges-port.ts";
import type { KeeperState } from "../core/graph/keeper-state.ts";
import type { Transaction } from "./database.ts";
import type { Databases } from "./databases.ts";
import { reviveSafe } from "./revive.ts";
import { addEdges } from "./service-edges.ts";

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Fast: most of a state are hashes, which no level makes smaller. */
const LEVEL = 1;
/** Far more than the limits of a keeper allow. */
const MAX_STATE_BYTES = 256 * 1024 ** 2;
const NUMBER_BYTES = 8;

const Place = z.int().min(0);
const Positions = z
  .record(z.string(), z.object({ sequence: Place, offset: Place }))
  .transform((places) => new Map<string, CountedTo>(Object.entries(places)));
const Names = z.array(z.string().transform(reviveSafe));

/** Progress of the kept graphs in PostgreSQL, one row per tenant. */
export function createGraphProgress(db: Databases, clock: Clock): GraphProgress {
  return {
    async look(tenant) {
      const row = await db.of(tenant).graphKeepingRow.findUnique({ where: { tenant }, omit: { packed: true } });
      if (row === null) return null;
      const { revision, keeper, isWaiting } = row;
      return { revision, keeper, isWaiting, positions: Positions.parse(row.positions) };
    },
    async recall(tenant, revision) {
      const row = await db
        .of(tenant)
        .graphKeepingRow.findUnique({ where: { tenant, revision }, select: { packed: true } });
      return row === null ? null : unpack(row.packed).catch(unreadable);
    },
    async keep(step) {
      const packed = await pack(step.state);
      const isKept = await db
        .of(step.tenant)
        .$transaction((tx) => keep(tx, { step, packed, at: new Date(clock.nowMs()) }));
      return isKept ? { kind: "kept", bytes: packed.byteLength } : { kind: "moved" };
    },
    async release(keeper) {
      await db.everyTenant("stopping").graphKeepingRow.updateMany({ where: { keeper }, data: { keeper: "" } });
    },
  };
}

interface Keeping {
  readonly step: GraphStep;
  readonly packed: Uint8Array<ArrayBuffer>;
  readonly at: Date;
}

/** Only whoever saw the present revision stores the next. */
async function keep(tx: Transaction, { step, packed, at }: Keeping): Promise<boolean> {
  const { tenant, from, keeper, isWaiting, changes } = step;
  const positions = Object.fromEntries([...step.positions].map(([writer, { ...place }]) => [writer, place]));
  const revision = (from ?? 0) + 1;
  const row = { revision, keeper, isWaiting, positions, packed, keptAt: at };
  const { count } =
    from === null
      ? await tx.graphKeepingRow.createMany({ data: [{ tenant, ...row }], skipDuplicates: true })
      : await tx.graphKeepingRow.updateMany({ where: { tenant, revision: from }, data: row });
  if (count === 1) await addEdges(tx, tenant, changes);
  return count === 1;
}

/** Length of the names, the names as JSON, then the numbers as they stand in memory. */
async function pack({ names, numbers }: KeeperState): Promise<Uint8Array<ArrayBuffer>> {
  const text = Buffer.from(JSON.stringify(names));
  const length = Buffer.alloc(NUMBER_BYTES);
  length.writeUInt32LE(text.length);
  const memory = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return Uint8Array.from(await deflate(Buffer.concat([length, text, memory]), { level: LEVEL }));
}

function unreadable(cause: unknown): never {
  throw new RangeError("what the keeper of a graph remembered cannot be read", { cause });
}

async function unpack(packed: Uint8Array): Promise<KeeperState> {
  const bytes = await inflate(packed, { maxOutputLength: MAX_STATE_BYTES });
  const end = NUMBER_BYTES + bytes.readUInt32LE();
  const names = Names.parse(JSON.parse(bytes.toString("utf8", NUMBER_BYTES, end)));
  // Arrays of eight-byte numbers must begin at a multiple of eight: a copy does.
  const memory = Uint8Array.from(bytes.subarray(end)).buffer;
  return { names, numbers: new Float64Array(memory, 0, Math.floor(memory.byteLength / NUMBER_BYTES)) };
}
