// Run by itself, so that a negative control can change the program while it is loaded. Prints what it measured as JSON.
import process from "node:process";
import { FakeSlack } from "../fake-slack/fake-slack.ts";
import { eventually, type Install, startInstall } from "../install.ts";
import { pagerDutyAlert } from "./alert.ts";
import { ChannelLimits } from "./channel-limits.ts";

/** One channel that Slack limits, among others that it does not. */
export interface Measured {
  readonly retryAfterMs: number;
  /** From the webhook to the card, of each channel without a limit; null when it did not come while the limit held. */
  readonly others: readonly (number | null)[];
  /** From the acknowledgement to the edited card, the same. */
  readonly edits: readonly (number | null)[];
  /** How long after the end of the limit the limited channel got its card and its edit; null when they never came. */
  readonly limitedAfterMs: readonly (number | null)[];
  readonly early: ChannelLimits["early"];
  /** Cards that are not exactly one per incident. */
  readonly wrong: readonly string[];
}

const LIMITED = "limited";
/** What a card says until somebody took the incident. */
const WAITING = "not acknowledged";
const PATIENCE_MS = 45_000;

const channelOf = (service: string) => `C0${service.toUpperCase()}`;

class Street {
  readonly slack: FakeSlack;
  readonly limits: ChannelLimits;
  readonly #install: Install;

  constructor(install: Install, slack: FakeSlack, limits: ChannelLimits) {
    this.#install = install;
    this.slack = slack;
    this.limits = limits;
  }

  async tell(service: string, type: "triggered" | "acknowledged"): Promise<number> {
    const begun = performance.now();
    await this.#install.webhook(pagerDutyAlert({ id: `Q${service.toUpperCase()}`, service, type }));
    return begun;
  }

  card(service: string) {
    return this.slack.workspace.roots(channelOf(service))[0];
  }
}

/** Milliseconds since `begun` when it holds; null when it does not within the patience. */
async function within(begun: number, patienceMs: number, holds: () => boolean): Promise<number | null> {
  return eventually(() => (holds() ? performance.now() - begun : null), patienceMs).catch(() => null);
}

interface Stage {
  readonly street: Street;
  readonly services: readonly string[];
  readonly seconds: number;
  readonly method: "chat.postMessage" | "chat.update";
  readonly type: "triggered" | "acknowledged";
  readonly isDone: (service: string) => boolean;
}

/** Limits one channel, then tells everybody: how long the others took, and how long after the limit's end the limited one. */
async function play({ street, services, seconds, method, type, isDone }: Stage) {
  street.limits.add(method, channelOf(LIMITED), seconds);
  await street.tell(LIMITED, type);
  const untilMs = await eventually(() => street.limits.untilMs(method, channelOf(LIMITED)));
  const others = await Promise.all(
    services.map(async (service) => {
      const begun = await street.tell(service, type);
      return within(begun, Math.max(1_000, untilMs - Date.now()), () => isDone(service));
    }),
  );
  const patienceMs = Math.max(0, untilMs - Date.now()) + PATIENCE_MS;
  const came = await within(performance.now(), patienceMs, () => isDone(LIMITED));
  return { others, limitedAfterMs: came === null ? null : Date.now() - untilMs };
}

async function measure(seconds: number, count: number, stages: number): Promise<Measured> {
  const services = Array.from({ length: count }, (_, index) => `shop${index}`);
  const slack = new FakeSlack(() => Date.now());
  const limits = new ChannelLimits(slack.workspace);
  await slack.start();
  const install = await startInstall({
    SLACK_BOT_TOKEN: "xoxb-test",
    SLACK_SIGNING_SECRET: "test-signing-secret",
    SLACK_CHANNEL: "C0INCIDENTS",
    SLACK_API_URL: slack.apiUrl,
    SLACK_ROUTES: [LIMITED, ...services].map((service) => `${service}=${channelOf(service)}`).join(", "),
  });
  const street = new Street(install, slack, limits);
  try {
    const shared = { street, services, seconds };
    const posted = await play({
      ...shared,
      method: "chat.postMessage",
      type: "triggered",
      isDone: (service) => street.card(service) !== undefined,
    });
    const isEdited = (service: string) => !JSON.stringify(street.card(service)?.blocks ?? WAITING).includes(WAITING);
    const edited =
      stages < 2
        ? { others: [], limitedAfterMs: 0 }
        : await play({ ...shared, method: "chat.update", type: "acknowledged", isDone: isEdited });
    const cards = [LIMITED, ...services].map((service) => slack.workspace.roots(channelOf(service)).length);
    return {
      retryAfterMs: seconds * 1_000,
      others: posted.others,
      edits: edited.others,
      limitedAfterMs: [posted.limitedAfterMs, edited.limitedAfterMs],
      early: limits.early,
      wrong: cards.flatMap((cardCount, index) => (cardCount === 1 ? [] : [`${cardCount} cards of incident ${index}`])),
    };
  } finally {
    await install.stop();
    await slack.stop();
  }
}

const [seconds = "12", channels = "4", stages = "2"] = process.argv.slice(2);
const measured = JSON.stringify(await measure(Number(seconds), Number(channels), Number(stages)));
process.stdout.write(measured, () => process.exit(0));
