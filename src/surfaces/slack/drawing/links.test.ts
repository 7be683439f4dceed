import { expect, test } from "vitest";
import type { Safe } from "../../../core/safe.ts";
import { allowedLinks, hostList } from "./links.ts";

const links = allowedLinks(hostList("github.com, PagerDuty.com"), "http://127.0.0.1:3000");
const link = (url: string) => links(url as Safe);

test.for([
  "https://github.com/acme/api/pull/1",
  "https://acme.pagerduty.com/incidents/Q1",
  "http://127.0.0.1:3000/i/INC-1#e3",
])("%s may be linked", (url) => {
  expect(link(url)).toBe(url);
});

test.for([
  "http://github.com/acme",
  "https://github.com.evil.example/",
  "https://evilgithub.com/",
  "https://user:password@github.com/",
  "javascript:alert(1)",
  "http://127.0.0.1:3001/",
  "not an address",
  `https://github.com/${"x".repeat(3000)}`,
])("%s may not", (url) => {
  expect(link(url)).toBeNull();
});

test("an address cannot end its own link", () => {
  expect(link("https://github.com/a|b>c<d")).toBe("https://github.com/a%7Cb%3Ec%3Cd");
});
