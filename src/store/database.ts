import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { Prisma, PrismaClient } from "./generated/client.ts";

export type Database = PrismaClient;
/** What runs inside one transaction. */
export type Transaction = Prisma.TransactionClient;

const POOL_SIZE = 10;
/** A storm queues behind the pool; waiting is better than failing a job, and both have an end. */
const TRANSACTION_LIMITS = { maxWait: 15_000, timeout: 20_000 };

/** Far longer than any step between two statements takes. */
const STANDSTILL_MS = 5_000;

/** The query that was running rejects; there is nothing else to do. */
const survive = () => undefined;

export interface PoolOptions {
  /** Connections at most. */
  readonly max: number;
  /** Looks at each new connection before it is used; one that it rejects is closed. */
  readonly check?: (client: pg.ClientBase) => Promise<void>;
}

/** Connections that are opened when they are needed and closed after half a minute without work. */
export function openPool(connectionString: string, { max, check }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: 60_000,
    // A process that stands still in the middle of a transaction holds its locks: others that open incidents wait for it.
    idle_in_transaction_session_timeout: STANDSTILL_MS,
    application_name: "traceops store",
    ...(check === undefined ? {} : { verify: (client, done) => void tell(check(client), done) }),
  });
  pool.on("error", survive);
  return pool;
}

async function tell(checked: Promise<void>, done: (error?: Error) => void): Promise<void> {
  const error = await checked.then(
    () => undefined,
    (cause: unknown) => (cause instanceof Error ? cause : new Error("a connection could not be checked", { cause })),
  );
  done(error);
}

/** Prisma before a pool, which ends with it. A server that goes away makes queries fail, never the process. */
export function databaseOn(pool: pg.Pool): Database {
  const adapter = new PrismaPg(pool, {
    onPoolError: survive,
    onConnectionError: survive,
    disposeExternalPool: true,
  });
  return new PrismaClient({ adapter, transactionOptions: TRANSACTION_LIMITS, errorFormat: "minimal" });
}

/** The database as the account of the connection string sees it. The program itself goes through `Databases`. */
export function openDatabase(connectionString: string): Database {
  return databaseOn(openPool(connectionString, { max: POOL_SIZE }));
}

/** Whether another row holds the same unique key. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
}
