import { z } from "zod";
import { incidentId } from "../../core/ids.ts";

/** The one input that most tools take. */
export const incidentInput = z.object({
  id: z
    .string()
    .min(1)
    .max(100)
    .transform(incidentId)
    .describe("The incident's id, from list_incidents or from the address of its page"),
});
