import { incidentId } from "../../../core/ids.ts";
import { safe } from "../../../core/safe.ts";
import type { Ear } from "../listener.ts";
import { say } from "../words/replies.ts";
import { correctedReply, record } from "./corrected.ts";
import { NOT_IT_MODAL, suspectedIn } from "./modal-cause.ts";
import { onSubmit } from "./modal-submission.ts";

/** What people suspect instead of the cause that they voted against. */
export const suspects: Ear = {
  views: [NOT_IT_MODAL],
  connect: (app, listener) =>
    onSubmit(app, listener, {
      view: NOT_IT_MODAL,
      check: ({ fields }) =>
        fields.chosen("kind") === null ? { kind: safe`Choose what it was; "Not known yet" is an answer too.` } : {},
      act: async (desk, submission) => {
        const correction = suspectedIn(desk, submission);
        if (correction === null || submission.about.incident === undefined) return say(NOT_OURS);
        const id = incidentId(submission.about.incident);
        const actor = await desk.people.actor(submission.principal);
        return correctedReply(await record(desk, actor, { incidentId: id, correction }), id);
      },
    }),
};

const NOT_OURS = safe`This window is not one that TraceOps knows.`;
