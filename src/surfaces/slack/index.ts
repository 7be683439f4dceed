import { AppError } from "../../app/errors.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { defineSurface, type RunningSurface, type SurfaceDeps } from "../define.ts";
import { check } from "./check.ts";
import { type ClientSettings, libraryLogger } from "./client.ts";
import { type Connection, type ConnectionSettings, httpConnection, socketConnection } from "./connection.ts";
import { Cooldowns } from "./delivery/cooldown.ts";
import { type Publisher, publish } from "./delivery/publish.ts";
import { reach } from "./delivery/reach.ts";
import { RefusedForms } from "./delivery/refused-forms.ts";
import { Turns } from "./delivery/turns.ts";
import type { Desk } from "./desk.ts";
import { allowedLinks, DEFAULT_LINK_HOSTS, hostList } from "./drawing/links.ts";
import { ChangeAuthors } from "./home/change-authors.ts";
import { HomeGuests } from "./home/home-guests.ts";
import { HomeNews } from "./home/home-news.ts";
import { type TellingDeps, tellAuthors } from "./home/tell-authors.ts";
import { InFlight } from "./in-flight.ts";
import { listen } from "./listen.ts";
import type { Listener } from "./listener.ts";
import { DEFAULT_COMMAND } from "./manifest.ts";
import { PrivatePlaces } from "./private-places.ts";
import { EVENTS_PATH } from "./route.ts";
import { createRouting, parseRoutes } from "./routing.ts";
import { Seen } from "./seen.ts";
import { parseWorkspaces, type SlackSettings, slackEnv } from "./settings.ts";
import { Threads } from "./threads.ts";
import { type FurtherWorkspace, openWorkspace, type Workspace, Workspaces } from "./workspaces.ts";

/** Slack: one card per incident, edited in place, its thread, buttons, windows and words. */
export const slack = defineSurface({
  env: slackEnv,
  title: "Slack",
  howToConfigure:
    "Create an app from manifests/slack-socket-mode.json, install it, then set SLACK_BOT_TOKEN, SLACK_APP_TOKEN and SLACK_CHANNEL.",
  create,
  check,
});

function create(settings: SlackSettings, deps: SurfaceDeps): RunningSurface | null {
  const { SLACK_BOT_TOKEN: botToken, SLACK_CHANNEL: channel } = settings;
  if (botToken === undefined) return null;
  if (channel === undefined) {
    throw new AppError(
      "invalid-input",
      "SLACK_BOT_TOKEN is set but SLACK_CHANNEL is not: name the channel for the cards",
    );
  }
  return new SlackSurface(settings, deps, { team: null, botToken, channel }).running();
}

/** One install's Slack: its workspaces, what draws, and the connections that hear people. */
class SlackSurface {
  readonly #settings: SlackSettings;
  readonly #deps: SurfaceDeps;
  readonly #client: ClientSettings;
  readonly #further: readonly FurtherWorkspace[];
  readonly #workspaces: Workspaces;
  readonly #publisher: Publisher;
  readonly #inFlight = new InFlight();
  readonly #homes: HomeGuests;
  readonly #homeNews: HomeNews;
  readonly #places: PrivatePlaces;

  constructor(
    settings: SlackSettings,
    deps: SurfaceDeps,
    first: { readonly team: null; readonly botToken: string; readonly channel: string },
  ) {
    this.#settings = settings;
    this.#deps = deps;
    this.#client = { apiUrl: settings.SLACK_API_URL, logger: libraryLogger(deps.logger, deps.redactor) };
    this.#further = parseWorkspaces(settings.SLACK_WORKSPACES ?? "[]") ?? [];
    const open = (given: typeof first | FurtherWorkspace) => openWorkspace(given, this.#client, deps);
    this.#workspaces = new Workspaces(open(first), this.#further.map(open));
    const homes = new HomeGuests(deps.clock);
    this.#homes = homes;
    this.#homeNews = new HomeNews({ ...deps, isWatched: () => homes.hasAny, onNews: () => homes.changed() });
    this.#places = new PrivatePlaces({ ...deps, workspaces: this.#workspaces });
    this.#publisher = this.#createPublisher();
  }

  running(): RunningSurface {
    const connections = this.#connections();
    const seen = new Seen();
    for (const { app } of connections) listen(app, this.#listener(seen));
    const telling = this.#telling();
    return {
      publish: async (answer, signal) => {
        const outcome = await publish(this.#publisher, answer, signal);
        await this.#homeNews.tell();
        return tellAuthors(telling, { answer, outcome }, signal);
      },
      reach: (signal) => reach(this.#publisher.cooldowns, this.#workspaces.all, signal),
      routes: connections.flatMap(({ routes }) => routes),
      places: this.#places,
      start: async () => {
        if (connections.length === 0) {
          this.#deps.logger.warn({}, "slack can post but not listen: set SLACK_APP_TOKEN or SLACK_SIGNING_SECRET");
        }
        for (const connection of connections) await connection.start();
        this.#homeNews.start();
      },
      stop: async () => {
        this.#homeNews.stop();
        this.#homes.stop();
        for (const connection of connections) await connection.stop();
        await this.#inFlight.drain();
      },
    };
  }

  #telling(): TellingDeps {
    const { preferences, verbs, clock } = this.#deps;
    return {
      publisher: this.#publisher,
      preferences,
      changes: new ChangeAuthors(verbs, clock),
      places: this.#places,
      teamOf: (team) => this.#workspaces.at(team).team,
    };
  }

  #createPublisher(): Publisher {
    const { messages, marks, clock, logger, newNonce, publicUrl, preferences } = this.#deps;
    const fixed = parseRoutes(this.#settings.SLACK_ROUTES ?? "") ?? [];
    return {
      messages,
      clock,
      logger,
      newNonce,
      cooldowns: new Cooldowns(marks, clock, (team) => this.#workspaces.isRevoked(team)),
      turns: new Turns(marks, clock),
      refusedForms: new RefusedForms(clock),
      links: allowedLinks(hostList(this.#settings.SLACK_LINK_HOSTS ?? DEFAULT_LINK_HOSTS), publicUrl),
      routing: createRouting({ preferences, workspaces: this.#workspaces, clock, fixed }),
    };
  }

  #listener(seen: Seen): Listener {
    const desks = new Map(this.#workspaces.all.map((workspace) => [workspace, this.#desk(workspace)]));
    const first = this.#desk(this.#workspaces.first);
    const at = (team: string) => desks.get(this.#workspaces.at(team)) ?? first;
    return { ...first, inFlight: this.#inFlight, seen, at, homes: this.#homes, revoke: (team) => this.#revoke(team) };
  }

  /** The other processes of this install learn it from the stored mark. */
  async #revoke(team: string): Promise<boolean> {
    if (!this.#workspaces.revoke(team)) return false;
    const spot = { tenant: DEFAULT_TENANT, team: this.#workspaces.at(team).team, channel: "*" };
    await this.#publisher.cooldowns.close(spot, "token_revoked");
    return true;
  }

  #desk(workspace: Workspace): Desk {
    const { team, client, people, channel } = workspace;
    return {
      ...this.#deps,
      client,
      people,
      channel,
      team,
      threads: new Threads(this.#deps.messages, team),
      links: this.#publisher.links,
      command: this.#deps.redactor.text(this.#settings.SLACK_COMMAND ?? DEFAULT_COMMAND),
    };
  }

  /** One for the first app, and one for each workspace that has an app of its own. None at all: cards come, but nobody is heard. */
  #connections(): readonly Connection[] {
    const { first, further } = this.#workspaces;
    const own = this.#further.filter(({ appToken, signingSecret }) => (appToken ?? signingSecret) !== undefined);
    const shared = further.filter(({ team }) => !own.some((workspace) => workspace.team === team));
    const { SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = this.#settings;
    return [
      this.#connection(new Workspaces(first, shared), { appToken, signingSecret, path: EVENTS_PATH }),
      ...own.map((app) =>
        this.#connection(new Workspaces(this.#workspaces.at(app.team), []), {
          ...app,
          path: `${EVENTS_PATH}/${app.team}`,
        }),
      ),
    ].filter((connection) => connection !== null);
  }

  /** Socket Mode when there is an app token, else HTTP when there is a secret. */
  #connection(
    workspaces: Workspaces,
    app: { readonly appToken?: string | undefined; readonly signingSecret?: string | undefined; readonly path: string },
  ): Connection | null {
    const { clock, logger } = this.#deps;
    const settings: ConnectionSettings = { client: this.#client, workspaces, clock, logger, path: app.path };
    if (app.appToken !== undefined) return socketConnection(settings, app.appToken);
    return app.signingSecret === undefined ? null : httpConnection(settings, app.signingSecret);
  }
}
