import { expect, test } from "vitest";
import { atMost } from "./at-most.ts";

const never = new AbortController().signal;

test("no more than the limit run at once, all of them run, in the order in which they came", async () => {
  const inTurn = atMost(3);
  const order: number[] = [];
  const state = { running: 0, most: 0 };
  const task = (number: number) => async () => {
    order.push(number);
    state.running += 1;
    state.most = Math.max(state.most, state.running);
    await new Promise((resolve) => setTimeout(resolve, 1 + (number % 3)));
    state.running -= 1;
    return number;
  };

  const results = await Promise.all(Array.from({ length: 40 }, (_, number) => inTurn(never, task(number))));

  expect(results).toEqual(Array.from({ length: 40 }, (_, number) => number));
  expect(order).toEqual(results);
  expect(state.most).toBe(3);
});

test("a task that fails gives its turn to the next", async () => {
  const inTurn = atMost(1);
  const failing = inTurn(never, () => Promise.reject(new Error("no")));
  const next = inTurn(never, () => Promise.resolve("yes"));

  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("yes");
});

test("who stops waiting does not run and takes nobody's turn", async () => {
  const inTurn = atMost(1);
  const stop = new AbortController();
  const first = Promise.withResolvers<string>();
  const running = inTurn(never, () => first.promise);
  const stopped = inTurn(stop.signal, () => Promise.resolve("too late"));
  const last = inTurn(never, () => Promise.resolve("last"));

  stop.abort(new Error("stopping"));
  await expect(stopped).rejects.toThrow("stopping");
  first.resolve("first");

  expect(await running).toBe("first");
  expect(await last).toBe("last");
});
