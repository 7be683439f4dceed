import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { DeliveryOptions } from "../../../dev/slack/courier.ts";
import type { TeamSeed } from "../../../dev/slack/seed.ts";
import { guardVerbs } from "../../../src/app/access/guard-verbs.ts";
import type { Actor } from "../../../src/app/actor.ts";
import { type Dependencies, dependenciesIn } from "../../../src/app/dependencies.ts";
import type { HealthFinding } from "../../../src/app/health.ts";
import type { RankingRecord, SimilarIncident } from "../../../src/app/look-back.ts";
import type { OnCallAnswer } from "../../../src/app/on-call.ts";
import type { PostmortemDocument } from "../../../src/app/people-ports.ts";
import type { IncidentFilter, PersonNote, VoteVerdict } from "../../../src/app/ports.ts";
import type { ChangesAnswer } from "../../../src/app/recent-changes.ts";
import type {
  CorrectionOutcome,
  FeedbackOutcome,
  IncidentAnswer,
  StatusOutcome,
  Verbs,
} from "../../../src/app/verbs.ts";
import type { Correction } from "../../../src/core/corrections/correction.ts";
import { type EpochMs, epochMs, type HypothesisId, type IncidentId, incidentId } from "../../../src/core/ids.ts";
import type { Incident } from "../../../src/core/incident.ts";
import type { Safe } from "../../../src/core/safe.ts";
import type { RunningSurface, SurfaceDeps } from "../../../src/surfaces/define.ts";
import { slack } from "../../../src/surfaces/slack/index.ts";
import { InMemoryMarks } from "../fakes.ts";
import { postmortemVerbs } from "../memory-postmortems.ts";
import { openAccess } from "../open-access.ts";
import { MemoryPreferences } from "../people-stores.ts";
import { contractFile, inventedKeys } from "./contract-files.ts";
import { type Sent, SIGNING_SECRET } from "./deliveries.ts";
import { FakeSlack } from "./fake-slack.ts";
import { MemoryLog } from "./memory-log.ts";
import { HandClock, MemoryMessages, redactor } from "./memory-messages.ts";
import { PUBLIC_URL, passed } from "./sample-answers.ts";
import type { Transport } from "./transports.ts";

/** Verbs that write down what they were asked and answer from one incident. */
export class FakeVerbs implements Verbs {
  answer: IncidentAnswer | null;
  feedback: FeedbackOutcome | null = null;
  statusOutcome: StatusOutcome = { kind: "done" };
  correction: CorrectionOutcome | null = null;
  changes: ChangesAnswer = {
    window: { fromMs: epochMs(0), toMs: epochMs(0) },
    changes: [],
    hidden: 0,
    read: [],
    gaps: [],
  };
  similar: readonly SimilarIncident[] | null = null;
  graph: Partial<Dependencies> | null = null;
  record: RankingRecord = { confirmed: 0, first: 0, firstThree: 0, looked: 0 };
  markdown: Safe | null = passed("# Postmortem\n\nUnknown");
  failWith: Error | null = null;
  readonly asked: { readonly verb: string; readonly actor: Actor; readonly what: unknown }[] = [];
  /** Notes by the key of where they came from: a second one adds nothing. */
  readonly #keyed = new Map<string, PersonNote>();
  #notes = 0;

  /** The real verbs of postmortems, except that the draft is `markdown`. */
  readonly #postmortems = postmortemVerbs({
    clock: { nowMs: () => epochMs(0) },
    redactor,
    engine: { draftPostmortem: () => this.markdown ?? passed("") },
    answer: async (_, id) => (this.markdown !== null && this.answer?.incident.id === id ? this.answer : null),
  });
  readonly savePostmortem: Verbs["savePostmortem"] = (...asked) => this.#postmortems.savePostmortem(...asked);
  readonly exportPostmortem: Verbs["exportPostmortem"] = (...asked) => this.#postmortems.exportPostmortem(...asked);
  readonly postmortemNews: Verbs["postmortemNews"] = (...asked) => this.#postmortems.postmortemNews(...asked);
  readonly placePostmortem: Verbs["placePostmortem"] = (...asked) => this.#postmortems.placePostmortem(...asked);

  constructor(answer: IncidentAnswer | null) {
    this.answer = answer;
  }

  async listIncidents(actor: Actor, filter: IncidentFilter): Promise<readonly Incident[]> {
    this.#note("listIncidents", actor, filter);
    return this.answer === null ? [] : [this.answer.incident];
  }

  async getIncident(_: Actor, id: IncidentId): Promise<IncidentAnswer | null> {
    return this.answer?.incident.id === id ? this.answer : null;
  }

  async investigate(actor: Actor, request: { service: Safe; sinceMs: EpochMs | null }): Promise<IncidentId> {
    this.#note("investigate", actor, request);
    return incidentId("INC-7");
  }

  async recordFeedback(
    actor: Actor,
    vote: { incidentId: IncidentId; hypothesisId: HypothesisId; verdict: VoteVerdict },
  ): Promise<FeedbackOutcome> {
    this.#note("recordFeedback", actor, vote);
    return this.feedback ?? { kind: "recorded", verdict: vote.verdict, previous: null };
  }

  async addNote(
    actor: Actor,
    note: { incidentId: IncidentId; text: Safe; atMs?: EpochMs; externalKey?: string },
  ): Promise<PersonNote> {
    this.#note("addNote", actor, note);
    const known = this.#keyed.get(note.externalKey ?? "");
    if (known !== undefined) return known;
    const { name: who, kind: actorKind, id: actorId } = actor;
    this.#notes += 1;
    const added = { id: `n${this.#notes}`, actorKind, actorId, atMs: note.atMs ?? epochMs(0), who, text: note.text };
    if (note.externalKey !== undefined) this.#keyed.set(note.externalKey, added);
    if (this.answer !== null) this.answer = { ...this.answer, notes: [...this.answer.notes, added] };
    return added;
  }

  async correct(actor: Actor, request: { incidentId: IncidentId; correction: Correction }): Promise<CorrectionOutcome> {
    this.#note("correct", actor, request);
    const { correction } = request;
    if (this.answer !== null && correction.kind === "note-removed") {
      this.answer = { ...this.answer, notes: this.answer.notes.filter(({ id }) => id !== correction.noteId) };
    }
    const fact = { id: "7", atMs: epochMs(0), actorId: actor.id, who: actor.name, correction };
    return this.correction ?? { kind: "recorded", fact };
  }

  async recentChanges(actor: Actor, request: { service: Safe | null; sinceMs: EpochMs }): Promise<ChangesAnswer> {
    this.#note("recentChanges", actor, request);
    return this.changes;
  }

  async similarIncidents(actor: Actor, id: IncidentId): Promise<readonly SimilarIncident[] | null> {
    this.#note("similarIncidents", actor, id);
    return this.similar;
  }

  async dependencies(actor: Actor, service: Safe): Promise<Dependencies> {
    this.#note("dependencies", actor, service);
    return { ...dependenciesIn([], service, 1), ...this.graph };
  }

  async onCall(actor: Actor, service: Safe): Promise<OnCallAnswer> {
    this.#note("onCall", actor, service);
    return { service, answers: [{ system: passed("pagerduty"), names: [passed("Ann Lee")] }] };
  }

  async rankingRecord(actor: Actor): Promise<RankingRecord> {
    this.#note("rankingRecord", actor, null);
    return this.record;
  }

  async draftPostmortem(actor: Actor, id: IncidentId): Promise<PostmortemDocument | null> {
    this.#note("draftPostmortem", actor, id);
    return this.#postmortems.draftPostmortem(actor, id);
  }

  async setStatus(
    actor: Actor,
    change: { incidentId: IncidentId; status: "acknowledged" | "resolved" },
  ): Promise<StatusOutcome> {
    this.#note("setStatus", actor, change);
    return this.statusOutcome;
  }

  /** What this verb was asked, with the actor's id and name in front. */
  of(verb: string): readonly unknown[] {
    return this.asked.filter((ask) => ask.verb === verb).map(({ actor, what }) => [actor.id, actor.name, what]);
  }

  #note(verb: string, actor: Actor, what: unknown): void {
    if (this.failWith !== null) throw this.failWith;
    this.asked.push({ verb, actor, what });
  }
}

/** The surface with a fake Slack around it: everything in between is real, sockets included. */
export class Stage {
  readonly clock = new HandClock();
  readonly messages = new MemoryMessages();
  readonly marks = new InMemoryMarks();
  readonly preferences = new MemoryPreferences();
  /** Who may do what; a test may set another one before the start. */
  rights = openAccess();
  health: readonly HealthFinding[] = [];
  /** Set: the checks of this install end when this does. */
  slowHealth: Promise<readonly HealthFinding[]> | null = null;
  readonly log = new MemoryLog();
  /** What the surface asked to be drawn anew. */
  readonly redrawn: string[] = [];
  readonly fake: FakeSlack;
  readonly verbs: FakeVerbs;
  #surface: RunningSurface | null = null;
  #web: Server | null = null;
  #nonces = 0;

  constructor(answer: IncidentAnswer | null, teams?: readonly TeamSeed[]) {
    this.verbs = new FakeVerbs(answer);
    this.fake = new FakeSlack(() => this.clock.nowMs(), teams);
  }

  /** Starts the fake and the surface in HTTP mode or Socket Mode. */
  async start(mode: Transport = "http", extra: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.fake.start();
    this.fake.workspace.users.set("U0ADA", { name: "Ada" });
    this.#surface = slack.create(
      {
        SLACK_BOT_TOKEN: "xoxb-test",
        SLACK_CHANNEL: "C0INCIDENTS",
        SLACK_API_URL: this.fake.apiUrl,
        ...(mode === "http" ? { SLACK_SIGNING_SECRET: SIGNING_SECRET } : { SLACK_APP_TOKEN: "xapp-test" }),
        ...extra,
      },
      this.deps(),
    );
    this.#web = createServer((request, response) => {
      const route = this.#surface?.routes?.[0];
      if (route?.kind === "node") void route.handle(request, response);
    });
    await new Promise<void>((resolve) => this.#web?.listen(0, "127.0.0.1", resolve));
    const { port } = this.#web.address() as AddressInfo;
    if (mode === "http") this.fake.deliverTo(`http://127.0.0.1:${port}/slack/events`);
    await this.#surface?.start?.();
    // Slack can send once the line is open, a moment after the start.
    if (mode === "socket") await this.until(() => this.fake.line.isOpen);
  }

  async stop(): Promise<void> {
    await this.#surface?.stop?.();
    this.#web?.closeAllConnections();
    await new Promise((resolve) => (this.#web === null ? resolve(null) : this.#web.close(resolve)));
    await this.fake.stop();
  }

  deps(): SurfaceDeps {
    const open = this.rights;
    return {
      clock: this.clock,
      logger: this.log,
      redactor,
      verbs: guardVerbs(this.verbs, open.access),
      messages: this.messages,
      redraw: async (surface, incident) => void this.redrawn.push(`${surface} ${incident}`),
      marks: this.marks,
      preferences: this.preferences,
      health: async () => this.slowHealth ?? this.health,
      pagerDuty: null,
      publicUrl: PUBLIC_URL,
      ...open,
      newNonce: () => `n-${++this.#nonces}`,
    };
  }

  /** Where the surface says that incidents are shown. */
  places() {
    const places = this.#surface?.places;
    return places === undefined ? [] : [places];
  }

  /** Publishes as the job would. */
  async publish(answer: IncidentAnswer) {
    if (this.#surface?.publish === undefined) throw new Error("the surface does not publish");
    return this.#surface.publish(answer, AbortSignal.timeout(20_000));
  }

  /** Publishes until nothing is left to do, moving the clock to each time the job asks for; the count of runs. */
  async publishUntilDone(answer: IncidentAnswer): Promise<number> {
    for (let runs = 1; runs <= 20; runs++) {
      const outcome = await this.publish(answer);
      if (outcome.status === "done") return runs;
      this.clock.advance(Math.max(0, outcome.notBeforeMs - this.clock.nowMs()));
    }
    throw new Error("publishing does not end");
  }

  /** Sends what Slack would send: signed over HTTP, or as an envelope in Socket Mode; the status that Slack sees. */
  async send(sent: Sent, options: DeliveryOptions = {}): Promise<number> {
    return (await this.fake.courier.deliver(sent, options)).status;
  }

  /** Waits for something that happens after the acknowledgement; fails after two seconds. */
  async until<T>(look: () => T | undefined | null | false): Promise<T> {
    for (let turn = 0; turn < 400; turn++) {
      const seen = look();
      if (seen !== undefined && seen !== null && seen !== false) return seen;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error("it did not happen");
  }
}

/** Keys of a delivery that the vendor's own sample does not have; null where the samples are absent. */
export function inventedIn(sent: Sent): readonly string[] | null {
  const sample = contractFile(sent.sample);
  return sample === null ? null : inventedKeys(sent.payload, sample);
}
