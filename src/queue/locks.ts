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

  return {
    async tryTake(name) {
      const session = state.session ?? begin();
      state.session = session;
      const { held } = session;
      if (held.has(name)) return null;
      const controller = new AbortController();
      held.set(name, controller);
      const client = await session.client;
      const isOurs = await inTurn(() => ask(client, "pg_try_advisory_lock", name));
      if (isOurs) return lockOf(client, { name, controller, held, inTurn });
      drop(held, name, controller);
      return null;
    },
    async close() {
      const client = await state.session?.client.catch(() => null);
      await client?.end();
    },
  };
}

interface Held {
  readonly name: string;
  readonly controller: AbortController;
  readonly held: Map<string, AbortController>;
  readonly inTurn: (task: () => Promise<boolean>) => Promise<boolean>;
}

function lockOf(client: pg.Client, { name, controller, held, inTurn }: Held): Lock {
  return {
    lost: controller.signal,
    async release() {
      // A lost lock may be somebody else's by now, in this process too.
      if (controller.signal.aborted) return;
      await inTurn(() => ask(client, "pg_advisory_unlock", name)).catch(() => undefined);
      drop(held, name, controller);
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

function drop(held: Map<string, AbortController>, name: string, controller: AbortController): void {
  if (held.get(name) === controller) held.delete(name);
}

/** A question without an answer leaves open who holds the lock, so the whole session is given up, and with it all locks. */
async function ask(
  client: pg.Client,
  what: "pg_try_advisory_lock" | "pg_advisory_unlock",
  name: string,
): Promise<boolean> {
  try {
    const { rows } = await client.query<{ yes: boolean }>(`SELECT ${what}(hashtextextended($1, 0)) AS yes`, [name]);
    return rows[0]?.yes === true;
  } catch (error) {
    client.connection.stream.destroy();
    throw error;
  }
}
