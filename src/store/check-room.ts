import type { Database } from "./database.ts";

/**
 * Lets the database put about a megabyte on its disk, and gives it back. Rejects when there is no room. A temporary table
 * takes new blocks at once and writes nothing into the log that a restore would replay.
 */
export async function checkRoom(db: Database): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`CREATE TEMPORARY TABLE room_check ON COMMIT DROP AS
      SELECT n, md5(n::text) AS filling FROM generate_series(1, 16000) AS n`;
  });
}
