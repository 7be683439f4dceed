import pg from "pg";

/** Runs `task` on one direct connection of its own and closes it, whatever happens. */
export async function withClient<Result>(
  connectionString: string,
  task: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000, keepAlive: true });
  // Without a listener a server that restarts would end our process; the running query rejects anyway.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await task(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
