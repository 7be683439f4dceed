import type { HeaderBlock, HomeView, KnownBlock } from "@slack/types";
import { type Safe, safe } from "../../../core/safe.ts";
import { plainText } from "../drawing/blocks.ts";
import type { DrawOptions } from "../drawing/draw.ts";
import { LIMITS } from "../drawing/limits.ts";
import { servicesPart, settingsPart } from "./home-choices-view.ts";
import type { HomeContent } from "./home-content.ts";
import { openPart, waitingPart } from "./home-incidents-view.ts";
import { changesPart, footerPart, healthPart, noticePart, recordPart, setupPart } from "./home-install-view.ts";

export const HOME_VIEW = "home";

/** What drawing a Home needs besides its content. */
export type HomeOptions = Pick<DrawOptions, "links"> & {
  /** "/traceops". */
  readonly command: Safe;
};

const MAX_HOME_BLOCKS = 100;

/** One person's Home. Pure: the same content gives the same view. What belongs to a person on call stands first. */
export function homeView(content: HomeContent, options: HomeOptions): HomeView {
  // Somebody who is on call comes for the incidents.
  const setup = setupPart(content, options);
  const parts: readonly (readonly KnownBlock[])[] = [
    noticePart(content),
    ...(content.open.length === 0 ? [setup] : []),
    part(safe`Open incidents`, openPart(content, options)),
    part(safe`Waiting for you`, waitingPart(content, options)),
    ...(content.open.length === 0 ? [] : [setup]),
    part(safe`My services`, servicesPart(content, options)),
    part(safe`Changes of the last 24 hours`, changesPart(content, options)),
    part(safe`How often the ranking was right`, recordPart(content)),
    part(safe`Sources`, healthPart(content)),
    part(safe`My settings`, settingsPart(content)),
    footerPart(content, options),
  ];
  const blocks = parts.flat().slice(0, MAX_HOME_BLOCKS);
  return {
    type: "home",
    callback_id: HOME_VIEW,
    private_metadata: JSON.stringify({ v: 1, dm: content.dm }),
    blocks: blocks.map((block, index) => ({
      ...block,
      block_id: `${(block.block_id ?? "part").slice(0, 200)}:${index}`,
    })),
  };
}

/** A heading and what stands below it; nothing at all when there is nothing. */
function part(title: Safe, blocks: readonly KnownBlock[]): readonly KnownBlock[] {
  if (blocks.length === 0) return [];
  const heading: HeaderBlock = { type: "header", text: plainText(title, LIMITS.header) };
  return [heading, ...blocks];
}
