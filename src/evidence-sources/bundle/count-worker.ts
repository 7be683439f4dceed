import { parentPort } from "node:worker_threads";
import { countShard } from "./count-shard.ts";
import type { Shard } from "./shards.ts";

// Counts the shards that it is given, one after another. Whoever started it ends it.
const stop = new AbortController();
parentPort?.on("message", (shard: Shard) => {
  countShard(shard, stop.signal).then(
    (count) => parentPort?.postMessage(count),
    // The parent counts the shard itself then.
    () => parentPort?.postMessage(null),
  );
});
