import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { PostmortemDocument } from "../../../app/people-ports.ts";
import type { EpochMs } from "../../../core/ids.ts";
import { type CallFailure, classify } from "../delivery/slack-errors.ts";
import type { Desk } from "../desk.ts";

export interface Canvas {
  readonly id: string;
}

export type Created =
  /** `isTab`: it stands in the channel as a tab, so that everybody there may open it. */
  | { readonly status: "created"; readonly canvas: Canvas; readonly isTab: boolean }
  | { readonly status: "refused"; readonly failure: CallFailure };

const Answer = z.object({ canvas_id: z.string().min(1) });

/**
 * Makes a canvas with the document, on its own or, where the plan of the workspace allows only that, as a tab of the
 * channel. Never repeats a call whose outcome is unknown.
 */
export async function createCanvas(
  desk: Desk,
  { document, channel }: { readonly document: PostmortemDocument; readonly channel: string },
): Promise<Created> {
  const content = {
    title: `Postmortem of ${document.incidentId}`,
    document_content: { type: "markdown", markdown: document.text },
  } as const;
  const alone = await tried(() => desk.client.canvases.create(content));
  if (typeof alone === "string") return { status: "created", canvas: { id: alone }, isTab: false };
  if (!needsChannel(alone)) return { status: "refused", failure: alone };
  const tab = await tried(() => desk.client.canvases.create({ ...content, channel_id: channel }));
  if (typeof tab === "string") return { status: "created", canvas: { id: tab }, isTab: true };
  return { status: "refused", failure: tab };
}

async function tried(call: () => Promise<unknown>): Promise<string | CallFailure> {
  try {
    const answer = Answer.safeParse(await call());
    return answer.success ? answer.data.canvas_id : { kind: "unknown", detail: "answer without canvas", isOver: true };
  } catch (error) {
    return classify(error);
  }
}

/** What free plans answer to a canvas outside a channel. */
function needsChannel(failure: CallFailure): boolean {
  return failure.kind === "permanent" && /^(?:free_team|team_tier)/u.test(failure.code);
}

/** Lets everybody in the channel write in it; false when Slack does not allow that. Doing it twice is harmless. */
export async function openToChannel(desk: Desk, canvas: Canvas, channel: string): Promise<boolean> {
  try {
    await desk.client.canvases.access.set({ canvas_id: canvas.id, access_level: "write", channel_ids: [channel] });
    return true;
  } catch (error) {
    desk.logger.warn({ failure: classify(error) }, "slack did not open a canvas to its channel");
    return false;
  }
}

/** A refusal that says nothing about the next canvas: this one, or this moment, was the problem. */
export function isForgetful(failure: CallFailure): boolean {
  return failure.kind !== "permanent" || /^canvas_(?:tab_)?creation_failed$/u.test(failure.code);
}

/** An administrator may allow canvases later, so nobody is held to a refusal for longer than a day. */
const REFUSED_FOR_MS = 24 * 3600 * 1000;
const refusals = new WeakMap<WebClient, EpochMs>();

/** Remembers for this workspace that it takes no canvases; each workspace has its own client. */
export function rememberRefusal(desk: Desk): void {
  refusals.set(desk.client, desk.clock.nowMs());
}

/** True when this workspace refused canvases within a day. */
export function refusedHere(desk: Desk): boolean {
  const at = refusals.get(desk.client);
  return at !== undefined && desk.clock.nowMs() - at < REFUSED_FOR_MS;
}

const Home = z.object({ url: z.string(), team_id: z.string().regex(/^[TE][A-Z0-9]+$/u) });

/** Where people open the canvas; null when Slack does not say where the workspace is. */
export async function canvasUrl(desk: Desk, canvas: Canvas): Promise<string | null> {
  try {
    const { url, team_id: team } = Home.parse(await desk.client.auth.test());
    const home = new URL(url);
    const isSlack = home.protocol === "https:" && /(?:^|\.)slack(?:-gov)?\.com$/u.test(home.hostname);
    return isSlack && /^[A-Z0-9]+$/u.test(canvas.id) ? `${home.origin}/docs/${team}/${canvas.id}` : null;
  } catch {
    return null;
  }
}
