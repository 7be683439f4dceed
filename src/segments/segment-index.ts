import { readFile, rename, writeFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { z } from "zod";
import type { SegmentMap } from "./segment-map.ts";
import { indexPath } from "./segment-paths.ts";

const Offset = z.number().int().nonnegative();
const Stored = z.object({
  version: z.literal(1),
  salt: z.number().int().nullable(),
  bytes: Offset,
  services: z.array(z.string()),
  /** from, to, earliest and latest time, numbers of services or null. */
  runs: z.array(z.tuple([Offset, Offset, z.number(), z.number(), z.array(Offset).nullable()])),
  damaged: z.array(z.tuple([Offset, Offset])),
});

/** Writes the map of a sealed segment beside it. Whoever finds it missing or damaged makes it again, so nothing is synced. */
export async function saveIndex(path: string, map: SegmentMap): Promise<void> {
  const services = [...new Set(map.runs.flatMap((run) => run.services ?? []))];
  const numbers = new Map(services.map((service, index) => [service, index]));
  const text = JSON.stringify({
    version: 1,
    salt: map.salt,
    bytes: map.scannedTo,
    services,
    runs: map.runs.map((run) => [
      run.from,
      run.to,
      run.minMs,
      run.maxMs,
      run.services?.map((service) => numbers.get(service)) ?? null,
    ]),
    damaged: map.damaged.map(({ from, to }) => [from, to]),
  });
  const target = indexPath(path);
  await saveChecked(target, text);
}

/** Replaces a small file of ours as a whole. Rejects when the disk does not take it. */
export async function saveChecked(target: string, text: string): Promise<void> {
  const draft = `${target}.${process.pid}.new`;
  await writeFile(draft, `${crc32(text)}\n${text}`, { mode: 0o600 });
  await rename(draft, target);
}

/** What `saveChecked` wrote; null when it is missing or damaged. */
export async function loadChecked(path: string): Promise<unknown> {
  const content = await readFile(path, "utf8").catch(() => "");
  const end = content.indexOf("\n");
  const text = content.slice(end + 1);
  return end === -1 || String(crc32(text)) !== content.slice(0, end) ? null : JSON.parse(text);
}

/** The stored map of a segment; null when there is none that can be trusted. */
export async function loadIndex(path: string): Promise<SegmentMap | null> {
  const { data } = Stored.safeParse(await loadChecked(indexPath(path)));
  if (data === undefined) return null;
  return {
    salt: data.salt,
    scannedTo: data.bytes,
    runs: data.runs.map(([from, to, minMs, maxMs, services]) => ({
      from,
      to,
      minMs,
      maxMs,
      services: services?.map((number) => data.services[number] ?? "") ?? null,
    })),
    damaged: data.damaged.map(([from, to]) => ({ from, to })),
    tail: null,
  };
}
