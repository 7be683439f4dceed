import { open } from "node:fs/promises";
import { z } from "zod";
import type { Logger } from "../app/ports.ts";
import { FileWindow } from "./file-window.ts";
import { HEADER_BYTES, readHeader } from "./frame-header.ts";
import { loadChecked, loadIndex, saveChecked } from "./segment-index.ts";
import { saltPath, segmentPath } from "./segment-paths.ts";
import type { WriterPosition } from "./tenant-writer.ts";

const Stored = z.object({ version: z.literal(1), salt: z.number().int() });

/**
 * The salt of a segment: its first header tells; when that is damaged what was noted beside it, or its index. Null when
 * none of them can: then no frame of it can be told from bytes that somebody sent.
 */
export async function saltOf(path: string, window: FileWindow): Promise<number | null> {
  const header = readHeader(await window.bytes(0, HEADER_BYTES));
  if (header !== null) return header.salt;
  const { data } = Stored.safeParse(await loadChecked(saltPath(path)));
  return data?.salt ?? (await loadIndex(path))?.salt ?? null;
}

/**
 * Notes the salt of every segment once more, beside it, soon after its first frame is stored: the first header would be
 * its only place until the index is written, and damage there would make every later frame unreadable.
 */
export class SaltNotes {
  readonly #noted = new Map<string, number>();
  readonly #running = new Set<Promise<void>>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Call it after a batch was stored. `folder` is the writer's; costs a comparison for all but the first of a segment. */
  note(folder: string, position: WriterPosition | null): void {
    if (position === null || this.#noted.get(folder) === position.sequence) return;
    this.#noted.set(folder, position.sequence);
    const path = segmentPath(folder, position.sequence);
    const running: Promise<void> = copySalt(path)
      .catch((error: unknown) => {
        this.#logger.warn({ err: error, path }, "the salt of a segment could not be noted a second time");
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for what is being noted. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
  }
}

async function copySalt(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    const header = readHeader(await new FileWindow(file).bytes(0, HEADER_BYTES));
    if (header !== null) await saveChecked(saltPath(path), JSON.stringify({ version: 1, salt: header.salt }));
  } finally {
    await file.close();
  }
}
