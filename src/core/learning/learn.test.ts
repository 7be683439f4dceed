import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at, words } from "../../../test/support/observations.ts";
import { epochMs, hypothesisId, incidentId } from "../ids.ts";
import { learn, type VoteFact } from "./learn.ts";

function aVote(
  overrides: Partial<VoteFact> & { readonly causeKind?: string; readonly causeService?: string } = {},
): VoteFact {
  const { causeKind = "config-change", causeService = "orders", ...rest } = overrides;
  return {
    id: "v1",
    incidentId: incidentId("inc-1"),
    hypothesisId: hypothesisId(`h-${causeKind}-${causeService}`),
    verdict: "yes",
    actorId: "T1/U1",
    actorName: words("Ana"),
    atMs: at("02:00:00"),
    claim: {
      causeKind,
      causeService: words(causeService),
      alertedService: words("edge"),
      summary: words("Deploy v2 of orders"),
    },
    ...rest,
  };
}

const pattern = (votes: readonly VoteFact[], service = "orders") =>
  learn(votes).find(({ causeService }) => causeService === service)?.points ?? 0;

describe("votes", () => {
  test("nothing voted, nothing learned", () => {
    expect(learn([])).toEqual([]);
  });

  test("one no and one yes on the same pattern move the two apart by ten nats", () => {
    const votes = [aVote({ id: "a", verdict: "no" }), aVote({ id: "b", causeKind: "memory", causeService: "store" })];

    expect([pattern(votes, "orders"), pattern(votes, "store")]).toEqual([-500, 500]);
  });

  test("many agreeing votes grow slowly and stay below eight nats", () => {
    const many = Array.from({ length: 40 }, (_, index) => aVote({ id: `v${index}`, actorId: `T1/U${index}` }));

    expect(pattern(many.slice(0, 2))).toBe(650);
    expect(pattern(many)).toBeLessThanOrEqual(800);
  });

  test("a bare kind learns little, shrunk by how few votes there are", () => {
    const general = learn([aVote()]).find(({ causeService }) => causeService === null);

    expect(general).toMatchObject({ causeKind: "config-change", alertedService: null, points: 10 });
  });

  test("the latest vote of a person on a cause is the valid one", () => {
    const changed = [aVote({ id: "a" }), aVote({ id: "b", verdict: "no", atMs: at("02:05:00") })];

    expect(pattern(changed)).toBe(-500);
  });

  test("the reason names who, when and which incident, and carries the votes as records", () => {
    const [weight] = learn([aVote()]);

    expect(weight?.because).toBe(
      'learned: Ana said "this was it" on 2026-11-21 for the same cause at orders in incident inc-1',
    );
    expect(weight?.votes).toMatchObject([{ quote: 'Ana: "this was it": Deploy v2 of orders (incident inc-1)' }]);
  });

  test("a kind that is no longer known teaches nothing", () => {
    expect(learn([aVote({ causeKind: "phase-of-the-moon" })])).toEqual([]);
  });
});

const votes = fc.array(
  fc
    .record({
      id: fc.uuid(),
      incidentId: fc.constantFrom("inc-1", "inc-2").map(incidentId),
      verdict: fc.constantFrom("yes" as const, "no" as const, "withdrawn" as const),
      actorId: fc.constantFrom("T1/U1", "T1/U2", "T1/U3"),
      atMs: fc.integer({ min: 1, max: 1_000_000 }).map(epochMs),
      causeKind: fc.constantFrom("change", "memory"),
      causeService: fc.constantFrom("orders", "store"),
    })
    .map(aVote),
  { maxLength: 12 },
);

test("withdrawing a vote leaves exactly what there was without it", () => {
  fc.assert(
    fc.property(votes, (before) => {
      const fresh = { actorId: "T1/U9", incidentId: incidentId("inc-9") };
      const vote = aVote({ id: "new", atMs: epochMs(2_000_000), ...fresh });
      const undo = aVote({ id: "undo", verdict: "withdrawn", atMs: epochMs(3_000_000), ...fresh });

      expect(learn([...before, vote, undo])).toEqual(learn(before));
    }),
  );
});

test("the order in which votes arrive does not matter", () => {
  fc.assert(
    fc.property(votes, (some) => {
      expect(learn(some.toReversed())).toEqual(learn(some));
    }),
  );
});
