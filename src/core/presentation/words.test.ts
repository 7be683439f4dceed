import { expect, test } from "vitest";
import { safe } from "../safe.ts";
import { cutWords, titled } from "./words.ts";

test("a text is cut between words, before the beginning of a clause, and inside of an address only", () => {
  const text = safe`11 of 14 requests log the same error, 0 of 466 before`;

  expect(cutWords(text, 60)).toBe(text);
  expect(cutWords(text, 44)).toBe("11 of 14 requests log the same error…");
  expect(cutWords(text, 34)).toBe("11 of 14 requests log the same…");
  expect(cutWords(safe`https://shop.example/a/very/long/address/of/a/page`, 30)).toHaveLength(30);
});

test("a title says its service once", () => {
  expect(titled(safe`checkout`, safe`5xx above 5 %`)).toBe("checkout: 5xx above 5 %");
  expect(titled(safe`checkout`, safe`checkout: 5xx above 5 %`)).toBe("checkout: 5xx above 5 %");
  expect(titled(null, safe`5xx above 5 %`)).toBe("5xx above 5 %");
});
