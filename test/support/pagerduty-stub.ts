import nock from "nock";
import { z } from "zod";

const NoteBody = z.object({ note: z.object({ content: z.string() }) });
const StatusBody = z.object({
  incident: z.object({ type: z.literal("incident_reference"), status: z.enum(["acknowledged", "resolved"]) }),
});

interface StoredNote {
  readonly id: string;
  readonly incident: string;
  readonly from: string | null;
  content: string;
  edits: number;
}

interface StatusChange {
  readonly incident: string;
  readonly status: string;
  readonly from: string | null;
}

type Answer = readonly [number, object];
/** "lost-answer": stored, but nobody hears of it. "lost-request": not stored, and nobody hears of it. */
export type WriteFault = "lost-answer" | "lost-request" | "forbidden" | "limited";

/** PagerDuty's REST API as far as notes, status changes and people on call go, keeping what it was told; everything else that is read is empty. */
export class PagerDutyStub {
  readonly notes: StoredNote[] = [];
  readonly changes: StatusChange[] = [];
  /** Addresses of the account's users; null when it knows everybody. */
  users: ReadonlySet<string> | null = null;
  /** Status of incidents; one that is not here is triggered. */
  readonly statuses = new Map<string, string>();
  /** What becomes of the next writes, in order. */
  readonly faults: WriteFault[] = [];
  readonly services: { name: string; escalation_policy: { id: string } }[] = [];
  /** By escalation policy. */
  readonly onCalls = new Map<string, readonly { escalation_level: number; user: { summary: string } }[]>();
  /** Of whichever incident is asked for. */
  readonly logEntries: object[] = [];
  /** How many of the next edits end without an answer and are carried out only by `carryOutLate()`. */
  lateEdits = 0;
  /** What happens, once, while an edit is on its way. */
  duringEdit: (() => Promise<void>) | null = null;
  /** What happens, once, before a post arrives. */
  beforePost: (() => Promise<void>) | null = null;
  /** How many of the next removals are not carried out, and nobody hears of it. */
  lostRemovals = 0;
  posts = 0;
  reads = 0;
  #made = 0;
  readonly #late: (() => void)[] = [];

  /** Answers at PagerDuty's own address until `nock.cleanAll()`. */
  install(): void {
    const api = nock("https://api.pagerduty.com").persist();
    api
      .get(/^\/incidents\/[^/]+\/notes/u)
      .reply((request: Request) => [200, { notes: this.#notesOf(incidentIn(request)) }]);
    api.post(/^\/incidents\/[^/]+\/notes/u).reply((request: Request) => this.#post(request));
    api.put(/^\/incidents\/[^/]+\/notes\/[^/]+/u).reply((request: Request) => this.#edit(request));
    api.delete(/^\/incidents\/[^/]+\/notes\/[^/]+/u).reply((request: Request) => this.#remove(request));
    api.put(/^\/incidents\/[^/]+$/u).reply((request: Request) => this.#change(request));
    api.get(/^\/incidents\/[^/]+\/log_entries/u).reply(() => [200, { log_entries: this.logEntries, more: false }]);
    api.get(/^\/incidents\/[^/]+\/related_change_events/u).reply(200, { change_events: [], more: false });
    api.get(/^\/incidents\/[^/]+/u).reply((request: Request) => this.#incident(incidentIn(request)));
    api.get(/^\/services\/[^/]+\/change_events/u).reply(200, { change_events: [], more: false });
    api.get(/^\/services\?/u).reply(200, () => ({ services: this.services }));
    api.get(/^\/oncalls\?/u).reply((request: Request) => this.#onCall(request));
  }

  carryOutLate(): void {
    for (const carryOut of this.#late.splice(0)) carryOut();
  }

  #notesOf(incident: string) {
    return this.notes.filter((note) => note.incident === incident).map(({ id, content }) => ({ id, content }));
  }

  #incident(id: string): Answer {
    this.reads++;
    return [200, { incident: { id, status: this.statuses.get(id) ?? "triggered", service: { id: "PSVC" } } }];
  }

  #onCall(request: Request): Answer {
    const policy = new URL(request.url).searchParams.get("escalation_policy_ids[]") ?? "";
    return [200, { oncalls: this.onCalls.get(policy) ?? [] }];
  }

  async #post(request: Request): Promise<Answer> {
    this.posts++;
    const before = this.beforePost;
    this.beforePost = null;
    await before?.();
    const fault = this.#refused(request);
    if (fault !== null) return fault;
    const isLost = this.faults.shift() === "lost-answer";
    this.#made += 1;
    const note = {
      id: `PNOTE${this.#made}`,
      incident: incidentIn(request),
      from: request.headers.get("from"),
      content: await contentOf(request),
      edits: 0,
    };
    this.notes.push(note);
    return isLost ? [500, {}] : [201, { note: { id: note.id, content: note.content } }];
  }

  async #edit(request: Request): Promise<Answer> {
    const note = this.notes.find(({ id }) => request.url.includes(`/notes/${id}`));
    if (note === undefined) throw new Error(`no such note: ${request.url}`);
    const content = await contentOf(request);
    const carryOut = () => {
      note.content = content;
      note.edits++;
    };
    const meanwhile = this.duringEdit;
    this.duringEdit = null;
    const isLate = this.lateEdits > 0;
    if (isLate) this.lateEdits--;
    await meanwhile?.();
    if (isLate) this.#late.push(carryOut);
    else carryOut();
    return isLate ? [502, {}] : [200, { note: { id: note.id, content } }];
  }

  #remove(request: Request): Answer {
    if (this.lostRemovals > 0) {
      this.lostRemovals--;
      return [502, {}];
    }
    const index = this.notes.findIndex(({ id }) => request.url.endsWith(`/notes/${id}`));
    if (index === -1) return [404, { error: { message: "Not Found", code: 2100 } }];
    this.notes.splice(index, 1);
    return [204, {}];
  }

  async #change(request: Request): Promise<Answer> {
    const incident = incidentIn(request);
    const { status } = StatusBody.parse(await request.json()).incident;
    const fault = this.#refused(request);
    if (fault !== null) return fault;
    if (this.statuses.get(incident) === "resolved") {
      return [400, { error: { message: "Invalid Input Provided", code: 2001, errors: ["Incident Already Resolved"] } }];
    }
    this.changes.push({ incident, status, from: request.headers.get("from") });
    this.statuses.set(incident, status);
    return [200, { incident: { id: incident, status } }];
  }

  #refused(request: Request): Answer | null {
    const from = request.headers.get("from");
    if (this.users !== null && (from === null || !this.users.has(from))) {
      return [400, { error: { message: "Requester User Not Found", code: 1008 } }];
    }
    const [fault] = this.faults;
    if (fault === undefined || fault === "lost-answer") return null;
    this.faults.shift();
    if (fault === "lost-request") return [502, {}];
    return fault === "limited"
      ? [429, { error: { message: "Rate Limit Exceeded", code: 2020 } }]
      : [403, { error: { message: "Access Denied", code: 2010 } }];
  }
}

function incidentIn(request: Request): string {
  return /^\/incidents\/([^/]+)/u.exec(new URL(request.url).pathname)?.[1] ?? "";
}

async function contentOf(request: Request): Promise<string> {
  return NoteBody.parse(await request.json()).note.content;
}
