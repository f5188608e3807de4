import type { SeedKey } from "../../contracts/identity/session_key.ts";
import type { Attributes } from "../telemetry/activity.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { WebKey } from "../../contracts/identity/web_key.ts";
import { pageHash } from "./page_hash.ts";
import type { StreamingHash } from "./streaming_hash.ts";

/** What a client needs of the program that it runs in. */
export interface Host {
  /** The value of an environment variable; undefined where it is not set, or may not be read. */
  readVariable(name: string): string | undefined;
  /** A new key for a session. */
  newKey(): SeedKey | Promise<SeedKey>;
  /** The key of a seed, `SU…`; undefined for what is none. */
  keyOfSeed(seed: string): SeedKey | undefined | Promise<SeedKey | undefined>;
  /** SHA-256, begun. */
  newSha256(): StreamingHash | Promise<StreamingHash>;
  /**
   * What records what is done, where somebody wants it; decided once for each connection. Missing in pages.
   *
   * @param attributes of everything that it records
   */
  openTelemetry?(attributes: Attributes): Promise<Telemetry | undefined>;
  /** Where servers are unless somebody says it. */
  readonly servers: readonly string[];
}

/** What all have in common: pages know no environment. */
let host: Host = {
  readVariable: () => undefined,
  newKey: () => WebKey.generate(),
  keyOfSeed: (seed) => WebKey.fromSeed(seed),
  newSha256: () => pageHash(),
  servers: [],
};

/** Sets what this program offers beyond what pages have. */
export function setHost(offered: Host): void {
  host = offered;
}

/** The program that this runs in. */
export function currentHost(): Host {
  return host;
}
