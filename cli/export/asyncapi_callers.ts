import { creditSubject, feedInbox } from "../../contracts/stored/feed_names.ts";
import { OPERATION_STATES } from "../../contracts/stored/operation_record.ts";
import type { ManifestOperation } from "../../contracts/manifest/manifest.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { watchInbox } from "../../runtime/operations/operation_control.ts";
import {
  type Channels,
  described,
  mergeChannels,
  message,
  ref,
  requestChannels,
} from "./asyncapi_parts.ts";
import { type ExportedContract, sorted } from "./exported_contract.ts";
import type { ExportedSchemas } from "./exported_schemas.ts";

/** What callers ask of a service: its RPCs, operations and feeds. */
export function callerChannels(contract: ExportedContract, schemas: ExportedSchemas): Channels {
  const { rpc, operations, feeds } = contract.manifest;
  return mergeChannels([
    ...sorted(rpc).map(([
      name,
      { subject, docs, input, output, errors = [], capabilities, transfer },
    ]) =>
      requestChannels(
        {
          subject,
          title: name,
          summary: docs?.summary,
          description: paragraphs(docs?.markdown, transfer && GRANTS),
          body: schemas.ref(contract, input),
          answer: schemas.ref(contract, output),
          errors: errors.map(({ type }) => type),
          capabilities: capabilities?.call,
        },
        contract,
        schemas,
      )
    ),
    ...sorted(operations).map(([name, operation]) =>
      operationChannels(name, operation, contract, schemas)
    ),
    ...sorted(feeds).map(([name]) => feedChannels(name, contract, schemas)),
  ]);
}

function operationChannels(
  name: string,
  operation: ManifestOperation,
  contract: ExportedContract,
  schemas: ExportedSchemas,
): Channels {
  const { subject, docs, input, progress, output, errors = [], signals } = operation;
  const { capabilities, transfer } = operation;
  const declared = errors.map(({ type }) => type);
  const record = {
    type: "object",
    required: ["id", "state", "attempt"],
    properties: {
      id: { type: "string" },
      state: { enum: OPERATION_STATES },
      attempt: { type: "integer", description: "Which try it is, from 1; 0 before the first." },
      progress: progress === undefined ? undefined : schemas.ref(contract, progress),
      output: schemas.ref(contract, output),
      error: { description: "Why it has failed, as errors are answered." },
      waitsFor: { type: "string" },
    },
  };
  const answer = {
    type: "object",
    required: ["record", "revision"],
    properties: { record, revision: { type: "integer", description: "0 while it has no record." } },
  };
  const common = { answer, errors: declared };
  const title = `${name}: control`;
  const watched = `${subject}.watch`;
  return mergeChannels([
    requestChannels(
      {
        ...common,
        subject,
        title: name,
        summary: docs?.summary,
        description: paragraphs(
          docs?.markdown,
          "Starts it. A start that is repeated with the same request id finds the same operation.",
          transfer && (transfer.direction === "send" ? BEGINS_WITH_FILE : GRANTS),
        ),
        body: schemas.ref(contract, input),
        capabilities: capabilities?.call,
      },
      contract,
      schemas,
    ),
    requestChannels(
      {
        ...common,
        subject: `${subject}.control`,
        title,
        description: "Asks something of one that was started; its owner may.",
        body: controlBody(
          Object.fromEntries(
            sorted(signals).map(([signal, { input }]) => [signal, schemas.ref(contract, input)]),
          ),
          operation.cancel ?? false,
        ),
      },
      contract,
      schemas,
    ),
    {
      channels: {
        [watched]: {
          address: watchInbox(inboxPrefix("{session}"), "{inbox}"),
          title: `${name}: changes`,
          parameters: described({ session: SESSION, inbox: "Named in the request to watch." }),
          messages: { record: { title: "The record, whenever it changes", payload: record } },
        },
      },
      operations: {
        [watched]: {
          action: "send",
          title: `${name}: changes`,
          channel: ref(watched),
          messages: [message(watched, "record")],
        },
      },
    },
  ]);
}

function controlBody(signals: Readonly<Record<string, object | true>>, cancel: boolean): object {
  const asked = (action: string, members: Readonly<Record<string, object | true>>) => ({
    type: "object",
    required: ["action", "id", ...Object.keys(members).filter((member) => member !== "reason")],
    properties: { action: { const: action }, id: { type: "string" }, ...members },
  });
  return {
    oneOf: [
      asked("get", {}),
      asked("watch", { inbox: { type: "string", pattern: TOKEN } }),
      ...(cancel ? [asked("cancel", { reason: { type: "string", maxLength: 1024 } })] : []),
      ...Object.entries(signals).map(([name, input]) =>
        asked("signal", { name: { const: name }, input })
      ),
    ],
  };
}

function feedChannels(
  name: string,
  contract: ExportedContract,
  schemas: ExportedSchemas,
): Channels {
  const feed = contract.manifest.feeds?.[name];
  if (feed === undefined) return { channels: {}, operations: {} };
  const { subject, docs, input, event, errors = [], capabilities } = feed;
  const declared = errors.map(({ type }) => type);
  const frame = {
    type: "object",
    required: ["seq"],
    properties: {
      seq: { type: "integer", description: "Counted from 1 in each subscription." },
      value: schemas.ref(contract, event),
      cursor: { type: "string", description: "Where to go on behind this value." },
      reset: { const: true, description: "Values may be missing before the next." },
      why: { type: "string", description: "Why they may, beside `reset`." },
      end: { description: "Nothing follows: `reason`, or `error` as errors are answered." },
    },
  };
  const frames = `${subject}.frames`;
  const text = { type: "string", pattern: TOKEN };
  return mergeChannels([
    requestChannels(
      {
        subject,
        title: name,
        summary: docs?.summary,
        description: docs?.markdown,
        body: {
          type: "object",
          required: ["input", "inbox"],
          properties: {
            input: schemas.ref(contract, input),
            inbox: text,
            cursor: { type: "string", maxLength: 4096 },
            window: { type: "integer", minimum: 1 },
          },
        },
        answer: {
          type: "object",
          required: ["feed", "instance"],
          properties: { feed: text, instance: text },
        },
        errors: declared,
        capabilities: capabilities?.subscribe,
      },
      contract,
      schemas,
    ),
    requestChannels(
      {
        subject: creditSubject(subject, "").slice(0, -1),
        between: { instance: "From the answer to the subscription." },
        isAlone: true,
        title: `${name}: credit`,
        description: "Tells every five seconds, and whenever half of a window was taken, how far " +
          "the subscriber is.",
        body: {
          type: "object",
          required: ["feed", "upTo"],
          properties: {
            feed: text,
            upTo: { type: "integer", minimum: 0 },
            leave: { type: "boolean" },
          },
        },
        answer: {
          type: "object",
          properties: { sent: { type: "integer" }, unknown: { type: "boolean" } },
        },
        errors: declared,
      },
      contract,
      schemas,
    ),
    {
      channels: {
        [frames]: {
          address: feedInbox(inboxPrefix("{session}"), "{inbox}"),
          title: `${name}: values`,
          parameters: described({ session: SESSION, inbox: "Named in the subscription." }),
          messages: {
            frames: {
              title: "One frame, or several that were ready at once",
              payload: { anyOf: [frame, { type: "array", minItems: 2, items: frame }] },
            },
          },
        },
      },
      operations: {
        [frames]: {
          action: "send",
          title: `${name}: values`,
          channel: ref(frames),
          messages: [message(frames, "frames")],
        },
      },
    },
  ]);
}

const TOKEN = "^[A-Za-z0-9_-]{1,64}$";
const SESSION = "The name of the caller's session.";

const GRANTS = "Its answer may grant a file, which clients of Trellis fetch.";
const BEGINS_WITH_FILE =
  "Begins with a file, which clients of Trellis send in chunks; they are not described here.";

function paragraphs(...texts: readonly (string | undefined)[]): string | undefined {
  const said = texts.filter((text) => text !== undefined);
  return said.length === 0 ? undefined : said.join("\n\n");
}
