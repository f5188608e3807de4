import { filesDown } from "./files/files_down.ts";
import { filesUp } from "./files/files_up.ts";
import type { Measurement } from "./measure/measurement.ts";

/** Files that are sent with operations, and files that are granted and fetched. */
export const files: Measurement = async (effort) => [
  ...await filesUp(effort),
  ...await filesDown(effort),
];
