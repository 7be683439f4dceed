import { z } from "zod";

/** Of the file's own form; raised when an older program could not read it. */
export const BACKUP_VERSION = 1;

const Count = z.int().min(0);
const Digest = z.string().regex(/^[0-9a-f]{64}$/u);

/**
 * A backup is gzip of lines of JSON: a header, then for each table a line that begins it, its rows as arrays of texts and
 * nulls (every value as PostgreSQL prints it), and a line that ends it with count and SHA-256; then the sequences and the
 * last line. Arrays are rows, objects are everything else.
 */
export const Header = z.object({
  format: z.literal("traceops-backup"),
  version: z.int(),
  createdAt: z.iso.datetime(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })).max(10_000),
});
export type Header = z.infer<typeof Header>;

/** A column with the type that its texts are read back as. */
const Column = z.object({ name: z.string().min(1), type: z.string().min(1) });
export type Column = z.infer<typeof Column>;

export const Begin = z.object({ table: z.string().min(1), columns: z.array(Column).min(1).max(1_600) });
export type Begin = z.infer<typeof Begin>;
export const End = z.object({ end: z.string(), rows: Count, sha256: Digest });
export const Sequences = z.object({
  sequences: z.array(z.object({ name: z.string(), value: z.string().regex(/^\d+$/u) })).max(10_000),
});
export const Last = z.object({ tables: Count, rows: Count, sha256: Digest });

export interface BackupSummary {
  readonly tables: number;
  readonly rows: number;
}
