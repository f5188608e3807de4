import type { Entries } from "./catalogue_entry.ts";
import type { CodesOf } from "./change_code.ts";

const safe = "safe";
const dangerous = "dangerous";

/** Changes of the files that go with operations and RPCs. */
export const transferEntries: Entries<CodesOf<"transfer">> = {
  "transfer.send.added": {
    severity: dangerous,
    title: "an operation takes a file now",
    reason: "callers start it without one",
    danger: "Callers of the old contract send no file. What they start waits for it in vain, and " +
      "ends with an error when its time is over; so does what was started before.",
    wayOut:
      "Add an operation of another name that takes the file, and keep this one until all have " +
      "moved.",
  },
  "transfer.send.removed": {
    severity: dangerous,
    title: "an operation takes no file any more",
    reason: "callers send one",
    danger:
      "Callers of the old contract may send no more of it, and starting fails for them. Files on " +
      "their way are never stored; what came of them is kept for an hour. What is stored stays.",
    wayOut: "Add an operation of another name without the file, and keep this one until all have " +
      "moved and no file is on its way.",
  },
  "transfer.receive.added": {
    severity: safe,
    title: "answers may grant files",
    reason: "callers that do not know of it fetch none",
  },
  "transfer.receive.removed": {
    severity: dangerous,
    title: "answers grant no files any more",
    reason: "callers fetch them",
    danger: "Grants that were given lead nowhere any more, and what is being fetched breaks off. " +
      "The files stay in their store.",
    wayOut: "Stop granting files first, and accept when the last grant has expired.",
  },
  "transfer.store.changed": {
    severity: dangerous,
    title: "files are in another store",
    reason: "those of before stay where they are",
    danger:
      "Nothing is moved: what was sent before is found under its key in the store of before " +
      "only, and what is granted comes from the other one. Files on their way go into the new one.",
    wayOut:
      "If the store has another alias now, say `renamedFrom` in it: it keeps what is in it. " +
      "Otherwise copy the files over, or look in both.",
  },
  "transfer.key.changed": {
    severity: dangerous,
    title: "files are stored under another key",
    reason: "those of before keep the key that they have",
    danger:
      "Whoever looks for a file by the key of before finds none of those that are sent from " +
      "now on, and may find an older one. Files on their way get the new key.",
    wayOut: "Look for files by what the handler has noted of them, or copy those of before to " +
      "their new keys.",
  },
  "transfer.contentType.changed": {
    severity: dangerous,
    title: "files get their media type from somewhere else",
    reason: "callers may have something else there",
    danger:
      "A start with a text there that is no media type is refused, and files may be stored without " +
      "the type that their readers expect. Those of before keep theirs.",
    wayOut: "Make sure that callers write media types there, then accept.",
  },
  "transfer.maxBytes.reduced": {
    severity: dangerous,
    title: "an operation takes only smaller files",
    reason: "callers may send larger ones",
    danger: "Files over the new limit are refused, those on their way too. What is stored stays.",
    wayOut: "Tell those who send files, or keep the limit.",
  },
  "transfer.maxBytes.raised": {
    severity: safe,
    title: "an operation takes files as large as before, or larger",
    reason: "what was small enough before still is",
  },
  "transfer.expiry.reduced": {
    severity: dangerous,
    title: "callers have less time to send a file",
    reason: "a slow one may need the time that it had",
    danger: "A file that takes longer to come is refused, and has to be sent again.",
    wayOut: "Keep the time, or see first how long the largest files take.",
  },
  "transfer.expiry.raised": {
    severity: safe,
    title: "callers have more time to send a file",
    reason: "what came in time before still does",
  },
};
