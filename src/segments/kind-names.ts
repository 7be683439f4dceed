const FAILING = "~";
const QUIET = "^";

/** How a frame's dictionary names lines of a template that say more than it does; an odd sense is that of a failure. */
export function saidKind(templateKey: string, sense: number): string {
  return `${templateKey}${(sense & 1) === 0 ? QUIET : FAILING}${sense.toString(36)}`;
}

/** The template's key in a name of a frame's dictionary. */
export function templateKeyIn(name: string): string {
  const end = name.search(/[~^]/u);
  return end === -1 ? name : name.slice(0, end);
}

/** Whether lines of this name report a failure. */
export function isFailingKind(name: string): boolean {
  return name.includes(FAILING);
}
