import type { FeedbackOutcome } from "../../app/verbs.ts";
import { incidentId } from "../../core/ids.ts";
import { assertNever } from "../../core/never.ts";
import type { HttpRequest, HttpResponse } from "../../platform/http-route.ts";
import { json, page, seeOther } from "./answers.ts";
import { isSameOrigin, type PostedVote, parseVote } from "./feedback.ts";
import { messagePage } from "./page-shell.ts";
import type { Site } from "./site.ts";
import { isOwnToken, nameCookie, renamed, type Visitor } from "./visitor.ts";

type VoteForm = PostedVote["form"];

const WORDS: Readonly<Record<PostedVote["verdict"], string>> = {
  yes: "Recorded: this was it. You can change it at any time.",
  no: "Recorded: this was not it. You can change it at any time.",
  withdrawn: "Your vote is taken back.",
};

/** Records a vote that a page of ours sent; anything else is refused before a verb is called. */
export async function answerVote(site: Site, request: HttpRequest, visitor: Visitor): Promise<HttpResponse> {
  const vote = await parseVote(request);
  const id = request.params["incident"] ?? "";
  if (vote === null || !/^[\w.:-]{1,100}$/u.test(id))
    return refused(site, 400, [vote?.form ?? "form", "This vote could not be read."]);
  if (!isSameOrigin(request.headers, site.deps.publicUrl) || !isOwnToken(visitor, vote.token)) {
    return refused(site, 403, [
      vote.form,
      "Votes are taken from the incident page only. Open it again and vote there.",
    ]);
  }
  const voter = renamed(site.deps, visitor, vote.name);
  const { hypothesisId, verdict } = vote;
  const outcome = await site.deps.verbs.recordFeedback(voter.actor, {
    incidentId: incidentId(id),
    hypothesisId,
    verdict,
  });
  return outcomeAnswer(site, outcome, { vote, id, voter });
}

function outcomeAnswer(
  site: Site,
  outcome: FeedbackOutcome,
  { vote, id, voter }: { readonly vote: PostedVote; readonly id: string; readonly voter: Visitor },
): HttpResponse {
  switch (outcome.kind) {
    case "recorded":
      return remembered(
        vote.form === "json"
          ? json(200, { status: "recorded", message: WORDS[outcome.verdict] })
          : seeOther(`/i/${encodeURIComponent(id)}#cause-${encodeURIComponent(vote.hypothesisId)}`),
        nameCookie(site.deps, voter),
        voter.givenName,
      );
    case "unknown-incident":
      return refused(site, 404, [vote.form, "There is no such incident."]);
    case "outdated":
      return refused(site, 409, [vote.form, `Not recorded: ${outcome.because}.`]);
    default:
      return assertNever(outcome);
  }
}

function remembered(answer: HttpResponse, cookie: string, name: string): HttpResponse {
  return name === "" ? answer : { ...answer, headers: { ...answer.headers, "set-cookie": cookie } };
}

/** The same words for a person with a form and for our script. */
function refused(
  { assets }: Site,
  status: 400 | 403 | 404 | 409,
  [form, message]: readonly [VoteForm, string],
): HttpResponse {
  return form === "json"
    ? json(status, { status: "refused", message })
    : page(status, messagePage(assets, "The vote was not recorded", message));
}
