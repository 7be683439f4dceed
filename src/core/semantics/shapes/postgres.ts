import { safe } from "../../safe.ts";
import type { ShapeFamily } from "./shape.ts";

/** SQLSTATEs as PostgreSQL gives them; the classes 08, 22, 23, 40 and 42 are the SQL standard's. */
export const POSTGRES_SHAPES: readonly ShapeFamily[] = [
  {
    name: "PostgreSQL (SQLSTATE)",
    found: "sqlstate",
    counts: "warned",
    example: "statement was not done (SQLSTATE {})",
    rows: [
      ["dependency-unreachable", "08000 08003 08006", safe`the connection to the database was lost`],
      ["dependency-unreachable", "08001 08004", safe`the database did not take the connection`],
      ["dependency-unreachable", "08007", safe`the connection was lost in a transaction, its outcome is not known`],
      ["upstream-error", "08P01", safe`client and database do not speak the same protocol`],
      ["validation", "22001", safe`a text is too long for its column`],
      ["validation", "22003", safe`a number is too large for its column`],
      ["validation", "22007 22008", safe`a text is no time, or a time is out of range`],
      ["validation", "22012", safe`a statement divided by zero`],
      ["validation", "22021", safe`a text has bytes that its encoding does not allow`],
      ["validation", "22023", safe`a parameter has a value that is not accepted`],
      ["validation", "22P02", safe`a text does not fit the type of its column`],
      ["data", "23502", safe`a value that must be there is missing`],
      ["data", "23503", safe`a row points to one that does not exist, or is still pointed to`],
      ["data", "23505", safe`a value that must be unique exists already`],
      ["data", "23514 23P01", safe`a row breaks a check of its table`],
      ["read-only", "25006", safe`a write went to something that only reads`, { counts: "always" }],
      ["code-error", "25P02", safe`a transaction was used on after one of its statements failed`],
      [
        "timeout",
        "25P03",
        safe`a transaction was left open too long and was ended`,
        {
          actions: [
            safe`Look for sessions that are "idle in transaction" in pg_stat_activity, and for the code that opens them.`,
          ],
        },
      ],
      ["timeout", "25P04", safe`a transaction took longer than it may`],
      ["authentication", "28000 28P01", safe`credentials were not accepted`],
      ["configuration", "3D000", safe`the database that was asked for does not exist`],
      ["data", "3F000", safe`a schema does not exist`],
      ["deadlock", "40001", safe`a transaction gave way to another one that changed the same rows`],
      [
        "deadlock",
        "40P01",
        safe`transactions waited for each other's locks`,
        {
          counts: "always",
          actions: [
            safe`Read "DETAIL" of the message for both statements; look at pg_locks joined with pg_stat_activity.`,
            safe`Let both transactions take their locks in the same order.`,
          ],
        },
      ],
      ["upstream-error", "40003", safe`it is not known whether a statement was done`],
      ["authorization", "42501", safe`a right is missing`],
      ["data", "42601", safe`a statement is not well-formed SQL`],
      ["data", "42703", safe`a column does not exist: code and database schema do not agree`, { counts: "always" }],
      ["data", "42P01", safe`a table does not exist: code and database schema do not agree`, { counts: "always" }],
      ["data", "42883", safe`a function or operator does not exist`],
      ["data", "42804 42846", safe`types of a statement do not fit those of the table`],
      ["data", "42P07 42701 42710", safe`a migration creates what exists already`],
      ["data", "42P18 42P08", safe`the type of a parameter is not known`],
      ["data", "42P10", safe`a statement names a constraint or column list that does not exist`],
      [
        "configuration",
        "42P05 26000",
        safe`a prepared statement is lost or doubled, as behind a pooler that shares connections`,
        {
          actions: [
            safe`Check whether the driver prepares statements although a pooler hands out connections per transaction.`,
          ],
        },
      ],
      ["quota", "53000", safe`the database has no resources left`],
      ["disk", "53100", safe`the disk of the database is full`, { counts: "always" }],
      ["memory", "53200", safe`the database has no memory left`, { counts: "always" }],
      [
        "connection-pool",
        "53300",
        safe`the database takes no more connections`,
        {
          counts: "always",
          actions: [
            safe`Compare count(*) in pg_stat_activity, by application_name and state, with max_connections.`,
            safe`Look for pools that grew, for new replicas and for connections that are not given back.`,
          ],
        },
      ],
      ["quota", "53400 54000 54001 54011 54023", safe`a statement is larger or deeper than the database allows`],
      ["data", "55000", safe`an object is not in the state that a statement needs`],
      ["deadlock", "55006", safe`an object is in use by others`],
      ["deadlock", "55P03", safe`transactions waited for each other's locks`, { counts: "always" }],
      [
        "timeout",
        "57014",
        safe`a statement was cancelled, mostly because it took longer than it may`,
        {
          actions: [
            safe`Compare the statement's plan and duration with statement_timeout and with how long it took before.`,
          ],
        },
      ],
      [
        "dependency-unreachable",
        "57P01",
        safe`an administrator ended the connection, as in a restart or a failover`,
        { counts: "always" },
      ],
      [
        "dependency-unreachable",
        "57P02",
        safe`the database server crashed and ended the connection`,
        { counts: "always" },
      ],
      ["dependency-unreachable", "57P03", safe`the database is starting, recovering or stopping`, { counts: "always" }],
      ["timeout", "57P05", safe`a session was idle too long and was ended`],
      ["disk", "58030", safe`the database could not read or write its files`, { counts: "always" }],
      ["disk", "58P01 58P02", safe`a file of the database is missing or doubled`],
      ["upstream-error", "XX000", safe`the database failed inside of itself`],
      [
        "data",
        "XX001 XX002",
        safe`data or an index of the database is corrupted`,
        {
          counts: "always",
          actions: [
            safe`Check the table (amcheck) and the disk, and find the newest sound backup before anything is written again.`,
          ],
        },
      ],
    ],
  },
  {
    name: "PostgreSQL (messages)",
    found: "phrase",
    counts: "always",
    example: "FATAL:  {} on the primary",
    rows: [
      [
        "connection-pool",
        "remaining connection slots are reserved|sorry, too many clients already",
        safe`no connection was left in a pool or at a server`,
      ],
      [
        "connection-pool",
        "no more connections allowed (max_client_conn)|query_wait_timeout|server_login_retry",
        safe`the pooler in front of the database has no connection left`,
      ],
      [
        "dependency-unreachable",
        "the database system is starting up|the database system is shutting down|the database system is in recovery mode",
        safe`the database is starting, recovering or stopping`,
      ],
      [
        "dependency-unreachable",
        "terminating connection due to administrator command|server closed the connection unexpectedly",
        safe`the database ended the connection, as in a restart or a failover`,
      ],
      ["timeout", "canceling statement due to statement timeout", safe`a statement took longer than it may`],
      ["deadlock", "canceling statement due to lock timeout", safe`transactions waited for each other's locks`],
      [
        "data",
        "canceling statement due to conflict with recovery",
        safe`a query of a replica stood in the way of its replay`,
      ],
      [
        "timeout",
        "terminating connection due to idle-in-transaction timeout",
        safe`a transaction was left open too long and was ended`,
      ],
      ["authentication", "no pg_hba.conf entry for host", safe`the database has no rule that lets this client in`],
      ["disk", "could not extend file|could not write to file", safe`the database could not write its files`],
      ["data", "invalid page in block|could not read block", safe`data or an index of the database is corrupted`],
      [
        "quota",
        "database is not accepting commands to avoid wraparound",
        safe`the database stopped writes because its transaction ids run out`,
      ],
      ["disk", "requested wal segment", safe`a replica or an archive is too far behind`, { counts: "refines" }],
    ],
  },
];
