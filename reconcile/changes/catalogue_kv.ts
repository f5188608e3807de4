import type { Entries } from "./catalogue_entry.ts";
import type { CodesOf } from "./change_code.ts";

const safe = "safe";
const dangerous = "dangerous";

/** Changes of KV resources. */
export const kvEntries: Entries<CodesOf<"kv">> = {
  "kv.added": {
    severity: safe,
    title: "a KV bucket is added",
    reason: "a new bucket holds no data yet",
  },
  "kv.reattached": {
    severity: safe,
    title: "a KV bucket that was kept is bound again",
    reason: "its old data is there again; what of it would be lost is reported beside this",
  },
  "kv.reattached.schema": {
    severity: dangerous,
    title: "a KV bucket that was kept holds values of an earlier contract",
    reason: "nothing says that the kept values fit the contract's schema",
    danger: "Reading a value that does not fit is an error, for each such key.",
    wayOut:
      "Ask for the schema that the values were written with, or write those that do not fit " +
      "again so that they do, and accept.",
  },
  "kv.removed": {
    severity: dangerous,
    title: "a KV bucket is no longer asked for",
    reason: "its data would be out of the service's reach",
    danger: "The bucket is detached: no service can read or write it. Its data stays until it " +
      "is deleted.",
    wayOut:
      "If the alias was renamed, say `renamedFrom` in the new one: the bucket is then kept. " +
      "Otherwise make sure that no one needs the data, and accept.",
  },
  "kv.renamed": {
    severity: dangerous,
    title: "a KV bucket gets another alias",
    reason: "older code of the service does not find the bucket under its new alias",
    danger:
      "The data stays where it is, but instances that still run the old contract lose their " +
      "binding when this is reconciled.",
    wayOut: "Stop or update every instance of the old contract, then accept.",
  },
  "kv.renamed.retired": {
    severity: dangerous,
    title: "a KV alias is to come from one that is retired",
    reason: "the data of the former alias would stay behind in the bucket that was kept",
    danger: "The new alias gets a bucket without that data. What was kept stays where it is, out " +
      "of the service's reach.",
    wayOut:
      "Declare the former alias again and accept that: its data is there again. Then rename " +
      "it. To begin without the data, leave `renamedFrom` out.",
  },
  "kv.history.increased": {
    severity: safe,
    title: "more revisions of a key are kept",
    reason: "nothing that is kept today goes away",
  },
  "kv.history.reduced": {
    severity: dangerous,
    title: "fewer revisions of a key are kept",
    reason: "the server drops older revisions at once",
    danger:
      "Revisions beyond the new number are gone the moment this is reconciled; they cannot be " +
      "brought back.",
    wayOut: "Keep `history` as it is, or copy the revisions that matter, and accept.",
  },
  "kv.ttl.increased": {
    severity: safe,
    title: "entries live longer",
    reason: "no entry disappears earlier than before",
  },
  "kv.ttl.removed": {
    severity: safe,
    title: "entries no longer expire",
    reason: "no entry disappears any more",
  },
  "kv.ttl.added": {
    severity: dangerous,
    title: "entries expire from now on",
    reason: "entries that are older than the limit disappear at once",
    danger: "What was written to stay is deleted once it is older than `ttlMs`, old entries the " +
      "moment this is reconciled.",
    wayOut: "Put what may expire into a bucket of its own, or rewrite the entries that must stay " +
      "and accept.",
  },
  "kv.ttl.reduced": {
    severity: dangerous,
    title: "entries expire earlier",
    reason: "entries that are older than the limit disappear at once",
    danger: "Entries older than the new `ttlMs` are deleted the moment this is reconciled.",
    wayOut: "Keep `ttlMs`, or rewrite the entries that must stay, and accept.",
  },
  "kv.maxValueBytes.increased": {
    severity: safe,
    title: "larger values may be written",
    reason: "every value that was allowed still is",
  },
  "kv.maxValueBytes.removed": {
    severity: safe,
    title: "values have no size limit of their own any more",
    reason: "every value that was allowed still is",
  },
  "kv.maxValueBytes.added": {
    severity: dangerous,
    title: "values get a size limit",
    reason: "larger values can no longer be written",
    danger:
      "Larger values stay readable, but writing one again fails, also when it only changes a " +
      "little.",
    wayOut: "Choose a limit above the largest stored value, or make those values smaller first.",
  },
  "kv.maxValueBytes.reduced": {
    severity: dangerous,
    title: "values must be smaller",
    reason: "larger values can no longer be written",
    danger:
      "Larger values stay readable, but writing one again fails, also when it only changes a " +
      "little.",
    wayOut: "Keep a limit above the largest stored value, or make those values smaller first.",
  },
  "kv.purpose.changed": {
    severity: safe,
    title: "the purpose of a KV bucket is put differently",
    reason: "words for people change nothing at run time",
  },
  "kv.required.changed": {
    severity: safe,
    title: "a KV bucket becomes optional or required",
    reason: "the bucket and its binding stay; only the type that the service's code sees changes",
  },
  "kv.outbox.added": {
    severity: safe,
    title: "events can be committed together with values of a KV bucket",
    reason: "what is in the bucket stays as it is",
  },
  "kv.outbox.removed": {
    severity: dangerous,
    title: "events can no longer be committed together with values of a KV bucket",
    reason: "events may still wait in it to be published",
    danger:
      "An event that was committed and is not published yet when this is reconciled never is.",
    wayOut:
      "Stop every use of `client.transact` with this bucket while the service still runs, let it " +
      "publish what waits, then accept.",
  },
  "kv.changes.added": {
    severity: safe,
    title: "the changes of a KV bucket are published",
    reason: "what is in the bucket stays as it is; changes are published from now on",
  },
  "kv.projection.rebuild": {
    severity: safe,
    title: "the values of a projection are made again",
    reason:
      "they are made in another bucket, which takes the place of this one when it is whole; " +
      "this one is kept",
  },
  "kv.projection.added": {
    severity: dangerous,
    title: "a KV bucket becomes a projection",
    reason: "what handlers have written is replaced by what reducers make of events",
    danger:
      "Reads find what the events say, and nothing else, and handlers cannot write any more. " +
      "What was written stays in the bucket that was bound before, out of the service's reach.",
    wayOut: "Declare the projection under another alias, compare both, and remove this one then.",
  },
  "kv.projection.removed": {
    severity: dangerous,
    title: "a KV bucket is no longer a projection",
    reason: "its values do not follow the events any more",
    danger:
      "Values stay as they are until handlers write them. Where the projection was made again, " +
      "its first bucket is bound, with what was in it then.",
    wayOut:
      "Make sure that handlers write what the reducers made, or declare another alias for it.",
  },
  "kv.projection.incomplete": {
    severity: dangerous,
    title: "a projection is made of a history that is not whole",
    reason: "older events are gone from the stream",
    danger: "Values are made as if the events that are gone had never been published.",
    wayOut:
      'Declare `keep: "forever"` on events that projections are made of before they expire, or ' +
      "raise the age of the stream of events; publish what is missing again, or accept if newer " +
      "events say everything.",
  },
  "kv.changes.changed": {
    severity: dangerous,
    title: "the changes of a KV bucket are published as other events",
    reason: "those who consume the former events get no more of them",
    danger:
      "Consumers of the former events no longer learn how the bucket changes, and nothing tells " +
      "them. What has changed and is not published yet is published as the new events.",
    wayOut: "Have every consumer follow the new events as well, then accept.",
  },
  "kv.changes.removed": {
    severity: dangerous,
    title: "the changes of a KV bucket are no longer published",
    reason: "those who consume these events get no more of them",
    danger:
      "Consumers of the events no longer learn how the bucket changes, and nothing tells them. " +
      "What has changed and is not published yet never is.",
    wayOut: "Make sure that no one consumes the events any more, then accept.",
  },
  "kv.adopted": {
    severity: dangerous,
    title: "an existing KV bucket is taken over",
    reason: "the bucket is not this deployment's",
    danger:
      "The program that made the bucket may still write to it, and this deployment reads what it finds " +
      "there. Its settings are changed to what the contract asks for.",
    wayOut:
      "Name another alias to get a bucket of its own. To take this one over, make sure that " +
      "no other program uses it, and accept.",
  },
  "kv.adopted.retention": {
    severity: dangerous,
    title: "an existing KV bucket keeps less than before",
    reason: "the contract asks for less history, or an earlier end, than the bucket has",
    danger: "Revisions and entries beyond the contract's limits are deleted when the bucket is " +
      "taken over.",
    wayOut:
      "Ask for the `history` and `ttlMs` that the bucket has; tighten them later if you must.",
  },
  "kv.adopted.limits": {
    severity: dangerous,
    title: "an existing KV bucket takes smaller values than before",
    reason: "the bucket may hold values that are larger than the contract's limit",
    danger: "Larger values stay readable, but cannot be written again as they are.",
    wayOut: "Ask for the `maxValueBytes` that the bucket has, or for none.",
  },
  "kv.data.deleted": {
    severity: dangerous,
    title: "the data of a retired KV bucket is deleted",
    reason: "it cannot be brought back",
    danger: "The bucket is removed from the server with every value and revision in it.",
    wayOut:
      "Leave it retired: the data is kept until it is deleted. Or take a backup of the stream " +
      "first.",
  },
  "kv.adopted.schema": {
    severity: dangerous,
    title: "an existing KV bucket holds values of another writer",
    reason: "nothing says that the stored values fit the contract's schema",
    danger: "Reading a value that does not fit is an error, for each such key.",
    wayOut:
      "Compare the stored values with the schema, write those that do not fit again so that they " +
      "do, and accept.",
  },
};
