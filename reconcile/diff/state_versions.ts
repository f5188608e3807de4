import { appendPointer } from "../../contracts/json/json_pointer.ts";
import type { StateNeed } from "../needs/need_types.ts";

/** The schema of each version of entries that can be read, to use or to migrate them. */
export function readableVersions(
  { acceptedVersions, stateVersion, schema }: StateNeed,
): StateNeed["acceptedVersions"] {
  return { ...acceptedVersions, [stateVersion]: schema };
}

/** Where the schema of a version stands. */
export function versionPath(
  store: string,
  { stateVersion }: Pick<StateNeed, "stateVersion">,
  version: string,
): string {
  const part = version === stateVersion ? ["schema"] : ["acceptedVersions", version];
  return appendPointer("/state", store, ...part);
}
