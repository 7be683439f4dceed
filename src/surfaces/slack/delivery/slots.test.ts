import { expect, test } from "vitest";
import { Slots } from "./slots.ts";

test("never more than the given number run at a time, all run in order, and a failure frees its place", async () => {
  const slots = new Slots(2);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const works = Array.from({ length: 7 }, (_, index) =>
    slots.run(async () => {
      running += 1;
      most = Math.max(most, running);
      order.push(index);
      await new Promise((done) => setImmediate(done));
      running -= 1;
      if (index === 3) throw new Error("broken");
    }),
  );

  const results = await Promise.allSettled(works);

  expect(most).toBe(2);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(results.map(({ status }) => status).filter((status) => status === "rejected")).toHaveLength(1);
});
