import { type RememberedWay, rememberedWayOf } from "../../../core/log-templates/byte-miner.ts";
import type { TemplateMiner } from "../../../core/log-templates/template-miner.ts";
import { INPUT, INPUT_BYTES, TOKEN_ROOM } from "./layout.ts";
import { ModuleMemory } from "./memory.ts";
import { startModule } from "./start-module.ts";

const NEWLINE = 10;

/** Mines plain messages, one a line, many at a time. */
export interface ModuleMiner {
  /**
   * Gives the template of each message of the lines to `take`, in order, as `miner.add` would; the last byte must
   * be a newline. The array is written over afterwards.
   */
  addLines(group: number, lines: { bytes: Uint8Array; from: number; to: number }, take: TakeTemplates): void;
}

export type TakeTemplates = (templates: Int32Array) => void;

/**
 * The module for this miner alone: what the miner remembers can be shared once, so do not scan with the fast scanner for
 * it as well. Null for a miner it cannot share with. Throws where the module cannot start.
 */
export function createModuleMiner(miner: TemplateMiner): ModuleMiner | null {
  const way = rememberedWayOf(miner);
  return way === null || way.limits.maxTokens >= TOKEN_ROOM ? null : startMiner(miner, way);
}

function startMiner(miner: TemplateMiner, way: RememberedWay): ModuleMiner | null {
  let joins = way.joins;
  const noticeJoins = () => {
    if (way.joins !== joins) memory.forgetFinals(miner.size);
    joins = way.joins;
  };
  const noticing = (template: number) => {
    noticeJoins();
    return template;
  };
  const module = startModule({
    mine: (group, from, to) => noticing(miner.add(group, memory.bytes, from, to)),
    place: (group) => noticing(way.place(group, memory.bytes)),
    finalOf: (template) => way.finalOf(template),
    nameAt: () => -1,
    groupOfNobody: () => 0,
    decline: () => {},
  });
  const memory = new ModuleMemory(module.memory.buffer);
  if (!way.moveTo(memory.remembered(way.limits.maxTokens))) return null;
  module.setMiner(way.limits.maxTokens, way.limits.maxMessageBytes);

  function addChunk(group: number, end: number, take: TakeTemplates): void {
    for (let at = INPUT; at < end; ) {
      at = module.mineLines(at, end, group);
      memory.drainCounts(module.templatesCounted(), (template, count) => way.countMany(template, count));
      take(memory.templates(module.rowsReady()));
      module.taken();
    }
  }

  return {
    addLines(group, { bytes, from, to }, take) {
      noticeJoins();
      for (let at = from; at < to; ) {
        const end = to - at <= INPUT_BYTES ? to : bytes.lastIndexOf(NEWLINE, at + INPUT_BYTES - 1) + 1;
        if (end <= at) {
          const newline = bytes.indexOf(NEWLINE, at);
          take(Int32Array.of(miner.add(group, bytes, at, newline)));
          at = newline + 1;
          continue;
        }
        memory.input.set(bytes.subarray(at, end));
        addChunk(group, INPUT + end - at, take);
        at = end;
      }
    },
  };
}
