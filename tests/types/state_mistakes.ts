/**
 * State declarations that must not compile. Each function is one mistake; called, it fails at run
 * time as well.
 *
 * @module
 */
import { defineAppContract, defineServiceContract } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";

const head = { id: "mistaken@v1", displayName: "Mistaken", description: "Wrong." } as const;
const schemas = { Draft: Type.Object({ title: Type.String() }) } as const;

/** A store without a kind. */
export function stateWithoutKind() {
  return defineAppContract({ schemas }, (ref) => ({
    ...head,
    state: {
      // @ts-expect-error a state store needs a kind
      drafts: { schema: ref.schema("Draft") },
    },
  }));
}

/** A store of a kind that there is not. */
export function stateOfAnotherKind() {
  return defineAppContract({ schemas }, (ref) => ({
    ...head,
    state: {
      drafts: {
        // @ts-expect-error a state store is a value or a map
        kind: "list",
        schema: ref.schema("Draft"),
      },
    },
  }));
}

/** A store without a schema. */
export function stateWithoutSchema() {
  return defineAppContract({ schemas }, () => ({
    ...head,
    state: {
      // @ts-expect-error a state store needs a schema
      drafts: { kind: "map" },
    },
  }));
}

/** A store whose schema is not registered. */
export function stateWithUnknownSchema() {
  return defineAppContract({ schemas }, (ref) => ({
    ...head,
    state: {
      drafts: {
        kind: "map",
        // @ts-expect-error the schema is not registered
        schema: ref.schema("Drafts"),
      },
    },
  }));
}

/** An older version whose schema is not registered. */
export function stateWithUnknownAcceptedVersion() {
  return defineAppContract({ schemas }, (ref) => ({
    ...head,
    state: {
      drafts: {
        kind: "map",
        schema: ref.schema("Draft"),
        // @ts-expect-error the schema is not registered
        acceptedVersions: { v0: ref.schema("DraftV0") },
      },
    },
  }));
}

/** A misspelt member. */
export function stateWithMisspeltMember() {
  return defineAppContract({ schemas }, (ref) => ({
    ...head,
    state: {
      drafts: {
        kind: "map",
        schema: ref.schema("Draft"),
        // @ts-expect-error it is called acceptedVersions
        acceptedVersion: {},
      },
    },
  }));
}

/** State of a service. */
export function stateOfService() {
  return defineServiceContract({ schemas }, () => ({
    ...head,
    // @ts-expect-error services keep data in resources.kv
    state: {},
  }));
}
