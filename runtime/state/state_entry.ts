/**
 * What the stores of `client.state` answer. `Old` has the type of a value by each older version that the
 * contract accepts, as `{ "preferences.v1": { theme: string } }`.
 *
 * @module
 */

/** A value as it is kept. */
export interface StateEntry<T> {
  /** The value, checked against the schema. */
  readonly value: T;
  /** Another one after each write; opaque, to be compared for equality only. */
  readonly revision: string;
  /** When it was written; ISO 8601 in UTC. */
  readonly updatedAt: string;
  /** From when on it counts as absent, where it was written with `ttlMs`; ISO 8601 in UTC. */
  readonly expiresAt?: string;
}

/** A value as it is kept under a key of a map. */
export interface MapStateEntry<T> extends StateEntry<T> {
  /** The key, seen from the store or from the view that was asked. */
  readonly key: string;
}

/**
 * An entry of an older version that the contract accepts. Make the value of today from it, and put that
 * back with `expectedRevision: entry.revision`.
 */
export interface MigrationRequired<Version, Entry> {
  /** Tells it from a current entry: `"migrationRequired" in answer`. */
  readonly migrationRequired: true;
  /** The entry as it is kept, with its old value. */
  readonly entry: Entry;
  /** The version that it was written under; tells the type of its value. */
  readonly stateVersion: Version;
  /** The version that the contract declares now. */
  readonly currentStateVersion: string;
  /** Digest of the contract that wrote it. */
  readonly writerContractDigest: string;
}

/** The older entries that a value store may hold; never when the contract accepts no older version. */
export type OldEntry<Old> = {
  readonly [Version in keyof Old]: MigrationRequired<Version, StateEntry<Old[Version]>>;
}[keyof Old];

/** The older entries that a map may hold; never when the contract accepts no older version. */
export type OldMapEntry<Old> = {
  readonly [Version in keyof Old]: MigrationRequired<Version, MapStateEntry<Old[Version]>>;
}[keyof Old];

/** There is an entry of the current version. */
export interface StateFound<Entry> {
  /** True. */
  readonly found: true;
  /** The entry. */
  readonly entry: Entry;
}

/** There is no entry, or one that has expired. */
export interface StateAbsent {
  /** False. */
  readonly found: false;
}

/** A value was written. */
export interface StateApplied<Entry> {
  /** True. */
  readonly applied: true;
  /** What was written. */
  readonly entry: Entry;
}

/** Nothing was written, because the entry is not as `expectedRevision` says. */
export interface StateUnchanged<Found> {
  /** False. */
  readonly applied: false;
  /** What is there, an older entry included; missing when nothing is. */
  readonly current?: Found;
}

/** What `delete` did. */
export interface StateDeletion {
  /** False when there was no entry, or not of the expected revision. */
  readonly deleted: boolean;
}

/** An entry that takes its place in a page, and that the contract cannot read. */
export interface UnreadableStateEntry {
  /** The key, seen from the store or from the view that was asked. */
  readonly key: string;
  /**
   * Why: its version is neither the current one nor accepted, it does not say who wrote it, or its value
   * does not fit the schema of its version.
   */
  readonly reason: "version_unknown" | "unstamped" | "invalid_value";
  /** The version that it was written under, where it says so. */
  readonly stateVersion?: string;
}

/** A page of a map, in the order of the keys. It is live: writes between two pages can shift later ones. */
export interface StatePage<Found> {
  /** What was found, at most `limit`. */
  readonly entries: readonly Found[];
  /** How many entries there are in all. */
  readonly count: number;
  /** Entries that were skipped. */
  readonly offset: number;
  /** Most entries that the page may have. */
  readonly limit: number;
  /** Offset of the next page; missing when this is the last one. */
  readonly nextOffset?: number;
  /** Entries of the page that cannot be read. */
  readonly unreadable?: readonly UnreadableStateEntry[];
}
