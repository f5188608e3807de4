/** What feeds and files take: those who serve them, and those who use them. */
import { creditSubject } from "../../contracts/stored/feed_names.ts";
import {
  grantKey,
  pullSubject,
  sentBy,
  sentSubjects,
} from "../../contracts/stored/transfer_names.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import type { CallerTokens } from "./caller_tokens.ts";
import type { FlowGrant } from "./grant.ts";
import { literalSubject } from "./literal_subject.ts";
import type { PermissionLine } from "./permission_line.ts";
import { deliveryParts } from "./resource_lines.ts";
import { literal } from "./work_lines.ts";

/** A subject and the part of the work that needs it. */
type Part = Omit<PermissionLine, "why">;

/** What it publishes; nothing while nobody has the surface accepted. */
export function flowPublishLines(
  { kind, subject }: FlowGrant,
  { caller }: Pick<CallerTokens, "caller">,
  bindings: Bindings | undefined,
  why: string,
): readonly PermissionLine[] {
  if (subject === undefined) return [];
  const surface = literalSubject(subject);
  const itself = kind === "feed" || kind === "take" || kind === "hand" ? " itself" : "";
  const parts: Part[] = [];
  switch (kind) {
    case "feed":
    case "follow":
      parts.push(
        { subject: `${surface}.${caller}`, part: `subscribe to it${itself}` },
        {
          subject: `${creditSubject(surface, "*")}.${caller}`,
          part: `say how much of it was read${itself}`,
        },
      );
      break;
    case "take":
    case "send":
      parts.push({ subject: sentBy(surface, caller), part: `send one${itself}` });
      if (kind === "take") parts.push(...takeParts(bindings?.transfer, surface));
      break;
    case "hand":
    case "fetch":
      parts.push({ subject: `${pullSubject(surface)}.${caller}`, part: `fetch one${itself}` });
  }
  if (kind === "hand") parts.push(...grantParts(bindings?.records));
  return parts.map((part) => ({ ...part, why }));
}

/** What it listens on: only those do who serve. */
export function flowSubscribeLines(
  { kind, subject }: FlowGrant,
  { session }: Pick<CallerTokens, "session">,
  why: string,
): readonly PermissionLine[] {
  if (subject === undefined) return [];
  const surface = literalSubject(subject);
  switch (kind) {
    case "feed":
      return [
        { subject: `${surface}.*`, why, part: "be subscribed to" },
        {
          subject: `${creditSubject(surface, session)}.*`,
          why,
          part: "be told how much of it was read",
        },
      ];
    case "hand":
      return [{ subject: `${pullSubject(surface)}.*`, why, part: "be asked for them" }];
    default:
      return [];
  }
}

/** What was granted is noted, and looked up when it is asked for. */
function grantParts(records: string | undefined): readonly Part[] {
  if (records === undefined) return [];
  const bucket = literal(records);
  return [
    { subject: `$KV.${bucket}.${grantKey("*")}`, part: "note what was granted" },
    { subject: `$JS.API.STREAM.INFO.KV_${bucket}`, part: "open the bucket of grants" },
    { subject: `$JS.API.STREAM.MSG.GET.KV_${bucket}`, part: "look up what was granted" },
  ];
}

/** What comes is followed, read in order, and removed when the store has it. */
function takeParts(transfer: string | undefined, surface: string): readonly Part[] {
  if (transfer === undefined) return [];
  const stream = literal(transfer);
  return [
    { subject: `$JS.API.STREAM.INFO.${stream}`, part: "see what has come of them" },
    { subject: `$JS.API.DIRECT.GET.${stream}`, part: "read what has come of them" },
    ...deliveryParts(stream, sentSubjects(surface), "what comes of them"),
    { subject: `$JS.API.STREAM.PURGE.${stream}`, part: "remove what was stored" },
  ];
}
