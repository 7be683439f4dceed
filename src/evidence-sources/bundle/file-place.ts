import { basename } from "node:path";

const ROTATION = /(?:[._-]\d{4}-?\d{2}-?\d{2}(?:[T_-]?\d{2,6})?|[._]\d{1,4})$/u;
const POD = /^(.{1,200}?)-[a-z0-9]{5,10}-[a-z0-9]{5}$/u;

/** What a file's name says: its service, and its pod when it is named like one. */
export function placeOf(ref: string): { service: string; pod: string | null } {
  let name = basename(ref).replace(/\.gz$/iu, "");
  for (let before = ""; before !== name; ) {
    before = name;
    name = name.replace(/\.(?:jsonl|ndjson|json|log|txt|out|err)$/iu, "").replace(ROTATION, "");
  }
  const pod = POD.exec(name);
  // The random part of a pod's name has digits; "user-service-proxy" has none.
  const isPod = pod?.[1] !== undefined && /\d/u.test(name.slice(pod[1].length));
  return { service: isPod ? (pod?.[1] ?? name) : name, pod: isPod ? name : null };
}
