import type pg from "pg";
import { openSession } from "./connections.ts";

export interface Lock {
  /** Aborted when the lock is gone because its session is. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** One writer per name over all processes. The database frees the locks of a dead process at once and keeps a frozen one's. */
export interface Locks {
  /** Null when somebody holds it, here or elsewhere. Rejects when the database cannot be asked. */
  tryTake(name: string): Promise<Lock | null>;
  /** Both or none in one question; otherwise which one somebody holds. Rejects when the database cannot be asked. */
  tryTakeBoth(first: string, second: string): Promise<Lock | "first-is-held" | "second-is-held">;
  close(): Promise<void>;
}

/** One connection and the names it holds. They end together, and only once. */
interface Session {
  readonly client: Promise<pg.Client>;
  readonly held: Map<string, AbortController>;
}

/**
 * Session advisory locks on one connection of their own. The database would give a session the same lock twice, so
 * names that this process holds are kept here as well.
 */
export function createLocks(connectionString: string): Locks {
  const state: { session: Session | null } = { session: null };
  const inTurn = oneAtATime();

  const begin = (): Session => {
    const session: Session = { client: openSession(connectionString, "traceops locks"), held: new Map() };
    // A dying session tells of its end more than once; by the second time another one may be at work.
    const end = () => {
      if (state.session === session) state.session = null;
      for (const controller of session.held.values()) controller.abort(new Error("the lock's database session ended"));
      session.held.clear();
    };
    session.client.then((client) => client.once("end", end).once("error", end), end);
    return session;
  };

  /** How many of the names, in their order, nobody else holds: all of them are ours then, otherwise none. */
  const take = async (names: readonly string[]): Promise<Lock | number> => {
    const session = state.session ?? begin();
    state.session = session;
    const { held } = session;
    const here = names.findIndex((name) => held.has(name));
    if (here >= 0) return here;
    const controller = new AbortController();
    for (const name of names) held.set(name, controller);
    const client = await session.client;
    const free = await inTurn(() => ask(client, TAKE[names.length], names));
    if (free === names.length) return lockOf(client, { names, controller, held, inTurn });
    drop(held, names, controller);
    return free;
  };

  return {
    async tryTake(name) {
      const taken = await take([name]);
      return typeof taken === "number" ? null : taken;
    },
    async tryTakeBoth(first, second) {
      const taken = await take([first, second]);
      if (typeof taken !== "number") return taken;
      return taken === 0 ? "first-is-held" : "second-is-held";
    },
    async close() {
      const client = await state.session?.client.catch(() => null);
      await client?.end();
    },
  };
}

/** With a name the server parses it once per session. */
interface Question {
  readonly name: string;
  readonly text: string;
}

const KEY = ["hashtextextended($1, 0)", "hashtextextended($2, 0)"] as const;

/** By the number of names: how many are free, in their order. What is taken before one that is not free is given back. */
const TAKE: Readonly<Record<number, Question>> = {
  1: { name: "take one", text: `SELECT pg_try_advisory_lock(${KEY[0]})::int AS n` },
  2: {
    name: "take both",
    text: `SELECT CASE WHEN NOT pg_try_advisory_lock(${KEY[0]}) THEN 0
    WHEN pg_try_advisory_lock(${KEY[1]}) THEN 2 WHEN pg_advisory_unlock(${KEY[0]}) THEN 1 ELSE 1 END AS n`,
  },
};
const RELEASE: Readonly<Record<number, Question>> = {
  1: { name: "release one", text: `SELECT pg_advisory_unlock(${KEY[0]})::int AS n` },
  2: {
    name: "release both",
    text: `SELECT pg_advisory_unlock(${KEY[1]})::int + pg_advisory_unlock(${KEY[0]})::int AS n`,
  },
};

interface Held {
  readonly names: readonly string[];
  readonly controller: AbortController;
  readonly held: Map<string, AbortController>;
  readonly inTurn: (task: () => Promise<number>) => Promise<number>;
}

function lockOf(client: pg.Client, { names, controller, held, inTurn }: Held): Lock {
  return {
    lost: controller.signal,
    async release() {
      // A lost lock may be somebody else's by now, in this process too.
      if (controller.signal.aborted) return;
      await inTurn(() => ask(client, RELEASE[names.length], names)).catch(() => undefined);
      drop(held, names, controller);
    },
  };
}

/** A session answers one question at a time. */
function oneAtATime(): Held["inTurn"] {
  const line: { last: Promise<unknown> } = { last: Promise.resolve() };
  return (task) => {
    const turn = line.last.then(task);
    line.last = turn.catch(() => undefined);
    return turn;
  };
}

function drop(held: Map<string, AbortController>, names: readonly string[], controller: AbortController): void {
  for (const name of names) if (held.get(name) === controller) held.delete(name);
}

/** A question without an answer leaves open who holds the lock, so the whole session is given up, and with it all locks. */
async function ask(client: pg.Client, question: Question | undefined, names: readonly string[]): Promise<number> {
  if (question === undefined) throw new RangeError("one lock or two");
  try {
    const { rows } = await client.query<{ n: number }>({ ...question, values: [...names] });
    return rows[0]?.n ?? 0;
  } catch (error) {
    client.connection.stream.destroy();
    throw error;
  }
}
