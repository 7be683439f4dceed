import { parentPort, workerData } from "node:worker_threads";
import { countShard, linesOf } from "./count-shard.ts";
import { noteLines, type SharedShards, takeShard } from "./shared-shards.ts";

// Counts shards until there are none left, and ends. Whoever started it ends it when the reading is aborted, and counts
// what it did not tell of.
const shared: SharedShards = workerData;
const never = new AbortController().signal;
for (let shard = takeShard(shared); shard !== null; shard = takeShard(shared)) {
  const count = await countShard(shard, never);
  noteLines(shared, shard.index, linesOf(count));
  parentPort?.postMessage({ index: shard.index, count });
}
