import { z } from "zod";
import type { Actor } from "../../../app/actor.ts";
import { epochMs, type IncidentId, incidentId } from "../../../core/ids.ts";
import { ownWords, type Safe, safe } from "../../../core/safe.ts";
import { answered } from "../answered.ts";
import { tell } from "../delivery/tell.ts";
import type { Desk } from "../desk.ts";
import type { Ear, Listener } from "../listener.ts";
import { say } from "../words/replies.ts";
import { record } from "./corrected.ts";
import { currentIncidents } from "./incident-choices.ts";
import { addMessageNote } from "./message-note.ts";
import { messageKey, readableText, writtenAt } from "./message-text.ts";
import { readMessage } from "./read-message.ts";

const PINS = new Set(["pushpin", "round_pushpin"]);

const Body = z.object({
  team_id: z.string().min(1),
  event_id: z.string().min(1),
  event: z.object({
    user: z.string().min(1),
    reaction: z.string(),
    item: z.object({ type: z.literal("message"), channel: z.string().min(1), ts: z.string().min(1) }),
  }),
});

/** One pin, put on or taken off. */
interface Pin {
  readonly team: string;
  readonly user: string;
  readonly channel: string;
  readonly ts: string;
  readonly eventId: string;
}

/** A pushpin puts a message on the timeline of its incident; taking it off takes the note off. */
export const pins: Ear = {
  events: ["reaction_added", "reaction_removed"],
  connect: (app, listener) => {
    app.event("reaction_added", async ({ body }) => onPin(listener, body, putOn));
    app.event("reaction_removed", async ({ body }) => onPin(listener, body, takeOff));
  },
};

async function onPin(
  listener: Listener,
  body: unknown,
  act: (desk: Desk, pin: Pin, listener: Listener) => Promise<void>,
): Promise<void> {
  const parsed = Body.safeParse(body);
  // People react to files and with thousands of other faces too.
  if (!parsed.success || !PINS.has(parsed.data.event.reaction)) return;
  const { team_id: team, event_id: eventId, event } = parsed.data;
  if (!listener.seen.isNew(`pin/${team}/${eventId}`)) return;
  const { channel, ts } = event.item;
  const desk = listener.at(team);
  await listener.inFlight.run(() => act(desk, { team, user: event.user, channel, ts, eventId }, listener));
}

async function putOn(desk: Desk, pin: Pin, { seen }: Listener): Promise<void> {
  const { channel, user } = pin;
  const found = await readMessage(desk.client, pin);
  if (found.status === "absent" || (found.status === "found" && found.message.isBot)) return;
  if (found.status === "unreadable") {
    // Once per person: whoever pins ten messages needs no ten explanations.
    if (seen.isNew(`unreadable/${pin.team}/${channel}/${user}`)) {
      await tell(desk, { channel, thread: null, user }, say(HOW_TO_READ[found.because]));
    }
    return;
  }
  const { text, thread } = found.message;
  if (await isOurs(desk, pin, thread)) return;
  const drawing = await answered(desk, async () => {
    const actor = await desk.people.actor(pin);
    const id = await incidentOf(desk, actor, { channel, threadTs: thread ?? pin.ts });
    if (id === null) return say(WHICH);
    await keep(desk, actor, { pin, id, text: desk.redactor.text(readableText(text)) });
    return say(safe`Pinned to the timeline of ${ownWords(id)}. Take the pin off to remove it there.`);
  });
  await tell(desk, { channel, thread, user }, drawing);
}

/** What we say ourselves stands on the timeline already. */
async function isOurs(desk: Desk, pin: Pin, thread: string | null): Promise<boolean> {
  const actor = await desk.people.actor(pin);
  return (await desk.threads.messageAt(actor, { channel: pin.channel, threadTs: thread, ts: pin.ts })) !== null;
}

const WHICH = safe`TraceOps does not know which incident this message belongs to. "Add to timeline" in the menu of the message asks you.`;

const HOW_TO_READ: Readonly<Record<"scope" | "member" | "later", Safe>> = {
  scope: safe`TraceOps may not read messages here, so the pin did nothing. Use "Add to timeline" in the menu of the message, or ask an administrator to grant the app channels:history and groups:history.`,
  member: safe`TraceOps is not in this channel, so the pin did nothing. Invite it, or use "Add to timeline" in the menu of the message.`,
  later: safe`Slack did not let TraceOps read this message just now, so the pin did nothing. Take it off and put it on again, or use "Add to timeline".`,
};

/** The incident of the thread; outside of threads the only open one whose card stands in this channel. */
async function incidentOf(
  desk: Desk,
  actor: Actor,
  place: { readonly channel: string; readonly threadTs: string },
): Promise<IncidentId | null> {
  const ofThread = await desk.threads.incidentAt(actor, place);
  if (ofThread !== null) return ofThread;
  const open = (await currentIncidents(desk, actor)).filter(({ status }) => status !== "resolved").slice(0, MAX_ASKED);
  const roots = await Promise.all(open.map(({ id }) => desk.threads.rootOf(actor, id)));
  const here = open.filter((_, index) => roots[index]?.channel === place.channel);
  return here.length === 1 ? (here[0]?.id ?? null) : null;
}

const MAX_ASKED = 20;

interface Keeping {
  readonly pin: Pin;
  readonly id: IncidentId;
  readonly text: Safe;
}

/** Adds the note and remembers who pinned it, so that the same person can take it off again. */
async function keep(desk: Desk, actor: Actor, { pin, id, text }: Keeping): Promise<void> {
  const atMs = writtenAt(pin.ts) ?? epochMs(desk.clock.nowMs());
  const words = text === "" ? safe`A message without words` : text;
  const note = await addMessageNote(desk, actor, {
    incidentId: id,
    text: words,
    atMs,
    key: messageKey(pin),
    request: pin.eventId,
  });
  const value = { incident: id, note: note.id };
  await desk.preferences.set(actor.tenant, { scope: scopeOf(pin), name: pin.user, value, by: actor.name, atMs });
}

/** Who pinned one message. */
function scopeOf(pin: Pin): string {
  return `slack/pin/${messageKey(pin)}`;
}

const Kept = z.object({ incident: z.string().min(1), note: z.string().min(1) });

/** Removes the note when nobody else pinned the message, unless somebody removed it before. */
async function takeOff(desk: Desk, pin: Pin): Promise<void> {
  const actor = await desk.people.actor(pin);
  const all = await desk.preferences.list(actor.tenant, scopeOf(pin));
  const own = Kept.safeParse(all.find(({ name }) => name === pin.user)?.value);
  if (!own.success) return;
  const id = incidentId(own.data.incident);
  const drawing = await answered(desk, async () => {
    await desk.access.expect(actor, "incident.note", { incident: id });
    await desk.preferences.remove(actor.tenant, scopeOf(pin), pin.user);
    if (all.length > 1) return say(safe`Your pin is off. Somebody else pinned this message too, so its note stays.`);
    const note = (await desk.verbs.getIncident(actor, id))?.notes.find((each) => each.id === own.data.note);
    if (note === undefined) return say(safe`The note was removed from the timeline before.`);
    const correction = { kind: "note-removed" as const, noteId: note.id, text: note.text };
    const recorded = await record(desk, actor, { incidentId: id, correction });
    return say(
      recorded.status === "refused"
        ? recorded.because
        : safe`Unpinned: the note is off the timeline of ${ownWords(id)}.`,
    );
  });
  await tell(desk, { channel: pin.channel, thread: null, user: pin.user }, drawing);
}
