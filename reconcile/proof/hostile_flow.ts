/** What the broker must refuse of feeds and files: subscribing, reading on, sending and fetching as somebody else. */
import { type Caller, callerToken } from "../../contracts/identity/caller.ts";
import { creditSubject } from "../../contracts/stored/feed_names.ts";
import {
  pullSubject,
  sentBy,
  sentChunk,
  sentChunks,
  sentSubjects,
  transferStream,
} from "../../contracts/stored/transfer_names.ts";
import type { FlowGrant } from "../grants/grant.ts";
import type { Others } from "./others.ts";

/** What nobody but Trellis may do with the stream of files on their way, not even their service. */
export function managedTransfer(stream: string | undefined, nobody: string): readonly string[] {
  if (stream === undefined) return [];
  return [
    `$JS.API.STREAM.UPDATE.${stream}`,
    `$JS.API.STREAM.MSG.DELETE.${stream}`,
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.STREAM.SNAPSHOT.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.${nobody}.>`,
    `$JS.API.CONSUMER.CREATE.${stream}.${nobody}.transfer.send.>`,
    `$JS.API.CONSUMER.CREATE.${stream}.${nobody}.${sentSubjects(`operations.v1.${nobody}.Put`)}`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${nobody}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${nobody}`,
  ];
}

/** Reading and removing what is on its way to another service, and asking it for files. */
export function foreignFiles(nobody: string): readonly string[] {
  const stream = transferStream(nobody);
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.STREAM.PURGE.${stream}`,
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}.a`,
    `$JS.API.CONSUMER.CREATE.${stream}.${nobody}.${sentSubjects(`operations.v1.${nobody}.Put`)}`,
    `$JS.FC.${stream}.${nobody}.1`,
    sentChunk(`operations.v1.${nobody}.Put`, nobody, "a", 0),
    `${pullSubject(`rpc.v1.${nobody}.Get`)}.${nobody}`,
    `feeds.v1.${nobody}.Changes.${nobody}`,
    `${creditSubject(`feeds.v1.${nobody}.Changes`, nobody)}.${nobody}`,
  ];
}

/** Using a surface as somebody else. @param asOthers every way to do so on a subject that ends with the caller */
export function foreignFlow(
  { kind, subject }: FlowGrant,
  caller: Caller,
  others: Others,
  asOthers: (subject: string, caller: Caller, others: Others) => readonly string[],
): readonly string[] {
  if (subject === undefined) return [];
  const own = callerToken(caller);
  const other = `${own.slice(0, 1)}-${caller.principal.id}-${others.session}`;
  switch (kind) {
    case "feed":
    case "follow": {
      const credit = creditSubject(subject, others.session);
      return [
        ...asOthers(subject, caller, others),
        credit,
        `${credit}.*`,
        `${credit}.${other}`,
        `${credit}.${own}.more`,
        `${subject}.credit.${own}`,
      ];
    }
    case "take":
    case "send":
      return [
        sentChunk(subject, other, others.nobody, 0),
        sentBy(subject, other),
        sentSubjects(subject),
        sentChunks(subject, others.nobody),
        `${sentChunk(subject, own, others.nobody, 0)}.more`,
        `transfer.send.${subject}.${own}.${others.nobody}`,
        `transfer.send.${subject}.${others.nobody}.${own}.a.0`,
      ];
    case "hand":
    case "fetch":
      return asOthers(pullSubject(subject), caller, others);
  }
}

/** What is meant for whoever serves, or for another instance. */
export function overheardFlow(
  { kind, subject }: FlowGrant,
  { session }: Others,
): readonly string[] {
  if (subject === undefined) return [];
  const serves = kind === "feed" || kind === "hand";
  switch (kind) {
    case "feed":
    case "follow":
      return [
        `${creditSubject(subject, "*")}.*`,
        `${creditSubject(subject, session)}.*`,
        ...(serves ? [] : [`${subject}.*`]),
      ];
    case "take":
    case "send":
      return [sentSubjects(subject), `transfer.send.${subject}.>`];
    case "hand":
    case "fetch":
      return [`${pullSubject("*")}.>`, ...(serves ? [] : [`${pullSubject(subject)}.*`])];
  }
}
