import type { Actor } from "../../../app/actor.ts";
import { epochMs, type IncidentId } from "../../../core/ids.ts";
import { cutSafe, ownWords, type Safe, safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { section } from "../drawing/blocks.ts";
import type { Drawing } from "../drawing/message.ts";
import { escaped, type Mrkdwn, md } from "../drawing/mrkdwn.ts";
import type { Ear } from "../listener.ts";
import { knownServices } from "./incident-choices.ts";
import { investigateHere } from "./investigate-here.ts";
import { addMessageNote } from "./message-note.ts";
import { writtenAt } from "./message-text.ts";
import { openThenFill } from "./modal-open.ts";
import { checkStart, START_MODAL, startIn, startModal } from "./modal-start.ts";
import { onSubmit, type Submission } from "./modal-submission.ts";
import { onShortcut, type Shortcut } from "./shortcut.ts";

/** Looking into a service without an alert, from a message or from the search bar. */
export const starts: Ear = {
  shortcuts: ["inc.start", "inv.service"],
  views: [START_MODAL],
  connect: (app, listener) => {
    onShortcut(app, listener, { id: "inc.start", act: (desk, shortcut) => ask(desk, shortcut, safe`Start incident`) });
    onShortcut(app, listener, {
      id: "inv.service",
      act: (desk, shortcut) => ask(desk, shortcut, safe`Investigate a service`),
    });
    onSubmit(app, listener, { view: START_MODAL, check: checkStart, act: start });
  },
};

async function ask(desk: Desk, { message, principal, triggerId }: Shortcut, title: Safe): Promise<void> {
  await openThenFill(desk, {
    triggerId,
    title,
    build: async () =>
      startModal({
        about: message?.about ?? {},
        title,
        services: await knownServices(desk, await desk.people.actor(principal)),
        atMs: message?.atMs ?? epochMs(desk.clock.nowMs()),
        what: message?.text ?? null,
      }),
  });
}

async function start(desk: Desk, submission: Submission): Promise<Drawing> {
  const actor = await desk.people.actor(submission.principal);
  const { service, what, sinceMs, channel } = startIn(submission, desk.clock.nowMs());
  const name = cutSafe(desk.redactor.text(service), 200);
  const { id, standsIn: root } = await investigateHere(desk, actor, { service: name, sinceMs, channel });
  const noted = await noteMessage(desk, { actor, id, what }, submission);
  const text = md`Looking into ${escaped(name)} as ${escaped(ownWords(id))}. ${cardWords(root?.channel ?? null, channel)}${noted ? md` The message is on its timeline.` : md``}`;
  return { text, blocks: [section("reply", text)] };
}

function cardWords(standsIn: string | null, wanted: string | null): Mrkdwn {
  if (standsIn !== null) return md`It runs already: its card stands in ${channelMd(standsIn)}.`;
  if (wanted === null) return md`The card comes into the incident channel.`;
  return md`The card comes into ${channelMd(wanted)}; where TraceOps is no member, into the incident channel.`;
}

/** A channel as Slack shows it by name. */
function channelMd(id: string): Mrkdwn {
  return /^[CG][A-Z0-9]+$/u.test(id) ? { mrkdwn: `<#${id}>` } : md`a direct message`;
}

/** What the message said, with its address, at the time when it was written. */
async function noteMessage(
  desk: Desk,
  { actor, id, what }: { readonly actor: Actor; readonly id: IncidentId; readonly what: string },
  { about, viewId }: Submission,
): Promise<boolean> {
  const { key, ts, link } = about;
  if (key === undefined || (what === "" && link === undefined)) return false;
  const from = link === undefined ? safe`` : safe` (${desk.redactor.text(link)})`;
  const text = safe`${what === "" ? safe`A message` : desk.redactor.text(what)}${from}`;
  const atMs = writtenAt(ts ?? "") ?? epochMs(desk.clock.nowMs());
  await addMessageNote(desk, actor, { incidentId: id, text, atMs, key, request: viewId });
  return true;
}
