import type { Courier, Receipt } from "./courier.ts";
import { isJson, type Json, text } from "./json.ts";
import { open, update } from "./methods/views.ts";
import { closeView, type FieldState, submitView } from "./payloads/acts.ts";
import type { Team } from "./team.ts";
import type { OpenView } from "./workspace.ts";

export type Values = Readonly<Record<string, Readonly<Record<string, FieldState>>>>;

/** What became of a window after it was sent. */
export type Submitted =
  | { readonly kind: "closed" }
  | { readonly kind: "changed" }
  /** The program refused some fields, by block. */
  | { readonly kind: "errors"; readonly errors: Readonly<Record<string, string>> }
  | { readonly kind: "failed"; readonly receipt: Receipt };

/** The topmost window that a person sees; undefined when none is open. */
export function topWindow({ workspace }: Team, user: string): OpenView | undefined {
  return workspace.openViews.findLast((view) => view.user === user && !view.closed);
}

/** Sends a window and does what the program answers: errors, another view, or closing. */
export async function submit(
  { team, courier }: { readonly team: Team; readonly courier: Courier },
  given: { readonly viewId: string; readonly values: Values },
): Promise<Submitted> {
  const shown = team.workspace.openViews.find(({ id, closed }) => id === given.viewId && !closed);
  if (shown === undefined) return { kind: "closed" };
  const { user, view } = shown;
  const triggerId = team.triggers.issue(user, shown.id);
  const receipt = await courier.deliver(
    submitView({ user, view: forPayload(view), values: given.values, triggerId, team: team.seed }),
  );
  if (receipt.status !== 200) return { kind: "failed", receipt };
  return obey(team, shown, isJson(receipt.body) ? receipt.body : {});
}

async function obey(team: Team, shown: OpenView, answer: Json): Promise<Submitted> {
  const { workspace } = team;
  switch (answer["response_action"]) {
    case "errors":
      return { kind: "errors", errors: wordsOf(answer["errors"]) };
    case "update":
      await update(team, { view_id: shown.id, view: answer["view"] });
      return { kind: "changed" };
    case "push":
      await open(team, { view: answer["view"], user: shown.user, parent: shown.id });
      return { kind: "changed" };
    case "clear":
      for (const view of workspace.openViews) if (view.user === shown.user) view.closed = true;
      workspace.onChange();
      return { kind: "closed" };
    default:
      shown.closed = true;
      workspace.onChange();
      return { kind: "closed" };
  }
}

/** Closes a window; the program hears of it when it asked to. */
export async function close(
  { team, courier }: { readonly team: Team; readonly courier: Courier },
  viewId: string,
): Promise<void> {
  const shown = team.workspace.openViews.find(({ id }) => id === viewId);
  if (shown === undefined || shown.closed) return;
  shown.closed = true;
  team.workspace.onChange();
  if (shown.view["notify_on_close"] !== true) return;
  await courier.deliver(closeView({ user: shown.user, view: forPayload(shown.view), team: team.seed }));
}

function wordsOf(errors: unknown): Readonly<Record<string, string>> {
  if (!isJson(errors)) return {};
  return Object.fromEntries(Object.entries(errors).map(([block, words]) => [block, text(words)]));
}

/** The view without what the emulator adds and Slack's payloads do not have. */
function forPayload(view: Json): Json {
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined && value !== null));
}
