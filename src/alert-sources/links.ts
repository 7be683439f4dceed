/** A link as a sender gave it, when it is a web link; null otherwise, so that no other scheme reaches a page. */
export function webLink(text: string | null | undefined): string | null {
  if (!text || text.length > 2_000) return null;
  return /^https?:\/\//iu.test(text) && URL.canParse(text) ? text : null;
}
