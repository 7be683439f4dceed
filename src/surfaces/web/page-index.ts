import type { Incident } from "../../core/incident.ts";
import type { CardLines } from "../../core/presentation/view.ts";
import { priorityOf } from "../../core/presentation/words.ts";
import type { AssetLinks } from "./assets.ts";
import { type Html, html } from "./html.ts";
import { pageShell } from "./page-shell.ts";
import { fullTime, STATUS_WORDS } from "./part-words.ts";

export interface ListedIncident {
  readonly incident: Incident;
  /** The answer in one line, where it was looked up. */
  readonly cause: CardLines["cause"] | null;
}

/** All incidents, open ones first, each list newest first. */
export function indexPage(listed: readonly ListedIncident[], assets: AssetLinks): Html {
  const open = listed.filter(({ incident }) => incident.status !== "resolved");
  const past = listed.filter(({ incident }) => incident.status === "resolved");
  const content = html`<header class="incident"><h1>Incidents</h1></header>
    ${list("Open", open, "No incident is open.")} ${past.length > 0 && list("Resolved", past, "")}`;
  return pageShell({ title: "Incidents · TraceOps", assets, live: null, content });
}

function list(title: string, listed: readonly ListedIncident[], nothing: string): Html {
  const id = `list-${title.toLowerCase()}`;
  const newest = listed.toSorted((a, b) => b.incident.detectedAtMs - a.incident.detectedAtMs);
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${listed.length === 0 ? html`<p class="quiet">${nothing}</p>` : html`<ul class="incidents">${newest.map(item)}</ul>`}
  </section>`;
}

function item({ incident, cause }: ListedIncident): Html {
  const { id, service, title, status, severity, startedAtMs } = incident;
  const priority = priorityOf(severity);
  return html`<li>
    <p class="badges">
      <span class="badge priority" data-priority="${priority}">${priority}</span>
      <span class="badge state" data-state="${status}">${STATUS_WORDS[status]}</span>
      ${service !== null && html`<span class="service">${service}</span>`}
    </p>
    <h3><a href="/i/${encodeURIComponent(id)}">${title}</a></h3>
    ${cause !== null && html`<p><b>${cause.label}:</b> ${cause.text}</p>`}
    <p class="quiet">${id} · since ${fullTime(startedAtMs)}</p>
  </li>`;
}
