import { safe } from "../../../core/safe.ts";

/** What people see as the version. A test compares it with the package. */
export const VERSION = safe`0.1.0`;
