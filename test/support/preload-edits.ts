// Handed to a process with --import: changes modules while they are loaded. Production loads nothing of this.
import { registerHooks } from "node:module";
import process from "node:process";
import { z } from "zod";

const Edits = z.array(z.object({ file: z.string(), find: z.string(), replace: z.string() }));
const edits = Edits.parse(JSON.parse(process.env["SOURCE_EDITS"] ?? "[]"));

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
