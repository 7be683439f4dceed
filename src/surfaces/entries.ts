import type { Action } from "../core/access/actions.ts";

/**
 * What an entry asks of the policy. `by-word`: a typed word decides. `opens-form`: what is sent with the form is asked for
 * then. `vendor`: news from Slack about the app itself, which shows and changes nothing of an incident. `nothing`: our own
 * files. `local`: whoever may start a command may read the database anyway. `ingest-token`, `webhook-secret`: a machine with
 * a secret of its own.
 */
export type EntryRule =
  | Action
  | "by-word"
  | "opens-form"
  | "vendor"
  | "nothing"
  | "local"
  | "ingest-token"
  | "webhook-secret";

/** Every way in, and what it asks of the policy. A test fails when a way in is missing here, or does not ask for it. */
export const ENTRIES: Readonly<Record<string, EntryRule>> = {
  "slack action /^(?:inc\\.open|gh\\.compare)$/u": "nothing",
  "slack action /^hyp\\.feedback/u": "incident.vote",
  "slack action cause.confirm": "incident.correct",
  "slack action pd.ack": "incident.acknowledge",
  "slack action pd.resolve": "incident.resolve",
  "slack action pm.draft": "postmortem.write",
  "slack action hyp.why": "incident.read",
  "slack action inc.note": "opens-form",
  "slack action word.pick": "by-word",
  "slack action word.share": "incident.share",
  "slack action tl.edit": "incident.read",
  "slack action tl.row": "incident.read",
  "slack action fix.undo": "incident.correct",
  "slack action changes.window": "service.read",
  "slack action changes.service": "service.read",
  "slack action inc.more": "service.route",
  "slack action inc.reopen": "incident.investigate",
  "slack action home.test": "incident.investigate",
  "slack action home.test.end": "incident.resolve",
  "slack action home.services": "opens-form",
  "slack action home.settings": "opens-form",
  "slack window inc.note.text": "incident.note",
  "slack window cause.what": "incident.correct",
  "slack window tl.edit.row": "incident.correct",
  "slack window tl.add.note": "incident.note",
  "slack window cause.named": "incident.correct",
  "slack window inc.start.service": "incident.investigate",
  "slack window inc.update": "incident.correct",
  "slack window inc.dismiss": "incident.correct",
  "slack window home.services.chosen": "personal.change",
  "slack window home.settings.chosen": "personal.change",
  "slack shortcut tl.add": "incident.read",
  "slack shortcut cause.this": "incident.read",
  "slack shortcut inc.start": "opens-form",
  "slack shortcut inv.service": "opens-form",
  "slack shortcut changes.open": "service.read",
  "slack event app_mention": "by-word",
  "slack event message.im": "by-word",
  "slack event reaction_added": "incident.note",
  "slack event reaction_removed": "incident.correct",
  "slack event app_home_opened": "incident.read",
  "slack event app_uninstalled": "vendor",
  "slack event member_joined_channel": "vendor",
  "slack event tokens_revoked": "vendor",
  "slack event link_shared": "incident.read",
  "slack event entity_details_requested": "incident.read",
  "slack word help": "install.read",
  "slack word list": "incident.read",
  "slack word status": "incident.read",
  "slack word catchup": "incident.read",
  "slack word why": "incident.read",
  "slack word timeline": "incident.read",
  "slack word page": "incident.read",
  "slack word similar": "incident.read",
  "slack word changes": "service.read",
  "slack word graph": "service.read",
  "slack word investigate": "incident.investigate",
  "slack word oncall": "service.read",
  "slack word ack": "incident.acknowledge",
  "slack word resolve": "incident.resolve",
  "slack word cause": "incident.correct",
  "slack word note": "incident.note",
  "slack word update": "incident.correct",
  "slack word link": "incident.correct",
  "slack word undo": "incident.correct",
  "slack word postmortem": "postmortem.write",
  "slack word export": "incident.export",
  "slack word mute": "service.route",
  "slack word unmute": "service.route",
  "slack word watch": "service.route",
  "slack word unwatch": "service.route",
  "slack word settings": "personal.change",
  "slack word doctor": "install.read",
  "slack word version": "install.read",
  "mcp list_incidents": "incident.read",
  "mcp get_incident": "incident.read",
  "mcp get_timeline": "incident.read",
  "mcp get_incident_context": "incident.read",
  "mcp get_service_graph": "service.read",
  "web GET /assets/:file": "nothing",
  "web GET /": "incident.read",
  "web GET /i/:incident/postmortem.md": "incident.read",
  "web GET /i/:incident/postmortem.html": "incident.read",
  "web GET /i/:incident/postmortem.json": "incident.read",
  "web GET /i/:incident/postmortem": "incident.read",
  "web POST /i/:incident/postmortem": "postmortem.write",
  "web GET /i/:incident": "incident.read",
  "web POST /i/:incident/feedback": "incident.vote",
  "web * /i/:incident/live": "incident.read",
  "command start": "local",
  "command demo": "local",
  "command analyze": "local",
  "command serve": "local",
  "command worker": "local",
  "command migrate": "local",
  "command backup": "local",
  "command restore": "local",
  "command erase-person": "local",
  "command erase-incident": "local",
  "command doctor": "local",
  "command deploy": "ingest-token",
  "command send-sample": "webhook-secret",
  "command replay": "local",
  "command postmortem": "local",
  "command graph": "local",
  "command audit": "local",
  "command requeue": "local",
  "command mcp": "local",
};

/** The rule of one way in; throws for one that nobody named, so that it opens nothing. */
export function ruleOf(entry: string): EntryRule {
  const rule = ENTRIES[entry];
  if (rule === undefined) throw new TypeError(`the entry "${entry}" has no rule in src/surfaces/entries.ts`);
  return rule;
}
