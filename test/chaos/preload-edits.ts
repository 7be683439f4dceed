// Handed to a process with --import: changes modules while they are loaded. Production loads nothing of this.
import { registerHooks } from "node:module";
import process from "node:process";
import { editsOf } from "./mutants.ts";

const edits = editsOf(process.env["CHAOS_EDITS"] ?? "");

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const wanted = edits.filter(({ file }) => url.endsWith(file));
    if (wanted.length === 0) return loaded;
    const { source } = loaded;
    if (source == null) throw new Error(`the source of ${url} is not there to be changed`);
    let text = typeof source === "string" ? source : new TextDecoder().decode(source);
    for (const { file, find, replace } of wanted) {
      if (!text.includes(find)) throw new Error(`there is nothing to change in ${file}: it does not say "${find}"`);
      text = text.replace(find, () => replace);
    }
    return { ...loaded, source: text };
  },
});
