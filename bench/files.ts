import { filesUp } from "./files/files_up.ts";
import type { Measurement } from "./measure/measurement.ts";

/** Files that are sent with operations. */
export const files: Measurement = async (effort) => [...await filesUp(effort)];
