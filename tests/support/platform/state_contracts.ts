import { Type } from "@sinclair/typebox";
import { defineAgentContract, defineAppContract, defineDeviceContract } from "@qlever-llc/trellis";

const head = { id: "acme.notes@v1", displayName: "Notes", description: "Notes app" } as const;
const closed = { additionalProperties: false } as const;

const Theme = Type.Object({ theme: Type.String() }, closed);
const Preferences = Type.Object({ theme: Type.String(), compact: Type.Boolean() }, closed);
const Draft = Type.Object({ title: Type.String() });
const TaggedDraft = Type.Object({
  title: Type.String(),
  tag: Type.Optional(Type.String({ maxLength: 3 })),
});

/** The app at first: both stores have their first version. */
export const notesV1 = defineAppContract(
  { schemas: { Theme, Draft } },
  (ref) => ({
    ...head,
    state: {
      preferences: { kind: "value", schema: ref.schema("Theme"), stateVersion: "preferences.v1" },
      drafts: { kind: "map", schema: ref.schema("Draft") },
    },
  }),
);

/** The same with an optional field in its drafts. */
export const notesTagged = defineAppContract(
  { schemas: { Theme, Draft: TaggedDraft } },
  (ref) => ({
    ...head,
    state: {
      preferences: { kind: "value", schema: ref.schema("Theme"), stateVersion: "preferences.v1" },
      drafts: { kind: "map", schema: ref.schema("Draft") },
    },
  }),
);

/** The same with preferences of another shape, that takes the older one. */
export const notesV2 = defineAppContract(
  { schemas: { Theme, Preferences, Draft: TaggedDraft } },
  (ref) => ({
    ...head,
    state: {
      preferences: {
        kind: "value",
        schema: ref.schema("Preferences"),
        stateVersion: "preferences.v2",
        acceptedVersions: { "preferences.v1": ref.schema("Theme") },
      },
      drafts: { kind: "map", schema: ref.schema("Draft") },
    },
  }),
);

/** Another app with a store of the same name. */
export const tasks = defineAppContract(
  { schemas: { Draft } },
  (ref) => ({
    ...head,
    id: "acme.tasks@v1",
    state: { drafts: { kind: "map", schema: ref.schema("Draft") } },
  }),
);

/** A device with one. */
export const sensor = defineDeviceContract(
  { schemas: { Draft } },
  (ref) => ({
    ...head,
    id: "acme.sensor@v1",
    state: { drafts: { kind: "map", schema: ref.schema("Draft") } },
  }),
);

/** An agent with one. */
export const helper = defineAgentContract(
  { schemas: { Draft } },
  (ref) => ({
    ...head,
    id: "acme.helper@v1",
    state: { drafts: { kind: "map", schema: ref.schema("Draft") } },
  }),
);
