import type { App } from "@slack/bolt";
import { z } from "zod";
import { epochMs, stableHash } from "../../../core/ids.ts";
import type { Safe } from "../../../core/safe.ts";
import { answered } from "../answered.ts";
import { tell } from "../delivery/tell.ts";
import type { Desk } from "../desk.ts";
import type { Drawing } from "../drawing/message.ts";
import type { Listener } from "../listener.ts";
import type { Principal } from "../people.ts";
import { type About, readAbout } from "./modal-parts.ts";
import { principalOf } from "./pressed-body.ts";

const Field = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_options: z.array(z.object({ value: z.string() })).nullish(),
  selected_date_time: z.number().nullish(),
  selected_conversation: z.string().nullish(),
});
const Values = z.record(z.string(), z.record(z.string(), Field));
type Values = z.infer<typeof Values>;

const Body = z.object({
  team: z.object({ id: z.string().min(1), domain: z.string().optional() }).nullish(),
  user: z.object({ id: z.string().min(1), team_id: z.string().optional() }),
  view: z.object({
    id: z.string().min(1),
    private_metadata: z.string(),
    state: z.object({ values: Values }).default({ values: {} }),
  }),
});

/** A window that came back, and what its fields hold. */
export interface Submission {
  readonly principal: Principal;
  readonly viewId: string;
  readonly about: About;
  readonly fields: Fields;
}

/** The fields of a window by the name of their block. */
export class Fields {
  readonly #values: Values;

  constructor(values: Values) {
    this.#values = values;
  }

  /** What was typed, without spaces around it. */
  text(block: string): string {
    return (this.#field(block)?.value ?? "").trim();
  }

  /** The entry or the channel that was chosen. */
  chosen(block: string): string | null {
    const field = this.#field(block);
    return field?.selected_option?.value ?? field?.selected_conversation ?? null;
  }

  isTicked(block: string): boolean {
    return (this.#field(block)?.selected_options ?? []).length > 0;
  }

  /** Seconds since 1970 of the minute that was picked. */
  minute(block: string): number | null {
    const picked = this.#field(block)?.selected_date_time;
    return picked == null ? null : picked - (picked % 60);
  }

  /** The id of the block as it stands in the window: a name may carry what the block is about. */
  idOf(block: string): string {
    return Object.keys(this.#values).find((id) => id === block || id.startsWith(`${block}:`)) ?? block;
  }

  /** The same for the same content. */
  get hash(): string {
    return stableHash(JSON.stringify(this.#values));
  }

  #field(block: string): z.infer<typeof Field> | undefined {
    return Object.values(this.#values[this.idOf(block)] ?? {})[0];
  }
}

/** The instant of a picker and its seconds; null where one of them is not readable. */
export function instantIn(fields: Fields, block: string, secondsBlock: string) {
  const minute = fields.minute(block);
  const seconds = fields.text(secondsBlock);
  if (minute === null || !/^[0-5]?\d$/u.test(seconds)) return null;
  return epochMs((minute + Number(seconds)) * 1000);
}

/** Reads a submission; null when it is none of ours. */
export function readSubmission(body: unknown): Submission | null {
  const parsed = Body.safeParse(body);
  const about = parsed.success ? readAbout(parsed.data.view.private_metadata) : null;
  if (!parsed.success || about === null) return null;
  const { view } = parsed.data;
  return { principal: principalOf(parsed.data), viewId: view.id, about, fields: new Fields(view.state.values) };
}

/** What is wrong with a window, by the name of the block. */
export type Errors = Readonly<Record<string, Safe>>;

export interface SubmitSpec {
  readonly view: string;
  /** Says at once what is wrong; must not ask anybody. */
  readonly check?: (submission: Submission, nowMs: number) => Errors;
  /** What the person gets to see. */
  readonly act: (desk: Desk, submission: Submission) => Promise<Drawing>;
}

/** Connects one window: checked and acknowledged at once, worked on afterwards, and once only when Slack sends it twice. */
export function onSubmit(app: App, listener: Listener, { view, check, act }: SubmitSpec): void {
  app.view(view, async ({ ack, body }) => {
    const submission = readSubmission(body);
    if (submission === null) {
      await ack();
      return listener.logger.warn({}, "a slack window came back in an unknown shape");
    }
    const desk = listener.at(submission.principal.team);
    const errors = Object.entries(check?.(submission, desk.clock.nowMs()) ?? {});
    if (errors.length > 0) {
      const byBlock = errors.map(([block, words]) => [submission.fields.idOf(block), words] as const);
      return ack({ response_action: "errors", errors: Object.fromEntries(byBlock) });
    }
    await ack();
    if (!listener.seen.isNew(keyOf(submission))) return;
    await listener.inFlight.run(async () => {
      const drawing = await answered(desk, () => act(desk, submission));
      const { channel = null, thread = null } = submission.about;
      await tell(desk, { channel, thread, user: submission.principal.user }, drawing);
    });
  });
}

function keyOf({ principal, viewId, fields }: Submission): string {
  return ["view", principal.team, principal.user, viewId, fields.hash].join("/");
}
