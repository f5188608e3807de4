import type { KvResourceBinding, StoreResourceBinding } from "../../contracts/stored/bindings.ts";
import { outboxSubjects } from "../../contracts/stored/outbox.ts";
import { indexBucket, objectStream } from "../../contracts/stored/store_names.ts";
import type { PermissionLine } from "./permission_line.ts";

/** A subject and the part of the work that needs it. */
type Part = Omit<PermissionLine, "why">;

/** Servers that name the domain and the account in their flow control. */
const NEWER = "servers with js_ack_fc_v2, which is off in 2.14";

const BUCKET_NAME = /^[A-Za-z0-9_-]+$/;

/** What the owner of a KV bucket publishes to use it, and nothing that another bucket would take. */
export function bucketLines(
  { bucket, outbox = 0 }: KvResourceBinding,
  why: string,
): PermissionLine[] {
  const name = literal(bucket);
  const parts = bucketParts(name, "keys");
  if (outbox > 0) parts.push({ subject: outboxSubjects(name), part: "commit events with them" });
  return withWhy(why, parts);
}

/** The same of a blob store: its objects, and the index that leads to them. */
export function storeLines({ name }: StoreResourceBinding, why: string): PermissionLine[] {
  const store = literal(name);
  const stream = objectStream(store);
  return withWhy(why, [
    { subject: `$O.${store}.C.*`, part: "write the bytes of objects" },
    { subject: `$O.${store}.M.*`, part: "describe objects" },
    { subject: `$JS.API.STREAM.INFO.${stream}`, part: "open it" },
    { subject: `$JS.API.STREAM.MSG.GET.${stream}`, part: "read small objects" },
    ...deliveryParts(stream, `$O.${store}.>`, "large objects"),
    {
      subject: `$JS.API.CONSUMER.LIST.${stream}`,
      part: "spare what is being read in a full store",
    },
    { subject: `$JS.API.STREAM.PURGE.${stream}`, part: "make room in a full store" },
    ...bucketParts(indexBucket(store), "names of objects"),
  ]);
}

function bucketParts(bucket: string, what: string): Part[] {
  const stream = `KV_${bucket}`;
  return [
    { subject: `$KV.${bucket}.>`, part: `write ${what}` },
    { subject: `$JS.API.STREAM.INFO.${stream}`, part: `open it and count ${what}` },
    { subject: `$JS.API.STREAM.MSG.GET.${stream}`, part: `read ${what}` },
    ...deliveryParts(stream, `$KV.${bucket}.>`, what),
    { subject: `$JS.API.STREAM.PURGE.${stream}`, part: `delete ${what} where no room is left` },
  ];
}

/** What is read of a stream to go through everything that it has of some subjects. */
export function historyLines(stream: string, subjects: string, why: string): PermissionLine[] {
  return withWhy(why, deliveryParts(literal(stream), subjects, "events"));
}

/** A consumer that pushes, and the answers to its flow control. It goes away by itself. */
export function deliveryParts(
  stream: string,
  subjects: string,
  what: string,
): Omit<PermissionLine, "why">[] {
  return [
    { subject: `$JS.API.CONSUMER.CREATE.${stream}.*.${subjects}`, part: `go through ${what}` },
    { subject: `$JS.FC.${stream}.>`, part: `go through many ${what}` },
    { subject: `$JS.FC.*.*.${stream}.>`, part: `go through many ${what}`, keptFor: NEWER },
  ];
}

function withWhy(why: string, parts: readonly Part[]): PermissionLine[] {
  return parts.map(({ subject, ...rest }) => ({ subject, why, ...rest }));
}

/** A name with a dot or a wildcard would stand for other buckets too. */
function literal(name: string): string {
  if (!BUCKET_NAME.test(name)) throw new RangeError(`no name of a bucket: ${name}`);
  return name;
}
