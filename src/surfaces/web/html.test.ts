import { expect, test } from "vitest";
import { html, link } from "./html.ts";

test("every part of a template is escaped, in text and in attributes", () => {
  const evil = `"><script>alert('1')</script>&\``;

  expect(html`<b title="${evil}">${evil}</b>`.toString()).toBe(
    '<b title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&#96;">' +
      "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&#96;</b>",
  );
});

test("markup of ours nests as it is, lists join, and nothing shows for null and false", () => {
  expect(html`<ul>${[1, 2].map((n) => html`<li>${n}</li>`)}${null}${false}</ul>`.toString()).toBe(
    "<ul><li>1</li><li>2</li></ul>",
  );
});

test("control and direction characters cannot hide or reorder text", () => {
  expect(html`${"a\u202Eb\u0000c"}`.toString()).toBe("a\uFFFDb\uFFFDc");
});

test.each([
  "javascript:alert(1)",
  "https://github.com@evil.example/1",
  "https://a:b@evil.example",
  "https://",
  "data:text/html,x",
  "//evil.example",
  "https://a b",
  "JaVaScRiPt:x",
])("an address that is not a plain web address is shown without a link: %s", (address) => {
  expect(link(address, "words").toString()).toBe("words");
});

test("plain addresses, paths and anchors are links, and one that leads elsewhere says where", () => {
  expect(link("https://git.example/1?a=1&b", "words").toString()).toBe(
    '<a href="https://git.example/1?a=1&amp;b" rel="noreferrer">words (git.example)</a>',
  );
  expect(link("#e1", "e1").toString()).toBe('<a href="#e1">e1</a>');
});
