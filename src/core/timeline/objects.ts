import { type Safe, safe, sliceSafe } from "../safe.ts";

/** Endings that controllers give to pod names: "-7d9f8b6c5-x2x9z", "-x2x9z", "-0". */
const POD_ENDING = /(?:-[a-z0-9]{6,10})?-[a-z0-9]{5}$|-\d+$|-[a-z0-9]{8,10}$/u;

/** The service behind a Kubernetes object ("Pod/api-7d9f8b6c5-x2x9z"): the longest known service its name begins with, else its name without endings. */
export function serviceOfObject(object: Safe, services: readonly Safe[]): Safe {
  const name = sliceSafe(object, object.lastIndexOf("/") + 1);
  if (name === "") return safe`unknown object`;
  const fitting = services.filter((service) => service !== "" && (name === service || name.startsWith(`${service}-`)));
  const best = fitting.reduce<Safe | null>(longer, null);
  return best ?? (object.startsWith("Pod/") ? withoutEnding(name) : name);
}

function longer(known: Safe | null, other: Safe): Safe {
  return known !== null && known.length >= other.length ? known : other;
}

function withoutEnding(name: Safe): Safe {
  const ending = POD_ENDING.exec(name);
  return ending === null || ending.index === 0 ? name : sliceSafe(name, 0, ending.index);
}
