/** What Slack accepts, in characters or items. Slack refuses the whole message when one of these is broken. */
export const LIMITS = {
  /** One text object of a section or a context. */
  text: 3000,
  blocks: 50,
  /** All text of one message. Slack names no number; messages above about 13,200 have been refused. */
  total: 12_000,
  /** The fallback sentence; Slack cuts it at 40,000, phones show about 200. */
  fallback: 3000,
  blockId: 255,
  buttonText: 75,
  buttonValue: 2000,
  accessibilityLabel: 75,
  url: 3000,
  containerTitle: 150,
  containerChildren: 10,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  optionText: 75,
  altText: 2000,
  viewBlocks: 100,
  viewTitle: 24,
  viewButton: 24,
  actions: 25,
  /** The heading of a part of the App Home. */
  header: 150,
} as const;

/** What a person reads on a phone without scrolling, and how far one line may run. Ours, not Slack's. */
export const CARD = {
  lines: 12,
  /** Letters in one line of a phone. */
  width: 48,
  title: 120,
  name: 24,
  line: 260,
  cause: 90,
  /** A change of mind: what changed, why, and about what. */
  change: 320,
  timelineRows: 15,
  timelineText: 140,
  causes: 5,
  reasons: 3,
  counterReasons: 2,
  /** Lines of the arithmetic, shown to whoever asks for it. */
  parts: 30,
  /** Rows of what people said. */
  said: 5,
  tasks: 12,
  reason: 200,
} as const;
