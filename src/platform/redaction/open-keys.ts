import type { Event } from "../../core/event.ts";

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/gu;
const END = "-----END ";
const KEY_LINE = /^\s{0,40}[A-Za-z0-9+/=]{0,80}\s{0,4}$/u;
/** A key of 16,384 bits has about two hundred lines. */
const MAX_LINES = 400;
const HIDDEN = "[redacted-private-key]";

/**
 * Takes the lines of a private key out of records that hold one line each. Seen alone, the last line of a key is a short
 * random word like any id; only the record with its beginning, a few records before, tells what it is.
 */
export function hideOpenKeys(events: readonly Event<string>[]): readonly Event<string>[] {
  if (!events.some(holdsBeginning)) return events;
  const linesLeft = new Map<string, number>();
  return events.map((event) => {
    if (event.kind !== "log") return event;
    const place = placeOf(event);
    const left = linesLeft.get(place) ?? 0;
    const isOfKey = left > 0 && (KEY_LINE.test(event.body) || event.body.includes(END));
    linesLeft.set(place, nextLeft(event.body, isOfKey ? left : 0));
    return isOfKey ? { ...event, body: HIDDEN } : event;
  });
}

function holdsBeginning(event: Event<string>): boolean {
  return event.kind === "log" && event.body.includes("PRIVATE KEY");
}

/** Lines of one writer: a file's in its order, or a service's. */
function placeOf({ ref, service, host }: Event<string>): string {
  const file = ref.includes("#") ? ref.slice(0, ref.lastIndexOf("#")) : "";
  return [file, service, host].join("\n");
}

function nextLeft(body: string, left: number): number {
  const begin = [...body.matchAll(BEGIN)].at(-1);
  if (begin !== undefined) return body.indexOf(END, begin.index) === -1 ? MAX_LINES : 0;
  return body.includes(END) ? 0 : Math.max(0, left - 1);
}
