/**
 * Resource declarations that must not compile. Each function is one mistake; called, it fails at
 * run time as well wherever the manifest shows it.
 *
 * @module
 */
import { defineServiceContract } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";

const head = { id: "mistaken@v1", displayName: "Mistaken", description: "Wrong." } as const;
const schemas = { Entry: Type.Object({ id: Type.String() }) } as const;

/** A KV resource without a schema. */
export function kvWithoutSchema() {
  return defineServiceContract({ schemas }, () => ({
    ...head,
    resources: {
      kv: {
        // @ts-expect-error a KV resource needs a schema
        entries: { purpose: "Keep entries" },
      },
    },
  }));
}

/** A KV resource whose schema is no reference. */
export function kvWithNamedSchema() {
  return defineServiceContract({ schemas }, () => ({
    ...head,
    resources: {
      kv: {
        entries: {
          purpose: "Keep entries",
          // @ts-expect-error a name is no reference
          schema: "Entry",
        },
      },
    },
  }));
}

/** A KV resource whose schema is not registered. */
export function kvWithUnknownSchema() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    resources: {
      kv: {
        entries: {
          purpose: "Keep entries",
          // @ts-expect-error the schema is not registered
          schema: ref.schema("Nope"),
        },
      },
    },
  }));
}

/** A KV resource without a purpose. */
export function kvWithoutPurpose() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    resources: {
      kv: {
        // @ts-expect-error a KV resource needs a purpose
        entries: { schema: ref.schema("Entry") },
      },
    },
  }));
}

/** A misspelt limit. */
export function kvWithMisspeltLimit() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    resources: {
      kv: {
        entries: {
          purpose: "Keep entries",
          schema: ref.schema("Entry"),
          // @ts-expect-error it is called history
          historry: 3,
        },
      },
    },
  }));
}

/** A limit that is no number. */
export function kvWithTextLimit() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    resources: {
      kv: {
        entries: {
          purpose: "Keep entries",
          schema: ref.schema("Entry"),
          // @ts-expect-error a limit is a number
          maxValueBytes: "1 MiB",
        },
      },
    },
  }));
}

/** A store without a purpose. */
export function storeWithoutPurpose() {
  return defineServiceContract({ schemas }, () => ({
    ...head,
    resources: {
      store: {
        // @ts-expect-error a store needs a purpose
        files: { ttlMs: 0 },
      },
    },
  }));
}

/** A store of typed values. */
export function storeWithSchema() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    resources: {
      store: {
        files: {
          purpose: "Keep files",
          // @ts-expect-error stores hold opaque bytes
          schema: ref.schema("Entry"),
        },
      },
    },
  }));
}

/** A store with every backend-native knob. */
export function storeWithKnobs() {
  return defineServiceContract({ schemas }, () => ({
    ...head,
    resources: {
      store: {
        files: {
          purpose: "Keep files",
          // @ts-expect-error Trellis chooses the physical name
          bucket: "files",
          // @ts-expect-error no management knobs
          replicas: 3,
          // @ts-expect-error no management knobs
          storage: "memory",
          // @ts-expect-error no management knobs
          chunkSize: 1024,
          // @ts-expect-error no management knobs
          max_bytes: 1024,
          // @ts-expect-error no management knobs
          placement: { cluster: "east" },
          // @ts-expect-error no management knobs
          sealed: true,
        },
      },
    },
  }));
}

/** A store that several services would share. */
export function storeWithOwners() {
  return defineServiceContract({ schemas }, () => ({
    ...head,
    resources: {
      store: {
        files: {
          purpose: "Keep files",
          // @ts-expect-error a store belongs to one service
          owners: ["other@v1"],
          // @ts-expect-error a store belongs to one service
          sharedWith: ["other@v1"],
          // @ts-expect-error a store belongs to one service
          writers: ["other@v1"],
        },
      },
    },
  }));
}

/** A stream of the service's own. */
export function streamResource() {
  return defineServiceContract({ schemas }, () => ({
    ...head,
    resources: {
      // @ts-expect-error services declare no streams
      stream: { audit: { purpose: "Keep a log", subjects: ["audit.>"] } },
    },
  }));
}

/** A stream under another name. */
export function streamsResource() {
  return defineServiceContract({ schemas }, () => ({
    ...head,
    resources: {
      // @ts-expect-error services declare no streams
      streams: { audit: { purpose: "Keep a log" } },
    },
  }));
}

/** A file that goes into a store that is not there. */
export function transferIntoNoStore() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    operations: {
      "Entries.Put": {
        version: "v1",
        input: ref.schema("Entry"),
        output: ref.schema("Entry"),
        transfer: {
          direction: "send",
          // @ts-expect-error the store is called files
          store: "file",
          key: "/id",
        },
      },
    },
    resources: { store: { files: { purpose: "Keep files" } } },
  }));
}

/** A key for files that are granted. */
export function grantWithKey() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    operations: {
      "Entries.Get": {
        version: "v1",
        input: ref.schema("Entry"),
        output: ref.schema("Entry"),
        transfer: {
          direction: "receive",
          store: "files",
          // @ts-expect-error what is granted is named when it is granted
          key: "/id",
        },
      },
    },
    resources: { store: { files: { purpose: "Keep files" } } },
  }));
}

/** An RPC that takes a file. */
export function rpcWithFile() {
  return defineServiceContract({ schemas }, (ref) => ({
    ...head,
    rpc: {
      "Entries.Put": {
        version: "v1",
        input: ref.schema("Entry"),
        output: ref.schema("Entry"),
        // @ts-expect-error files are taken by operations
        transfer: { direction: "send", store: "files", key: "/id" },
      },
    },
    resources: { store: { files: { purpose: "Keep files" } } },
  }));
}
