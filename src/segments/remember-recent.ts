import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { FileWindow } from "./file-window.ts";
import { REMEMBERED_MS } from "./limits.ts";
import type { RecentBatches } from "./recent-batches.ts";
import { foldersIn, segmentsOf } from "./segment-paths.ts";
import { saltOf } from "./segment-salts.ts";
import { walkFrames } from "./walk-frames.ts";

/** Of each writer. A lost answer is about the last write, and a write may be the first of a segment. */
const MAX_SEGMENTS = 8;

/** Notes the batches that any process stored in the last minutes: one whose answer a crash swallowed is known when it is sent again. */
export async function rememberRecent(
  { root, tenant, nowMs }: { readonly root: string; readonly tenant: string; readonly nowMs: number },
  recent: RecentBatches,
): Promise<void> {
  for (const writer of await foldersIn(join(root, tenant))) {
    for (const { path } of (await segmentsOf(root, tenant, writer)).slice(-MAX_SEGMENTS)) {
      await rememberSegment(path, nowMs, recent);
    }
  }
}

async function rememberSegment(path: string, nowMs: number, recent: RecentBatches): Promise<void> {
  const status = await stat(path).catch(() => null);
  if (status === null || nowMs - status.mtimeMs > REMEMBERED_MS) return;
  const file = await open(path, "r");
  try {
    const window = new FileWindow(file);
    const walk = { file, window, from: 0, to: status.size, salt: await saltOf(path, window) };
    for await (const step of walkFrames(walk)) {
      if (step.kind === "frame" && nowMs - step.header.receivedAtMs <= REMEMBERED_MS) {
        recent.addStored(step.header.rawCrc, path, step.offset);
      }
    }
  } finally {
    await file.close();
  }
}
