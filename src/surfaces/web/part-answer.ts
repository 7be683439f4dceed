import type { IncidentView } from "../../core/presentation/view.ts";
import { capital } from "../../core/presentation/words.ts";
import type { Safe } from "../../core/safe.ts";
import { duration } from "../../core/time.ts";
import { type Html, html, link } from "./html.ts";
import { fullTime, STATE_WORDS } from "./part-words.ts";

/** The top of the page: what is broken, since when, who has it. */
export function headline(view: IncidentView): Html {
  const service = view.service === null ? null : html`<span class="service">${view.service}</span>`;
  return html`<header class="incident">
    <p class="badges">
      <span class="badge priority" data-priority="${view.priority}">${view.priority}</span>
      <span class="badge state" data-state="${view.state}">${STATE_WORDS[view.state]}</span>
      ${service}
    </p>
    <h1>${view.title}</h1>
    <dl class="facts">
      ${fact("Since", fullTime(view.startedAtMs))}
      ${alerts(view) !== "" && fact(view.alertCount > 1 ? "Alerts" : "Alert", alerts(view))}
      ${view.resolvedAtMs !== null && fact("Resolved", fullTime(view.resolvedAtMs))}
      ${fact("Acknowledged by", view.acknowledgedBy ?? "nobody yet")}
      ${fact("Incident", view.externalUrl === null ? view.incidentId : html`${view.incidentId}, ${link(view.externalUrl, "open at its sender")}`)}
    </dl>
  </header>`;
}

function fact(label: string, value: Html | string): Html {
  return html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
}

function alerts({ detectedAtMs, startedAtMs, alertCount }: IncidentView): string {
  const late = detectedAtMs - startedAtMs;
  const count = alertCount > 1 ? [`${alertCount} in all`] : [];
  return [...(late < 1000 ? [] : [`${alertCount > 1 ? "first " : ""}${duration(late)} later`]), ...count].join(", ");
}

/** The card: the cause, why, what speaks against it, what it does to users, what to do, what was not seen. */
export function answerCard(view: IncidentView): Html {
  const { cause, why, against, impact, nextStep, notChecked } = view.card;
  return html`<section class="answer" data-state="${view.state}" aria-labelledby="answer-h">
    <h2 id="answer-h">${cause.label}</h2>
    <p class="cause">${cause.text}</p>
    <dl>
      ${line("Why", why)} ${line("Against", against)} ${line("Impact", impact)} ${line("Next step", nextStep)}
      ${line("Gaps", notChecked)}
    </dl>
    ${view.learnedNote === null ? null : html`<p class="learned">${view.learnedNote}</p>`}
  </section>`;
}

function line(label: string, text: Safe | null): Html | null {
  return text === null ? null : html`<div><dt>${label}</dt><dd>${capital(text)}</dd></div>`;
}
