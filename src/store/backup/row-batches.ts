import type pg from "pg";
import { z } from "zod";
import type { Begin, Column } from "./format.ts";
import { quoted } from "./tables.ts";

const MAX_ROWS = 5_000;
const Places = z.array(z.object({ place: z.string(), bytes: z.number() }));

/**
 * Where the rows of a table are (their `ctid`), in batches whose values, printed, take about `maxBytes` together, or one row
 * that takes more. Sizes are asked for first, so that a batch cannot be larger than it was thought to be. The transaction must
 * have one snapshot, REPEATABLE READ: the places hold as long as it lasts.
 */
export async function* rowBatches(
  client: pg.Client,
  { table, columns }: Begin,
  maxBytes: number,
): AsyncGenerator<readonly string[]> {
  await client.query(`
    DECLARE row_places NO SCROLL CURSOR FOR
    SELECT ctid::text AS place, (${columns.map(sizeOf).join(" + ")})::float8 AS bytes FROM ONLY public.${quoted(table)}`);
  let batch: string[] = [];
  let size = 0;
  for (;;) {
    const places = Places.parse((await client.query(`FETCH ${MAX_ROWS} FROM row_places`)).rows);
    if (places.length === 0) break;
    for (const { place, bytes } of places) {
      if (batch.length > 0 && (size + bytes > maxBytes || batch.length >= MAX_ROWS)) {
        yield batch;
        [batch, size] = [[], 0];
      }
      batch.push(place);
      size += bytes;
    }
  }
  if (batch.length > 0) yield batch;
  await client.query("CLOSE row_places");
}

/** Of texts and bytes the database knows it without reading them; bytes are printed as hexadecimal digits. */
function sizeOf({ name, type }: Column): string {
  const column = quoted(name);
  if (type === "bytea") return `coalesce(2 * octet_length(${column})::bigint, 0)`;
  return `coalesce(octet_length(${type === "text" ? column : `${column}::text`})::bigint, 0)`;
}
