/**
 * What a session must not be able to do: the one list of it. Each action is harmless also where a server
 * lets it through: see {@link HARMLESS}.
 *
 * @module
 */

import { type Caller, callerToken } from "../../contracts/identity/caller.ts";
import {
  ALL_REQUESTS_SUBJECT,
  ALL_STEPS_SUBJECT,
  requestsSubject,
  stepsSubject,
  WATCH_SUBJECT,
} from "../../contracts/live/live_subjects.ts";
import { AUTHORITY_BUCKET } from "../../contracts/stored/authority_records.ts";
import { bootstrapSubject } from "../../contracts/stored/bootstrap.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import { foreignFiles, foreignFlow, managedTransfer, overheardFlow } from "./hostile_flow.ts";
import { OWN_STREAMS } from "../../contracts/stored/own_streams.ts";
import { SESSIONS_BUCKET } from "../../contracts/stored/session_record.ts";
import { indexStream, objectStream } from "../../contracts/stored/store_names.ts";
import { type Grant, isFlowGrant } from "../grants/grant.ts";
import { queuesOf } from "./hostile_queues.ts";
import type { Others } from "./others.ts";

export type { Others } from "./others.ts";

/** Something that the broker must refuse to a session. */
export interface HostileAction {
  readonly verb: "publish" | "subscribe";
  readonly subject: string;
  /** What would be reached, as the end of "it must not ...". */
  readonly what: string;
}

/** Who tries, what it may use, and what belongs to somebody else. */
export interface Reach {
  readonly caller: Caller;
  /** What it was given: it tries to get more out of it. */
  readonly bindings: Pick<Bindings, "kv" | "store" | "transfer">;
  readonly grants: readonly Grant[];
  /** The name that discovery knows it by. */
  readonly discovery: string;
  readonly others: Others;
  /** True where the data is somebody's: an order that destroys without a body is aimed at others only. */
  readonly live: boolean;
}

/**
 * What every publication carries. The body is JSON that ends too early: no API takes it for an order, and
 * no RPC for an input. No stream stores what is meant for a stream of another name. There is no reply
 * subject, so that nobody answers.
 */
export const HARMLESS = {
  body: "{",
  header: (others: Others): readonly [name: string, value: string] => [
    "Nats-Expected-Stream",
    others.nobody,
  ],
} as const;

/** Everything that the broker must refuse. */
export function hostileActions(reach: Reach): readonly HostileAction[] {
  const of = (verb: HostileAction["verb"], what: string, subjects: readonly string[]) =>
    [...new Set(subjects)].map((subject): HostileAction => ({ verb, subject, what }));
  return [
    ...of("publish", "manage streams and consumers", management(reach)),
    ...of("publish", "use what the server keeps for itself", SERVER),
    ...of("publish", "reach data of others", foreignData(reach)),
    ...of("publish", "ask or tell as somebody else, or more than its own", foreignSubjects(reach)),
    ...of("subscribe", "hear what others are sent, alone or in a queue group", overheard(reach)),
  ];
}

const SERVER = [
  "$JS.API.INFO",
  "$JS.API.STREAM.LIST",
  "$JS.API.STREAM.NAMES",
  "$SYS.REQ.SERVER.PING",
  "$SYS.REQ.USER.AUTH",
  "$SYS.REQ.ACCOUNT.PING.CONNZ",
  "$SRV.PING",
];

/** What nobody but Trellis may do, whoever it is, with its own streams too. */
function management({ bindings, others, live }: Reach): readonly string[] {
  const { nobody } = others;
  const streams = [
    ...buckets({ bindings }).map((bucket) => `KV_${bucket}`),
    ...stores({ bindings }).flatMap((store) => [objectStream(store), indexStream(store)]),
    ...streamsOf(others),
    ...OWN_STREAMS,
  ];
  return [
    `$JS.API.STREAM.CREATE.${nobody}`,
    ...(live ? streamsOf(others) : streams).map((stream) => `$JS.API.STREAM.DELETE.${stream}`),
    ...streams.flatMap((stream) => [
      `$JS.API.STREAM.UPDATE.${stream}`,
      `$JS.API.STREAM.MSG.DELETE.${stream}`,
      `$JS.API.STREAM.SNAPSHOT.${stream}`,
      `$JS.API.STREAM.RESTORE.${stream}`,
      `$JS.API.STREAM.PEER.REMOVE.${stream}`,
      `$JS.API.CONSUMER.CREATE.${stream}`,
      `$JS.API.CONSUMER.CREATE.${stream}.${nobody}`,
      `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${nobody}`,
      `$JS.API.CONSUMER.DELETE.${stream}.${nobody}`,
      `$JS.API.CONSUMER.NAMES.${stream}`,
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${nobody}`,
      `$JS.API.DIRECT.GET.${stream}`,
      `$JS.ACK.${stream}.${nobody}.1.1.1.1.1`,
    ]),
    ...managedTransfer(bindings.transfer, nobody),
  ];
}

function foreignData({ bindings, others, live }: Reach): readonly string[] {
  const { bucket, store, nobody } = others;
  const streams = [...streamsOf(others), ...OWN_STREAMS];
  return [
    `$KV.${bucket}.a`,
    `outbox.${bucket}.a`,
    ...queuesOf(nobody),
    ...foreignFiles(nobody),
    `$KV.${store}__index.a`,
    `$KV.${AUTHORITY_BUCKET}.${nobody}`,
    `$KV.${SESSIONS_BUCKET}.${others.session}`,
    `$O.${store}.C.a`,
    `$O.${store}.M.a`,
    ...(live ? streamsOf(others) : streams).map((stream) => `$JS.API.STREAM.PURGE.${stream}`),
    ...streams.flatMap((stream) => [
      `$JS.API.STREAM.INFO.${stream}`,
      `$JS.API.STREAM.MSG.GET.${stream}`,
      `$JS.API.CONSUMER.LIST.${stream}`,
      `$JS.API.CONSUMER.CREATE.${stream}.${nobody}.>`,
      `$JS.FC.${stream}.${nobody}.1`,
    ]),
    `$JS.API.CONSUMER.CREATE.KV_${bucket}.${nobody}.$KV.${bucket}.>`,
    ...buckets({ bindings }).flatMap((own) => [
      `$KV.${own}`,
      `$JS.API.CONSUMER.CREATE.KV_${own}.${nobody}.$KV.${bucket}.>`,
      `$JS.API.CONSUMER.CREATE.KV_${own}.${nobody}.>`,
      `$JS.API.CONSUMER.LIST.KV_${own}`,
    ]),
    ...stores({ bindings }).flatMap((own) => [
      `$O.${own}.C.a.b`,
      `$O.${own}.C`,
      `$O.${own}.X.a`,
    ]),
  ];
}

function foreignSubjects({ caller, grants, others }: Reach): readonly string[] {
  const { session, nobody } = others;
  return [
    ...grants.flatMap((grant) =>
      grant.kind === "serve" || grant.kind === "call"
        ? asOthers(grant.subject, caller, others)
        : isFlowGrant(grant)
        ? foreignFlow(grant, caller, others, asOthers)
        : grant.kind === "operate" || grant.kind === "start"
        ? [grant.subject, grant.subject && `${grant.subject}.control`]
          .flatMap((subject) => asOthers(subject, caller, others))
        : grant.kind === "publish"
        ? otherEvents(grant.subject, grant.params, nobody)
        : []
    ),
    `rpc.v1.${nobody}.Call.${callerToken(caller)}`,
    `events.v1.${nobody}.Happened.a`,
    bootstrapSubject(session),
    bootstrapSubject("*"),
    bootstrapSubject(">"),
    WATCH_SUBJECT,
    ...foreignReports(caller, others),
  ];
}

/** Reports of requests and of steps that others make. */
function foreignReports({ principal, session }: Caller, others: Others): readonly string[] {
  const { id: deployment } = principal;
  return [
    requestsSubject({ deployment: others.nobody, instance: session }),
    requestsSubject({ deployment, instance: others.session }),
    `${requestsSubject({ deployment, instance: session })}.more`,
    ALL_REQUESTS_SUBJECT,
    stepsSubject(session),
    ALL_STEPS_SUBJECT,
  ];
}

/** Every way to ask as somebody else, or for more, on a subject that ends with the caller's own token. */
function asOthers(rpc: string | undefined, caller: Caller, others: Others): readonly string[] {
  if (rpc === undefined) return [];
  const own = callerToken(caller);
  const [kind, id] = [own.slice(0, 1), caller.principal.id];
  const group = rpc.slice(0, rpc.lastIndexOf("."));
  return [
    rpc,
    `${rpc}.*`,
    `${rpc}.>`,
    `${rpc}.${own}.more`,
    `${rpc}.more.${own}`,
    `${rpc}.${kind}-${id}-${others.session}`,
    `${rpc}.${kind}-other-${caller.session}`,
    `${rpc}.o-${id}-${caller.session}`,
    `${rpc}.${own.toUpperCase()}`,
    `${rpc}.${own}x`,
    `${rpc}.${own.slice(0, -1)}`,
    `${group}.*.${own}`,
    `${group}.${others.nobody}.${own}`,
  ];
}

function otherEvents(
  event: string | undefined,
  params: number,
  nobody: string,
): readonly string[] {
  if (event === undefined) return [];
  return [
    ...(params === 0 ? [] : [event]),
    event + ".a".repeat(params + 1),
    `${event.slice(0, event.lastIndexOf("."))}.${nobody}${".a".repeat(params)}`,
  ];
}

function overheard({ caller, bindings, grants, discovery, others }: Reach): readonly string[] {
  const { session, nobody } = others;
  return [
    ...[">", "*", "*.>", "_INBOX.>", "_INBOX.*.>", `_INBOX.${session}.>`],
    ...["$SYS.>", "$JS.>", "$JS.EVENT.ADVISORY.>", "$KV.>", "events.>", "rpc.>"],
    ...["feeds.>", "transfer.>", `transfer.send.operations.v1.${nobody}.*.*.*`],
    ...[...buckets({ bindings }), others.bucket].map((bucket) => `$KV.${bucket}.>`),
    ...[...stores({ bindings }), others.store].map((store) => `$O.${store}.>`),
    ...grants.flatMap((grant) => {
      if (!("subject" in grant) || grant.subject === undefined) return [];
      if (grant.kind === "publish") {
        const isHeard = grants.some((other) =>
          other.kind === "subscribe" && other.subject === grant.subject
        );
        return isHeard ? [] : [grant.subject + ".*".repeat(grant.params)];
      }
      if (isFlowGrant(grant)) return overheardFlow(grant, others);
      const tokens = grant.subject.split(".");
      const wider = (from: number) => [...tokens.slice(0, from), "*", ...tokens.slice(from + 1)];
      return [
        ...(grant.kind === "call" || grant.kind === "start" ? [`${grant.subject}.*`] : []),
        `${wider(tokens.length - 1).join(".")}.*`,
        `${wider(2).join(".")}.*`,
      ];
    }),
    `rpc.v1.${nobody}.Call.*`,
    bootstrapSubject("*"),
    ...["trellis.>", "trellis.v1.*", ALL_REQUESTS_SUBJECT, ALL_STEPS_SUBJECT],
    requestsSubject({ deployment: caller.principal.id, instance: caller.session }),
    "$SRV.>",
    `$SRV.*.${nobody}`,
    `$SRV.*.${discovery}.${session}`,
  ];
}

function streamsOf({ bucket, store }: Others): readonly string[] {
  return [`KV_${bucket}`, objectStream(store), indexStream(store)];
}

function buckets({ bindings }: Pick<Reach, "bindings">): readonly string[] {
  return Object.values(bindings.kv).map(({ bucket }) => bucket);
}

function stores({ bindings }: Pick<Reach, "bindings">): readonly string[] {
  return Object.values(bindings.store).map(({ name }) => name);
}
