import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "./generated/client.ts";
import { statementNames } from "./statement-names.ts";

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

/** A pool of connections behind Prisma. A server that goes away makes queries fail, never the process. */
export function openDatabase(connectionString: string): Database {
  const adapter = new PrismaPg(
    {
      connectionString,
      max: POOL_SIZE,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      statement_timeout: 60_000,
      // A process that stands still in the middle of a transaction holds its locks: others that open incidents wait for it.
      idle_in_transaction_session_timeout: STANDSTILL_MS,
      application_name: "traceops store",
    },
    { onPoolError: survive, onConnectionError: survive, statementNameGenerator: statementNames() },
  );
  return new PrismaClient({ adapter, transactionOptions: TRANSACTION_LIMITS, errorFormat: "minimal" });
}

/** Whether another row holds the same unique key. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
}
