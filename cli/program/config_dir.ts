import { join } from "node:path";
import { variable } from "./environment_variable.ts";

/** Where the person keeps what belongs to no project; undefined where the system names no such place. */
export function configDir(): string | undefined {
  const given = variable("XDG_CONFIG_HOME");
  if (given !== undefined) return join(given, "trellis");
  const home = variable("HOME") ?? variable("USERPROFILE");
  return home === undefined ? undefined : join(home, ".config", "trellis");
}
