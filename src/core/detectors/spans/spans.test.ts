import { describe, expect, test } from "vitest";
import { at, BASELINE, WINDOW } from "../../../../test/support/observations.ts";
import { requests, type ToldRequest } from "../../../../test/support/requests.ts";
import { seen } from "../../../../test/support/timeline-records.ts";
import type { Event } from "../../event.ts";
import { spans } from "./spans.ts";

const BROKE = at("01:40:00");
const before = requests({ from: BASELINE.fromMs, to: WINDOW.fromMs });
const calm = requests({ from: WINDOW.fromMs, to: BROKE });

function findings(tell: (index: number) => Omit<ToldRequest, "atMs">, told: readonly Event[] = []) {
  return spans(seen([...before, ...calm, ...requests({ from: BROKE, to: WINDOW.toMs }, tell), ...told]));
}

const said = (found: ReturnType<typeof spans>) =>
  found.map(({ service, kind, detail }) => `${service} ${kind} ${detail}`);
const pointsOf = (found: ReturnType<typeof spans>, service: string) =>
  found.filter((each) => each.service === service).flatMap(({ reasons }) => reasons.map(({ points }) => points));

describe("the way between services", () => {
  test("that got slow is the network of the end that all slow calls share", () => {
    const found = findings(() => ({ wayMs: 900 }));

    expect(said(found)).toEqual(["orders network network-delay"]);
    expect(found[0]?.firstAtMs).toBe(BROKE);
    expect(found[0]?.isActive).toBe(true);
  });

  test("is the caller's network when only what it calls is slow to reach", () => {
    const found = findings(() => ({ wayMs: 900, ledgerWayMs: 900 }));

    // Everything to and from orders is slow, so it is one place and not two.
    expect(said(found)).toEqual(["orders network network-delay"]);
    expect(found[0]?.summary).toContain("between orders and");
  });

  test("that is slow for a few calls now and then is no network fault", () => {
    expect(findings((index) => (index % 4 === 0 ? { wayMs: 900 } : {}))).toEqual([]);
  });

  test("that got slower by less than people notice is no network fault", () => {
    expect(findings(() => ({ wayMs: 60 }))).toEqual([]);
  });

  test("that got well again is told, but no longer lasts", () => {
    const [found] = findings((index) => (index < 12 ? { wayMs: 900 } : {}));

    expect(found?.isActive).toBe(false);
  });
});

describe("requests", () => {
  test("that do what they always did accuse nobody", () => {
    expect(findings(() => ({}))).toEqual([]);
  });

  test("that leave out what they always did accuse the service that returns early", () => {
    const found = findings(() => ({ returnsEarly: true }));

    expect(said(found)).toEqual(["orders code-error early-return"]);
    expect(found[0]?.isLocation).toBe(true);
    expect(found[0]?.summary).toContain("0 of 426 before, since 01:40:00Z");
  });

  test("that do more than usual return nothing early", () => {
    const extra = ["a b c", "d e f", "g h i", "j k l", "m n o"];

    expect(findings(() => ({ returnsEarly: true, extra }))).toEqual([]);
  });

  test("that fail at several services accuse the deepest and excuse its callers", () => {
    const errors = { ledger: "entry has no account", orders: "ledger said no", web: "checkout went wrong" };

    const found = findings(() => ({ errors }));

    expect(pointsOf(found, "ledger").every((points) => points > 0)).toBe(true);
    expect(pointsOf(found, "orders")).toEqual([-260]);
    expect(pointsOf(found, "web")).toEqual([-260]);
  });

  test("that wait for a slow way excuse who gave up waiting", () => {
    const found = findings(() => ({ ledgerWayMs: 900, errors: { web: "gave up" } }));

    expect(said(found)[0]).toBe("ledger network network-delay");
    expect(pointsOf(found, "web")).toEqual([-260]);
  });

  test("whose own errors are complaints about a peer accuse nobody here", () => {
    const errors = { ledger: "connect ECONNREFUSED entries-db:5432" };

    expect(findings(() => ({ errors }))).toEqual([]);
  });

  test("that stopped failing speak against their service", () => {
    const found = findings((index) => (index < 12 ? { errors: { ledger: "entry has no account" } } : {}));

    expect(pointsOf(found, "ledger")).toEqual([-300]);
    expect(found[0]?.isActive).toBe(false);
  });

  test("that fail in waves have not stopped in a trough", () => {
    const errors = { ledger: "entry has no account" };

    const found = findings((index) => (index < 12 || index > 45 ? { errors } : {}));

    expect(pointsOf(found, "ledger").every((points) => points > 0)).toBe(true);
  });

  test("that fail in the same share as ever speak against their service", () => {
    const errors = { ledger: "entry has no account" };
    const events = requests({ from: BASELINE.fromMs, to: WINDOW.toMs }, (index) => (index % 3 === 0 ? { errors } : {}));

    expect(pointsOf(spans(seen(events)), "ledger")).toEqual([-120]);
  });

  test("too few to tell accuse nobody", () => {
    const few = requests({ from: WINDOW.fromMs, to: WINDOW.fromMs + 20_000 });
    const bad = requests({ from: BROKE, to: BROKE + 20_000 }, () => ({ returnsEarly: true }));

    expect(spans(seen([...few, ...bad]))).toEqual([]);
  });

  test("tell the same in whatever order they are read", () => {
    const bad = requests({ from: BROKE, to: WINDOW.toMs }, () => ({ returnsEarly: true, wayMs: 900 }));
    const events = [...before, ...calm, ...bad];

    expect(spans(seen(events.toReversed()))).toEqual(spans(seen(events)));
  });
});
