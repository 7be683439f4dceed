import { showArithmetic } from "../../core/presentation/arithmetic.ts";
import type { ArgumentView, CauseView, IncidentView } from "../../core/presentation/view.ts";
import { confidenceNumber } from "../../core/presentation/words.ts";
import type { Safe } from "../../core/safe.ts";
import { type Html, html, link } from "./html.ts";
import { citations, type EvidenceNumbers } from "./part-words.ts";
import type { Visitor } from "./visitor.ts";

export interface CausesContext {
  readonly view: IncidentView;
  readonly numbers: EvidenceNumbers;
  readonly visitor: Visitor;
}

/** The ranked suspects with their arithmetic, and one form to say which of them was it. */
export function causesSection(context: CausesContext): Html | null {
  const { view, visitor } = context;
  if (view.causes.length === 0) return null;
  return html`<section aria-labelledby="causes-h">
    <h2 id="causes-h">Ranked causes</h2>
    <form id="feedback" method="post" action="/i/${encodeURIComponent(view.incidentId)}/feedback">
      <input type="hidden" name="token" value="${visitor.formToken}">
      <ol class="causes">${view.causes.map((cause) => causeItem(cause, context))}</ol>
      ${!visitor.isSignedIn && voterName(visitor)}
    </form>
  </section>`;
}

function voterName({ givenName, actor }: Visitor): Html {
  return html`<p class="voter">
        <label for="voter-name">Your name, shown beside your votes</label>
        <input id="voter-name" name="name" maxlength="60" autocomplete="name" value="${givenName}" placeholder="${actor.name}">
      </p>`;
}

function causeItem(cause: CauseView, context: CausesContext): Html {
  const { score } = showArithmetic(cause);
  const word = `${cause.confidenceWord.charAt(0).toUpperCase()}${cause.confidenceWord.slice(1)}`;
  const measure = html`<b class="confidence ${cause.confidenceWord}">${word} confidence (${confidenceNumber(cause.confidence)})</b> · score ${score}${voteCount(cause)}`;
  return html`<li id="cause-${cause.id}">
    <details id="details-${cause.id}" ${cause.rank === 1 && html`open`}>
      <summary><h3><span class="rank">${cause.rank}.</span> ${cause.summary}</h3> <span class="measure">${measure}</span></summary>
      <div class="body">
        ${arithmetic(cause, context.numbers)}
        ${words("To be sure", cause.toBeSure)}
        ${words("Possible actions (TraceOps runs none of them)", cause.suggestedActions)}
        ${cause.changeUrl !== null && html`<p>${link(cause.changeUrl, "Open the change")}</p>`}
        ${voting(cause, context)}
      </div>
    </details>
  </li>`;
}

function voteCount({ votes: { yes, no } }: CauseView): string {
  const parts = [
    ...(yes.length > 0 ? [`${yes.length} said it was`] : []),
    ...(no.length > 0 ? [`${no.length} said it was not`] : []),
  ];
  return parts.length === 0 ? "" : ` · ${parts.join(", ")}`;
}

function arithmetic(cause: CauseView, numbers: EvidenceNumbers): Html {
  const shown = showArithmetic(cause);
  const group = (title: string, lines: readonly ArgumentView[], points: readonly Safe[]) =>
    lines.length > 0 &&
    html`<tbody><tr><th colspan="2" scope="rowgroup">${title}</th></tr>
      ${lines.map((line, index) => html`<tr><td class="number">${points[index] ?? ""}</td><td>${line.because}${citations(line.evidenceIds, numbers)}</td></tr>`)}
    </tbody>`;
  return html`<table class="arithmetic">
    <caption class="unseen">Why this cause scores ${shown.score}: the points add up to the score</caption>
    ${group("For", cause.supporting, shown.supporting)}
    ${group("Against", cause.against, shown.against)}
    ${cause.against.length === 0 && html`<tbody><tr><th colspan="2" scope="rowgroup">Against</th></tr><tr><td></td><td class="quiet">nothing found</td></tr></tbody>`}
    <tfoot><tr><td class="number">${shown.score}</td><th scope="row">score, the sum</th></tr></tfoot>
  </table>`;
}

function words(title: string, lines: readonly Safe[]): Html | null {
  if (lines.length === 0) return null;
  return html`<h4>${title}</h4><ul>${lines.map((text) => html`<li>${text}</li>`)}</ul>`;
}

function voting(cause: CauseView, { visitor }: CausesContext): Html {
  const own = visitor.actor.name;
  const mine = cause.votes.yes.includes(own) ? "yes" : cause.votes.no.includes(own) ? "no" : null;
  const button = (verdict: "yes" | "no" | "withdrawn", label: string, spoken: string) =>
    html`<button id="vote-${cause.id}-${verdict}" name="vote" value="${cause.id}:${verdict}" aria-pressed="${String(mine === verdict)}" aria-label="${spoken}">${label}</button>`;
  return html`<div class="votes" role="group" aria-label="Feedback on cause ${cause.rank}">
    ${button("yes", "This was it", `Cause ${cause.rank}: this was it`)}
    ${button("no", "Not it", `Cause ${cause.rank}: not it`)}
    ${mine !== null && html`<button id="vote-${cause.id}-withdrawn" class="plain" name="vote" value="${cause.id}:withdrawn" aria-label="Cause ${cause.rank}: undo my vote">Undo my vote</button>`}
    ${voters("Said it was", cause.votes.yes)} ${voters("Said it was not", cause.votes.no)}
  </div>`;
}

function voters(label: string, names: readonly Safe[]): Html | null {
  return names.length === 0 ? null : html`<span class="voters">${label}: ${names.join(", ")}</span>`;
}
