import type { Ear } from "../listener.ts";
import { changes } from "./on-changes.ts";
import { edits } from "./on-edit.ts";
import { menu } from "./on-more.ts";
import { suspects } from "./on-not-it.ts";
import { pins } from "./on-pins.ts";
import { reopening } from "./on-reopen.ts";
import { messageShortcuts } from "./on-shortcuts.ts";
import { starts } from "./on-start.ts";
import { undos } from "./on-undo.ts";

const PARTS: readonly Ear[] = [suspects, edits, undos, messageShortcuts, starts, changes, menu, reopening, pins];

/** What people correct: windows, message shortcuts, pins by reaction. */
export const corrections: Ear = {
  actions: PARTS.flatMap(({ actions = [] }) => actions),
  views: PARTS.flatMap(({ views = [] }) => views),
  shortcuts: PARTS.flatMap(({ shortcuts = [] }) => shortcuts),
  events: PARTS.flatMap(({ events = [] }) => events),
  connect: (app, listener) => {
    for (const { connect } of PARTS) connect(app, listener);
  },
};
