// A process with messages for one channel, asking for its turns until all have been posted. Each post is one line
// "name time" in a file. `TAKE` is {"connectionString", "file", "messages": [[name, isReply]], "beganMs", "speed", "dieAt"}.
import { appendFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { DEFAULT_TENANT, epochMs } from "../../../src/core/ids.ts";
import { openDatabases } from "../../../src/store/databases.ts";
import { createMarks } from "../../../src/store/marks.ts";
import { Turns } from "../../../src/surfaces/slack/delivery/turns.ts";

const Task = z.object({
  connectionString: z.string(),
  file: z.string(),
  messages: z.array(z.tuple([z.string(), z.boolean()])),
  beganMs: z.number(),
  /** Seconds of the clock in a real one. */
  speed: z.number(),
  /** Dies with this turn, given and not used; null: lives. */
  dieAt: z.number().nullable(),
});
const SPOT = { tenant: DEFAULT_TENANT, team: null, channel: "C0INCIDENTS" };

const task = Task.parse(JSON.parse(process.argv[2] ?? ""));
const clockMs = () => epochMs(Math.floor(task.beganMs + (Date.now() - task.beganMs) * task.speed));
const databases = await openDatabases(task.connectionString);
const marks = createMarks(databases);
const taken = { turns: 0, asked: 0 };

async function keepAsking(name: string, isReply: boolean): Promise<void> {
  for (let placeMs: number | null = null; ; ) {
    const nowMs = clockMs();
    taken.asked += 1;
    const turn = await new Turns(marks, { nowMs: () => nowMs }).next(SPOT, { isReply, placeMs });
    if (turn.status === "now") return post(name, nowMs);
    placeMs = turn.placeMs;
    await wait((turn.askAtMs - clockMs()) / task.speed);
  }
}

function post(name: string, atMs: number): void {
  taken.turns += 1;
  if (taken.turns === task.dieAt) process.kill(process.pid, "SIGKILL");
  appendFileSync(task.file, `${name} ${atMs}\n`);
}

await Promise.all(task.messages.map(([name, isReply]) => keepAsking(name, isReply)));
await databases.close();
process.stdout.write(JSON.stringify(taken));
