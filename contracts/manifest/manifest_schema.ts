import type { TObject, TProperties, TSchema } from "@sinclair/typebox";
import * as Type from "@sinclair/typebox";
import { Kind } from "@sinclair/typebox";
import { InterpretedValidator } from "../schema/interpreted_validator.ts";
import { type Section, SECTIONS } from "./sections.ts";

const REFERENCE = Symbol("schema reference");

const text = Type.String();
const texts = Type.Array(text);
const flag = Type.Boolean();
const count = Type.Number();
const ref = Type.Object({ schema: text }, { [REFERENCE]: true });
// The ways that TypeBox has for these two load most of it, which is a lot for a page.
const byName = (member: TSchema): TSchema =>
  Type.Unsafe({ [Kind]: "Record", type: "object", additionalProperties: member });
const optional = (properties: TProperties): TObject =>
  Type.Object(
    Object.fromEntries(
      Object.entries(properties).map(([name, member]) => [name, Type.Optional(member)]),
    ),
  );
const object = (required: TProperties, others: TProperties): TObject =>
  Type.Object({ ...required, ...optional(others).properties });

const docs = object({ markdown: text }, { summary: text });
const errors = Type.Array(Type.Object({ type: text }));
const surface = { version: text, subject: text };
const guarded = { capabilities: byName(texts), docs };
const work = {
  concurrency: count,
  maxDeliver: count,
  ackWaitMs: count,
  backoffMs: Type.Array(count),
};
const queue = {
  ...work,
  keyConcurrency: object({ key: text }, { maxActive: count, ordering: text }),
};
const transfer = object({ direction: text, store: text }, {
  key: text,
  contentType: text,
  maxBytes: count,
  expiresInMs: count,
});
const consumed = { self: texts, uses: byName(texts) };
const resource = { required: flag, ttlMs: count, renamedFrom: text, docs };

/** What a section holds: the types of members only; names, ranges and references are checked elsewhere. */
const SECTION_SCHEMAS: Readonly<Record<Section, TSchema>> = {
  rpc: byName(
    object({ ...surface, input: ref, output: ref }, {
      ...guarded,
      errors,
      internal: flag,
      transfer,
    }),
  ),
  operations: byName(object({ ...surface, input: ref, output: ref }, {
    ...guarded,
    progress: ref,
    errors,
    cancel: flag,
    work: optional({ ...queue, deadlineMs: count, keepMs: count }),
    transfer,
    signals: byName(object({ input: ref }, { docs })),
  })),
  events: byName(object({ ...surface, event: ref }, { ...guarded, params: texts, keep: text })),
  feeds: byName(object({ ...surface, input: ref, event: ref }, { ...guarded, errors })),
  eventConsumers: byName(optional({
    ...work,
    docs,
    ...consumed,
    replay: text,
    ordering: text,
    onDead: text,
    renamedFrom: text,
  })),
  jobs: byName(object({ payload: ref }, {
    ...queue,
    docs,
    payloadVersion: text,
    acceptedVersions: byName(ref),
    result: ref,
    defaultDeadlineMs: count,
    progress: flag,
    logs: flag,
    dlq: flag,
    // One pointer, or a list of them.
    unique: Type.Unknown(),
    queue: optional({ maxQueuedPerKey: count, whenFull: text }),
    rate: object({ limit: count, perMs: count }, { key: text }),
    priorities: count,
    schedules: byName(
      object({ cron: text, payload: Type.Unknown() }, { timeZone: text, catchUp: text }),
    ),
    keepMs: optional({ done: count, dead: count }),
  })),
  state: byName(object({ kind: text, schema: ref }, {
    stateVersion: text,
    acceptedVersions: byName(ref),
    docs,
  })),
  resources: optional({
    kv: byName(object({ purpose: text, schema: ref }, {
      ...resource,
      history: count,
      maxValueBytes: count,
      // One pointer for all events, or one for each.
      projection: object({ key: Type.Unknown() }, { ...consumed, version: text }),
      changes: object({ event: text }, { deleted: text }),
      outbox: flag,
    })),
    store: byName(object({ purpose: text }, {
      ...resource,
      maxTotalBytes: count,
      maxObjectBytes: count,
    })),
  }),
};

const selection = Object.entries(SECTIONS).flatMap(([name, section]) =>
  "uses" in section
    ? [[name, optional(Object.fromEntries(section.uses.map((action) => [action, texts])))] as const]
    : []
);
const uses = byName(object({ contract: text }, Object.fromEntries(selection)));

/** Everything that a manifest may hold, by type. */
export const MANIFEST_SCHEMA: TObject = optional({
  format: text,
  id: text,
  displayName: text,
  description: text,
  kind: text,
  docs,
  capabilities: byName(object({ displayName: text, description: text }, { consequence: text })),
  schemas: Type.Unknown(),
  exports: optional({ schemas: texts }),
  uses: optional({ required: uses, optional: uses }),
  errors: byName(object({ type: text }, { schema: ref })),
  ...SECTION_SCHEMAS,
});

// Pages check no manifest, and leave it out.
const validator = /* @__PURE__ */ new InterpretedValidator(MANIFEST_SCHEMA);

/** True for what describes a reference to an embedded schema. */
export function isReference(schema: TSchema | undefined): boolean {
  return schema !== undefined && REFERENCE in schema;
}

/** The first member of another type than a manifest's, if there is one. */
export function firstMisfit(
  manifest: unknown,
): { readonly path: string; readonly message: string } | undefined {
  return validator.issues(manifest)[0];
}
