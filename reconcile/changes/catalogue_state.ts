import type { Entries } from "./catalogue_entry.ts";
import type { CodesOf } from "./change_code.ts";

const safe = "safe";
const dangerous = "dangerous";

/** Changes of what apps, agents and devices keep. */
export const stateEntries: Entries<CodesOf<"state">> = {
  "state.added": {
    severity: safe,
    title: "a state store is added",
    reason: "a new state store holds nothing yet",
  },
  "state.reattached": {
    severity: safe,
    title: "a state store that was declared earlier is there again",
    reason: "entries that were stored in it are there again; what of them may be refused is " +
      "reported beside this",
  },
  "state.removed": {
    severity: dangerous,
    title: "a state store is no longer asked for",
    reason: "what users and devices keep there would be out of reach; it stays stored",
    danger:
      "Every user and device loses sight of what it has stored there. Nothing is deleted: the " +
      "entries are there again when the store is declared again.",
    wayOut: "Keep the store until what is in it has been moved. State has no rename: declare " +
      "the new store beside the old one, and let the app move each user's entries.",
  },
  "state.kind.changed": {
    severity: dangerous,
    title: "a state store changes between one value and a map",
    reason: "what is stored is not found in the other form",
    danger: "Entries of the old form are out of reach, and the store seems empty.",
    wayOut: "Add a store of the new kind under another name, and move the entries.",
  },
  "state.version.migrated": {
    severity: safe,
    title: "a state store has a new version, and the old one can be read",
    reason: "`acceptedVersions` names the version that stored entries have; code of the old " +
      "version cannot read what is written with the new one",
  },
  "state.version.dropped": {
    severity: dangerous,
    title: "a state store has a new version, and the old one cannot be read",
    reason: "`acceptedVersions` does not name the version that stored entries have",
    danger: "Entries that were stored with the old version are refused when they are read.",
    wayOut:
      "Add the old version and its schema to `acceptedVersions`, and migrate entries as they " +
      "are read.",
  },
  "state.version.reused": {
    severity: dangerous,
    title: "a state store reads a version that an earlier contract declared otherwise",
    reason: "entries of this version may still be stored",
    danger:
      "Entries that the earlier contract wrote under the same version are refused when they " +
      "do not fit, because nothing tells them from new ones.",
    wayOut: "Name the version otherwise: a name of a version is used once.",
  },
  "state.accepted.added": {
    severity: safe,
    title: "a state store can read another older version",
    reason: "every version that could be read still can",
  },
  "state.accepted.removed": {
    severity: dangerous,
    title: "a state store can no longer read an older version",
    reason: "some entries may still have that version",
    danger: "A user or device that was away for long still has entries of that version; they are " +
      "refused.",
    wayOut: "Keep the version in `acceptedVersions`; it costs nothing.",
  },
};
