import nock from "nock";
import { z } from "zod";

const NoteBody = z.object({ note: z.object({ content: z.string() }) });

interface StoredNote {
  readonly id: string;
  readonly incident: string;
  content: string;
  edits: number;
}

/** PagerDuty's REST API as far as notes go, keeping what it was told; everything else that is read is empty. */
export class PagerDutyStub {
  readonly notes: StoredNote[] = [];

  /** Answers at PagerDuty's own address until `nock.cleanAll()`. */
  install(): void {
    const api = nock("https://api.pagerduty.com").persist();
    api.get(/^\/incidents\/[^/]+\/notes/u).reply(200, (uri: string) => ({ notes: this.#notesOf(incidentIn(uri)) }));
    api
      .post(/^\/incidents\/[^/]+\/notes/u)
      .reply(201, (uri: string, body: unknown) => ({ note: this.#add(incidentIn(uri), contentOf(body)) }));
    api
      .put(/^\/incidents\/[^/]+\/notes\/[^/]+/u)
      .reply(200, (uri: string, body: unknown) => ({ note: this.#edit(uri, contentOf(body)) }));
    api.get(/^\/incidents\/[^/]+\/log_entries/u).reply(200, { log_entries: [], more: false });
    api.get(/^\/incidents\/[^/]+\/related_change_events/u).reply(200, { change_events: [], more: false });
    api
      .get(/^\/incidents\/[^/]+/u)
      .reply(200, (uri: string) => ({ incident: { id: incidentIn(uri), service: { id: "PSVC" } } }));
    api.get(/^\/services\/[^/]+\/change_events/u).reply(200, { change_events: [], more: false });
  }

  #notesOf(incident: string) {
    return this.notes.filter((note) => note.incident === incident).map(({ id, content }) => ({ id, content }));
  }

  #add(incident: string, content: string) {
    const note = { id: `PNOTE${this.notes.length + 1}`, incident, content, edits: 0 };
    this.notes.push(note);
    return { id: note.id, content };
  }

  #edit(uri: string, content: string) {
    const note = this.notes.find(({ id }) => uri.includes(`/notes/${id}`));
    if (note === undefined) throw new Error(`no such note: ${uri}`);
    note.content = content;
    note.edits++;
    return { id: note.id, content };
  }
}

function incidentIn(uri: string): string {
  return /^\/incidents\/([^/?]+)/u.exec(uri)?.[1] ?? "";
}

function contentOf(body: unknown): string {
  return NoteBody.parse(typeof body === "string" ? JSON.parse(body) : body).note.content;
}
