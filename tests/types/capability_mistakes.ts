/**
 * A misspelt action in a capability list must not compile: it would leave the surface unguarded.
 *
 * @module
 */
import { defineServiceContract } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";

const schemas = { Entry: Type.Object({ id: Type.String() }) } as const;

/** An RPC whose guard has a misspelt name. */
export function rpcWithMisspeltGuard() {
  return defineServiceContract({ schemas }, (ref) => ({
    id: "mistaken@v1",
    displayName: "Mistaken",
    description: "Wrong.",
    rpc: {
      "Entry.Find": {
        version: "v1",
        input: ref.schema("Entry"),
        output: ref.schema("Entry"),
        // @ts-expect-error it is called call
        capabilities: { calls: ["entries.read"] },
      },
    },
  }));
}

/** An error reference where no errors are registered. */
export function errorWithoutRegistry() {
  return defineServiceContract({ schemas }, (ref) => ({
    id: "mistaken@v1",
    displayName: "Mistaken",
    description: "Wrong.",
    rpc: {
      "Entry.Find": {
        version: "v1",
        input: ref.schema("Entry"),
        output: ref.schema("Entry"),
        // @ts-expect-error there are no errors
        errors: [ref.error("NotFoundError")],
      },
    },
  }));
}
