import { sha256 } from "@noble/hashes/sha2.js";
import type { SeedKey } from "../../contracts/identity/session_key.ts";
import type { Attributes } from "../telemetry/activity.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { WebKey } from "../../contracts/identity/web_key.ts";

/** A hash of bytes that come piece by piece. */
export interface StreamingHash {
  update(bytes: Uint8Array): unknown;
  /** The hash of all of them; nothing comes after it. */
  digest(): Uint8Array;
}

/** What a client needs of the program that it runs in. */
export interface Host {
  /** The value of an environment variable; undefined where it is not set, or may not be read. */
  readVariable(name: string): string | undefined;
  /** A new key for a session. */
  newKey(): SeedKey | Promise<SeedKey>;
  /** The key of a seed, `SU…`; undefined for what is none. */
  keyOfSeed(seed: string): SeedKey | undefined | Promise<SeedKey | undefined>;
  /** SHA-256, begun: WebCrypto has none that bytes can be added to. */
  newSha256(): StreamingHash | Promise<StreamingHash>;
  /** The SHA-256 of bytes that are there as a whole. */
  sha256(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
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
  newSha256: () => sha256.create(),
  // No memory is shared with other threads here, which is all that the type leaves open.
  sha256: async (bytes) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)),
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
