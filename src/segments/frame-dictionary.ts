import { z } from "zod";

/** What the numbers of a frame's columns stand for. */
export interface FrameDictionary {
  readonly services: readonly string[];
  readonly hosts: readonly string[];
  /** Keys of the miner's templates, of failing lines with what else they say: see `kind-names.ts`. */
  readonly templates: readonly string[];
  /** Words of the templates that this frame is the first of its segment to use: number in `templates`, text. */
  readonly texts: readonly (readonly [number, string])[];
}

const Stored = z.tuple([
  z.array(z.string()),
  z.array(z.string()),
  z.array(z.string()),
  z.array(z.tuple([z.number(), z.string()])),
]);

/** Few names stand for very many rows, so text costs nothing here. */
export function writeDictionary({ services, hosts, templates, texts }: FrameDictionary): Buffer {
  return Buffer.from(JSON.stringify([services, hosts, templates, texts]));
}

/** Throws when the bytes are none of ours; their checksum was compared before. */
export function readDictionary(bytes: Buffer): FrameDictionary {
  const [services, hosts, templates, texts] = Stored.parse(JSON.parse(bytes.toString("utf8")));
  return { services, hosts, templates, texts };
}
