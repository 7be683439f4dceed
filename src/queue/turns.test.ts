import { expect, test } from "vitest";
import { takeTurns } from "./turns.ts";

const wake = (id: number) => ({ outboxId: String(id), writes: null, job: "incident.investigate" });

/** Turns whose runs end when the test says so. */
function setUp(limit = 2) {
  const began: string[] = [];
  const putOff: { id: string; pauseMs: number }[] = [];
  const ends = new Map<string, () => void>();
  const turns = takeTurns({
    limit,
    run: ({ outboxId }) => {
      began.push(outboxId);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.set(outboxId, resolve);
      return promise;
    },
    putOff: async ({ outboxId }, pauseMs) => {
      putOff.push({ id: outboxId, pauseMs });
    },
  });
  const end = async (id: string) => {
    ends.get(id)?.();
    // The turn goes on when the run's promise has settled.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { turns, began, putOff, end };
}

test("as many run as there are turns, the oldest of the others are next, and the rest comes again later", async () => {
  const { turns, began, putOff, end } = setUp();

  for (const id of [1, 2, 9, 8, 7, 6, 5]) await turns.offer(wake(id));
  expect(began).toEqual(["1", "2"]);
  expect(putOff).toEqual([{ id: "9", pauseMs: 500 }]);

  await end("2");
  await end("1");
  expect(began).toEqual(["1", "2", "5", "6"]);
  expect(turns.running()).toBe(2);
});

test("nobody is overtaken for ever: whoever is the oldest that waits has the next turn, however many keep coming", async () => {
  const { turns, began, end } = setUp(1);
  for (const id of [1, 2, 3]) await turns.offer(wake(id));
  const runs = 50;
  for (let round = 1; round <= runs; round += 1) {
    // Newer ones come all the time, and the old one comes again now and then.
    for (const newer of [0, 1, 2]) await turns.offer(wake(1_000 + round * 3 + newer));
    if (round === 25) await turns.offer(wake(500));
    await end(began.at(-1) ?? "");
  }

  expect(began.indexOf("500")).toBe(25);
});

test("a row that is told of again while it runs or waits here runs once", async () => {
  const { turns, began, putOff, end } = setUp(1);
  for (const id of [1, 1, 2, 2, 1]) await turns.offer(wake(id));

  await end("1");
  await end("2");

  expect(began).toEqual(["1", "2"]);
  expect(putOff).toEqual([]);
});

test("the more wait, the less often each of them comes: about forty a second, and each at least once a minute", async () => {
  const { turns, putOff } = setUp(1);

  for (let id = 1; id <= 5_000; id += 1) await turns.offer(wake(id));

  expect(putOff[9]?.pauseMs).toBe(500);
  expect(putOff[999]?.pauseMs).toBe(25_025);
  expect(putOff.at(-1)?.pauseMs).toBe(60_000);
});

test("who stops gives back what waits here, and begins nothing more", async () => {
  const { turns, began, putOff, end } = setUp(1);
  for (const id of [1, 2, 3]) await turns.offer(wake(id));

  await turns.close();
  await turns.offer(wake(4));
  await end("1");

  expect(began).toEqual(["1"]);
  expect(putOff.map(({ id, pauseMs }) => `${id} ${pauseMs}`)).toEqual(["2 0", "3 0", "4 0"]);
});
