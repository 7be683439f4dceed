// Sends hostile strings through every builder and prints, for each family, the builders that let something through, as JSON.
// `test/security/hostile-mutants.test.ts` runs it over the program as it is and over mutants of it.
import { draftPostmortem } from "../../src/core/postmortem/draft.ts";
import type { Safe } from "../../src/core/safe.ts";
import { renderNote } from "../../src/surfaces/pagerduty/render.ts";
import { renderTerminal } from "../../src/surfaces/terminal/render.ts";
import { BUILDERS } from "./fake-slack/builders.ts";
import { mischiefIn } from "./fake-slack/hostile.ts";
import { hostileIncident } from "./hostile-incident.ts";
import { mischiefInPage, PAGES } from "./hostile-page.ts";
import { HIDDEN, hostileSafe } from "./hostile-text.ts";
import { structureOf } from "./markdown-structure.ts";
import { text } from "./sample-incident.ts";

const STRINGS = hostileSafe(Number(process.argv[2] ?? 1_500), 20_261_127);

/** The first thing that went wrong in one builder; null when nothing did. */
function firstWrong(draw: (foreign: () => Safe) => readonly string[]): string | null {
  let used = 0;
  const foreign = () => STRINGS[used++ % STRINGS.length] ?? text("");
  for (let drawn = 0; used < STRINGS.length && drawn < STRINGS.length; drawn++) {
    const before = used;
    const [wrong] = draw(foreign);
    if (wrong !== undefined) return wrong;
    if (used === before) return null;
  }
  return null;
}

const hidden = (printed: string) =>
  printed.split("\n").flatMap((line) => (HIDDEN.test(line) ? [JSON.stringify(line.slice(0, 120))] : []));

function postmortem(foreign: () => Safe): readonly string[] {
  const kept = hostileIncident(foreign);
  const { incident, analysis, view, notes } = kept.answer();
  const document = draftPostmortem({ incident, analysis, view, votes: kept.votes, notes, acknowledgedAtMs: null });
  const { foreign: wrong } = structureOf(document);
  // Where an address belongs, one that is nothing else may be pressed.
  return [...hidden(document), ...wrong.filter((line) => !line.startsWith("a bare address"))];
}

const wrongIn = (named: readonly (readonly [string, (foreign: () => Safe) => readonly string[]])[]) =>
  Object.fromEntries(
    named.flatMap(([name, draw]) => {
      const wrong = firstWrong(draw);
      return wrong === null ? [] : [[name, wrong]];
    }),
  );

process.stdout.write(
  JSON.stringify({
    slack: wrongIn(BUILDERS.map(({ name, build }) => [name, (foreign) => mischiefIn(build(foreign))])),
    terminal: wrongIn([
      [
        "answer",
        (foreign) => hidden(renderTerminal(hostileIncident(foreign).answer().view, { color: false, width: 100 })),
      ],
    ]),
    note: wrongIn([["note", (foreign) => hidden(renderNote(hostileIncident(foreign).answer().view))]]),
    postmortem: wrongIn([["draft", postmortem]]),
    page: wrongIn(Object.entries(PAGES).map(([name, draw]) => [name, (foreign) => mischiefInPage(draw(foreign))])),
  }),
);
