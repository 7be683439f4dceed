/** A person of a workspace. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly email: string;
  readonly tz?: string;
}

export interface ChannelSeed {
  readonly id: string;
  readonly name: string;
  readonly isPrivate?: boolean;
}

/** What a workspace begins with. */
export interface TeamSeed {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly botToken: string;
  readonly bot: { readonly userId: string; readonly botId: string; readonly name: string };
  readonly people: readonly Person[];
  readonly channels: readonly ChannelSeed[];
}

export const APP_ID = "A0TRACEOPS";
export const APP_TOKEN = "xapp-test";

const person = (id: string, realName: string): Person => {
  const name = realName.toLowerCase();
  return { id, name, realName, email: `${name}@shop.example`, tz: "Europe/Berlin" };
};

/** The first workspace of every test. */
export const ACME: TeamSeed = {
  id: "T0ACME",
  name: "Acme",
  domain: "acme",
  botToken: "xoxb-test",
  bot: { userId: "U0BOT", botId: "B0BOT", name: "traceops" },
  people: [person("U0ADA", "Ada"), person("U0BOB", "Bob"), person("U0CARLA", "Carla")],
  channels: [
    { id: "C0INCIDENTS", name: "incidents" },
    { id: "C0PAYMENTS", name: "payments" },
    { id: "C0FALLBACK", name: "ops-fallback" },
    { id: "G0PRIVATE", name: "war-room", isPrivate: true },
  ],
};

/** A second workspace with the same channel id as the first one has: keys must carry the team. */
export const BETA: TeamSeed = {
  id: "T0BETA",
  name: "Beta",
  domain: "beta",
  botToken: "xoxb-beta",
  bot: { userId: "U0BETABOT", botId: "B0BETABOT", name: "traceops" },
  people: [person("U0DORA", "Dora"), person("U0EMIL", "Emil")],
  channels: [
    { id: "C0INCIDENTS", name: "incidents" },
    { id: "C0BETAOPS", name: "beta-ops" },
  ],
};
