/**
 * Contracts that must not compile. Each function is one mistake; most fail at run time as well.
 *
 * @module
 */
import { defineAppContract, defineError, defineServiceContract } from "@qlever-llc/trellis";
import { sdk as core } from "@qlever-llc/trellis/sdk/core";
import { Type } from "@sinclair/typebox";

const head = { id: "mistaken@v1", displayName: "Mistaken", description: "Wrong." } as const;
const schemas = { Entry: Type.Object({ id: Type.String() }) } as const;
const GoneError = defineError({ type: "GoneError", fields: { at: Type.String() }, message: "m" });

/** No id. */
export function contractWithoutId() {
  return defineAppContract(
    {},
    // @ts-expect-error a contract needs an id
    () => ({ displayName: "Mistaken", description: "Wrong." }),
  );
}

/** An id without a version. */
export function contractIdWithoutVersion() {
  return defineAppContract({}, () => ({
    displayName: "Mistaken",
    description: "Wrong.",
    // @ts-expect-error an id ends with its version
    id: "mistaken",
  }));
}

/** A section that there is not. */
export function unknownSection() {
  return defineServiceContract({}, () => ({
    ...head,
    // @ts-expect-error there is no such section
    streams: {},
  }));
}

/** Surfaces of an app. */
export function appWithRpc() {
  return defineAppContract({}, () => ({
    ...head,
    // @ts-expect-error apps answer no requests
    rpc: {},
  }));
}

/** Resources of an app. */
export function appWithResources() {
  return defineAppContract({}, () => ({
    ...head,
    // @ts-expect-error apps own no resources
    resources: {},
  }));
}

/** An RPC without its output. */
export function rpcWithoutOutput() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    rpc: {
      // @ts-expect-error an RPC needs an output
      "Entry.Find": { version: "v1", input: ref.schema("Entry") },
    },
  }));
}

/** A version that is none. */
export function rpcWithBareVersion() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    rpc: {
      "Entry.Find": {
        // @ts-expect-error a version starts with v
        version: "1",
        input: ref.schema("Entry"),
        output: ref.schema("Entry"),
      },
    },
  }));
}

/** A subject that the author chose. */
export function rpcWithSubject() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    rpc: {
      "Entry.Find": {
        version: "v1",
        input: ref.schema("Entry"),
        output: ref.schema("Entry"),
        // @ts-expect-error subjects follow from names
        subject: "my.subject",
      },
    },
  }));
}

/** An error that is not registered. */
export function rpcWithUnknownError() {
  return defineServiceContract({ schemas, errors: { GoneError } }, (ref) => ({
    ...head,
    rpc: {
      "Entry.Find": {
        version: "v1",
        input: ref.schema("Entry"),
        output: ref.schema("Entry"),
        // @ts-expect-error the error is not registered
        errors: [ref.error("NotFoundError")],
      },
    },
  }));
}

/** A schema without a registry. */
export function schemaWithoutRegistry() {
  return defineServiceContract({}, (ref) => ({
    ...head,
    // @ts-expect-error there are no schemas
    exports: { schemas: [ref.schema("Entry")] },
  }));
}

/** A value of the registry that is no schema. */
export function referenceToNoSchema() {
  return defineServiceContract({ schemas: { Entry: { type: "object" } } }, (ref) => ({
    ...head,
    // @ts-expect-error plain JSON is no TypeBox schema
    exports: { schemas: [ref.schema("Entry")] },
  }));
}

/** Params that are no list. */
export function eventWithOneParam() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    events: {
      "Entry.Changed": {
        version: "v1",
        event: ref.schema("Entry"),
        // @ts-expect-error params are a list
        params: "/id",
      },
    },
  }));
}

/** An error class that cannot cross the wire. */
export function errorWithoutWireForm() {
  return defineServiceContract(
    {
      // @ts-expect-error an Error has no schema
      errors: { Error },
    },
    () => head,
  );
}

/** A use that was not made by a contract. */
export function useByName() {
  return defineAppContract({}, () => ({
    ...head,
    uses: {
      required: {
        // @ts-expect-error a use is made by its contract
        trellis: { contract: "trellis.core@v1", rpc: { call: ["Trellis.Catalog"] } },
      },
    },
  }));
}

/** A use that is neither required nor optional. */
export function useWithoutNeed() {
  return defineAppContract({}, () => ({
    ...head,
    uses: {
      // @ts-expect-error a use is required or optional
      trellis: core.use({ rpc: { call: ["Trellis.Catalog"] } }),
    },
  }));
}

/** A use of what the contract does not have. */
export function useOfUnknownRpc() {
  return defineAppContract({}, () => ({
    ...head,
    uses: {
      required: {
        // @ts-expect-error the contract has no such RPC
        trellis: core.use({ rpc: { call: ["Trellis.Nope"] } }),
      },
    },
  }));
}

/** A use with a misspelt action. */
export function useWithMisspeltAction() {
  // @ts-expect-error it is called call
  return core.use({ rpc: { calls: ["Trellis.Catalog"] } });
}

/** A use of another contract's store. */
export function useOfResource() {
  // @ts-expect-error resources are not among what can be used
  return core.use({ store: { write: ["files"] } });
}

/** An error without its field. */
export function errorWithoutField() {
  // @ts-expect-error the field is required
  return new GoneError();
}

/** An error with a field of another type. */
export function errorWithWrongField() {
  // @ts-expect-error the field is a text
  return new GoneError({ at: 3 });
}
