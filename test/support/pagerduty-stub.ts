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
    api
      .get(/^\/incidents\/[^/]+\/notes/u)
      .reply((request: Request) => [200, { notes: this.#notesOf(incidentIn(request)) }]);
    api
      .post(/^\/incidents\/[^/]+\/notes/u)
      .reply(async (request: Request) => [201, { note: this.#add(incidentIn(request), await contentOf(request)) }]);
    api
      .put(/^\/incidents\/[^/]+\/notes\/[^/]+/u)
      .reply(async (request: Request) => [200, { note: this.#edit(request.url, await contentOf(request)) }]);
    api.get(/^\/incidents\/[^/]+\/log_entries/u).reply(200, { log_entries: [], more: false });
    api.get(/^\/incidents\/[^/]+\/related_change_events/u).reply(200, { change_events: [], more: false });
    api.get(/^\/incidents\/[^/]+/u).reply(200, { incident: { id: "Q", service: { id: "PSVC" } } });
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

function incidentIn(request: Request): string {
  return /^\/incidents\/([^/]+)/u.exec(new URL(request.url).pathname)?.[1] ?? "";
}

async function contentOf(request: Request): Promise<string> {
  return NoteBody.parse(await request.json()).note.content;
}
