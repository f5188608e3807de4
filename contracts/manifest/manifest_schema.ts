import { type TObject, type TProperties, type TSchema, Type } from "@sinclair/typebox";
import { Errors } from "@sinclair/typebox/errors";

/** The types of a manifest's members; names, ranges and references are checked elsewhere. */
const text = Type.String();
const texts = Type.Array(text);
const flag = Type.Boolean();
const ref = Type.Object({ schema: text });
const docs = Type.Object({ markdown: text, summary: Type.Optional(text) });
const optional = (properties: TProperties): TObject => Type.Partial(Type.Object(properties));
const byName = (member: TSchema) => Type.Record(text, member);
const errors = Type.Array(Type.Object({ type: text }));
const surface = { version: text, subject: text };
const limits = optional({
  concurrency: Type.Number(),
  maxDeliver: Type.Number(),
  ackWaitMs: Type.Number(),
  backoffMs: Type.Array(Type.Number()),
  docs,
});
const uses = byName(Type.Intersect([
  Type.Object({ contract: text }),
  optional({
    rpc: optional({ call: texts }),
    operations: optional({ call: texts }),
    events: optional({ publish: texts, subscribe: texts }),
    feeds: optional({ subscribe: texts }),
  }),
]));

const Manifest = optional({
  docs,
  capabilities: byName(Type.Object({
    displayName: text,
    description: text,
    consequence: Type.Optional(text),
  })),
  exports: optional({ schemas: texts }),
  uses: optional({ required: uses, optional: uses }),
  errors: byName(Type.Object({ type: text, schema: Type.Optional(ref) })),
  rpc: byName(Type.Intersect([
    Type.Object({ ...surface, input: ref, output: ref }),
    optional({ errors, capabilities: byName(texts), internal: flag, docs }),
  ])),
  operations: byName(Type.Intersect([
    Type.Object({ ...surface, input: ref, output: ref }),
    optional({
      progress: ref,
      errors,
      cancel: flag,
      capabilities: byName(texts),
      signals: byName(Type.Object({ input: ref, docs: Type.Optional(docs) })),
      docs,
    }),
  ])),
  events: byName(Type.Intersect([
    Type.Object({ ...surface, event: ref }),
    optional({ params: texts, capabilities: byName(texts), docs }),
  ])),
  feeds: byName(Type.Intersect([
    Type.Object({ ...surface, input: ref, event: ref }),
    optional({ capabilities: byName(texts), docs }),
  ])),
  eventConsumers: byName(Type.Intersect([limits, optional({ self: texts, uses: byName(texts) })])),
  jobs: byName(Type.Intersect([
    limits,
    Type.Object({ payload: ref }),
    optional({
      result: ref,
      defaultDeadlineMs: Type.Number(),
      progress: flag,
      logs: flag,
      dlq: flag,
    }),
  ])),
  state: byName(Type.Intersect([
    Type.Object({ kind: text, schema: ref }),
    optional({ stateVersion: text, acceptedVersions: byName(ref), docs }),
  ])),
});

const resource = {
  purpose: text,
  required: Type.Optional(flag),
  ttlMs: Type.Optional(Type.Number()),
  renamedFrom: Type.Optional(text),
};

/** The sections of a manifest that have a meaning at run time, schemas aside. */
export const manifestSections: Readonly<Record<string, TSchema>> = {
  ...Manifest.properties,
  resources: Type.Object({
    kv: byName(Type.Object({
      ...resource,
      schema: ref,
      history: Type.Number(),
      maxValueBytes: Type.Number(),
    })),
    store: byName(Type.Object({
      ...resource,
      maxTotalBytes: Type.Number(),
      maxObjectBytes: Type.Number(),
    })),
  }),
};

/** The first member of another type than a manifest's, if there is one. */
export function firstMisfit(
  manifest: unknown,
): { readonly path: string; readonly message: string } | undefined {
  const first = Errors(Manifest, [], manifest).First();
  return first === undefined ? undefined : { path: first.path, message: first.message };
}
