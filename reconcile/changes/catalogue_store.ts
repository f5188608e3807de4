import type { Entries } from "./catalogue_entry.ts";
import type { CodesOf } from "./change_code.ts";

const safe = "safe";
const dangerous = "dangerous";

/** Changes of store resources. */
export const storeEntries: Entries<CodesOf<"store">> = {
  "store.added": {
    severity: safe,
    title: "a store is added",
    reason: "a new store holds no objects yet",
  },
  "store.reattached": {
    severity: safe,
    title: "a store that was kept is bound again",
    reason: "its old objects are there again; what of them would be lost is reported beside this",
  },
  "store.removed": {
    severity: dangerous,
    title: "a store is no longer asked for",
    reason: "its objects would be out of the service's reach",
    danger: "The store is detached: no service can read or write it. Its objects stay until " +
      "they are deleted.",
    wayOut: "If the alias was renamed, say `renamedFrom` in the new one: the store is then kept. " +
      "Otherwise make sure that no one needs the objects, and accept.",
  },
  "store.renamed": {
    severity: dangerous,
    title: "a store gets another alias",
    reason: "older code of the service does not find the store under its new alias",
    danger: "The objects stay where they are, but instances that still run the old contract lose " +
      "their binding when this is reconciled.",
    wayOut: "Stop or update every instance of the old contract, then accept.",
  },
  "store.renamed.retired": {
    severity: dangerous,
    title: "a store alias is to come from one that is retired",
    reason: "the objects of the former alias would stay behind in the store that was kept",
    danger: "The new alias gets a store without those objects. What was kept stays where it is, " +
      "out of the service's reach.",
    wayOut: "Declare the former alias again and accept that: its objects are there again. Then " +
      "rename it. To begin without them, leave `renamedFrom` out.",
  },
  "store.ttl.increased": {
    severity: safe,
    title: "objects live longer",
    reason: "no object disappears earlier than before",
  },
  "store.ttl.removed": {
    severity: safe,
    title: "objects no longer expire",
    reason: "no object disappears any more",
  },
  "store.ttl.added": {
    severity: dangerous,
    title: "objects expire from now on",
    reason: "objects that are older than the limit disappear at once",
    danger: "What was stored to stay is deleted once it is older than `ttlMs`, old objects the " +
      "moment this is reconciled.",
    wayOut:
      "Put what may expire into a store of its own, or write the objects that must stay again " +
      "and accept.",
  },
  "store.ttl.reduced": {
    severity: dangerous,
    title: "objects expire earlier",
    reason: "objects that are older than the limit disappear at once",
    danger: "Objects older than the new `ttlMs` are deleted the moment this is reconciled.",
    wayOut: "Keep `ttlMs`, or write the objects that must stay again, and accept.",
  },
  "store.maxTotalBytes.increased": {
    severity: safe,
    title: "a store may grow larger",
    reason: "everything that fits today still fits",
  },
  "store.maxTotalBytes.removed": {
    severity: safe,
    title: "a store has no total limit any more",
    reason: "everything that fits today still fits",
  },
  "store.maxTotalBytes.added": {
    severity: dangerous,
    title: "a store gets a total limit",
    reason: "what is stored may be more than the limit",
    danger:
      "A store that is fuller than its limit takes no new objects until some are deleted. What is " +
      "stored stays.",
    wayOut: "Choose a limit well above what is stored, or delete objects first.",
  },
  "store.maxTotalBytes.reduced": {
    severity: dangerous,
    title: "a store must stay smaller",
    reason: "what is stored may be more than the limit",
    danger:
      "A store that is fuller than its limit takes no new objects until some are deleted. What is " +
      "stored stays.",
    wayOut: "Keep a limit well above what is stored, or delete objects first.",
  },
  "store.maxObjectBytes.increased": {
    severity: safe,
    title: "larger objects may be stored",
    reason: "every object that was allowed still is",
  },
  "store.maxObjectBytes.removed": {
    severity: safe,
    title: "objects have no size limit of their own any more",
    reason: "every object that was allowed still is",
  },
  "store.maxObjectBytes.added": {
    severity: dangerous,
    title: "objects get a size limit",
    reason: "larger objects can no longer be stored",
    danger: "Larger objects stay readable, but cannot be stored again.",
    wayOut: "Choose a limit above the largest stored object.",
  },
  "store.maxObjectBytes.reduced": {
    severity: dangerous,
    title: "objects must be smaller",
    reason: "larger objects can no longer be stored",
    danger: "Larger objects stay readable, but cannot be stored again.",
    wayOut: "Keep a limit above the largest stored object.",
  },
  "store.purpose.changed": {
    severity: safe,
    title: "the purpose of a store is put differently",
    reason: "words for people change nothing at run time",
  },
  "store.required.changed": {
    severity: safe,
    title: "a store becomes optional or required",
    reason: "the store and its binding stay; only the type that the service's code sees changes",
  },
  "store.adopted": {
    severity: dangerous,
    title: "an existing object store is taken over",
    reason: "the store is not this deployment's",
    danger:
      "The program that made the store may still write to it, and this deployment reads what it finds " +
      "there. Its settings are changed to what the contract asks for. Objects that other tools wrote " +
      "stay, but services do not see them.",
    wayOut: "Name another alias to get a store of its own. To take this one over, make sure that " +
      "no other program uses it, and accept.",
  },
  "store.adopted.retention": {
    severity: dangerous,
    title: "an existing object store keeps objects for less time",
    reason: "the contract asks for an earlier end than the store has",
    danger: "Objects older than the contract's `ttlMs` are deleted when the store is taken over.",
    wayOut: "Ask for the `ttlMs` that the store has; tighten it later if you must.",
  },
  "store.adopted.limits": {
    severity: dangerous,
    title: "an existing object store may hold less than before",
    reason: "the contract's size limits are tighter than those of the store",
    danger:
      "Larger objects cannot be stored again, and a store that is fuller than its limit takes " +
      "no new ones until some are deleted.",
    wayOut: "Ask for the limits that the store has, or for none.",
  },
  "store.data.deleted": {
    severity: dangerous,
    title: "the objects of a retired store are deleted",
    reason: "they cannot be brought back",
    danger: "The store is removed from the server with every object in it.",
    wayOut:
      "Leave it retired: the data is kept until it is deleted. Or take a backup of both streams " +
      "first.",
  },
};
