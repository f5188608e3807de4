import { defineServiceContract, defineAppContract, defineError, type BodyOf } from "@qlever-llc/trellis";
import { sdk as core } from "@qlever-llc/trellis/sdk/core";
import { Type } from "@sinclair/typebox";
const head = { id: "a@v1", displayName: "A", description: "a" } as const;
const schemas = { Entry: Type.Object({ id: Type.String() }) } as const;
const N = defineError({ type: "N", fields: {}, message: "x" });
export const a1 = () => defineServiceContract({ schemas }, (ref) => ({ ...head,
  rpc: { "A.B": { version: "v1", input: ref.schema("Entry"), output: ref.schema("Entry"), errors: [ref.error("X")] } } }));
export const a2 = () => defineServiceContract({ schemas, errors: { N } }, (ref) => ({ ...head,
  rpc: { "A.B": { version: "v1", input: ref.schema("Entry"), output: ref.schema("Entry"), errors: [ref.error("X")] } } }));
export const a3 = () => defineServiceContract({ schemas }, () => ({ ...head,
  resources: { store: { u: { purpose: "p", replicas: 3 } } } }));
export const a4 = () => defineServiceContract({ schemas }, (ref) => ({ ...head,
  resources: { store: { u: { purpose: "p", schema: ref.schema("Entry") } } } }));
export const a5 = () => defineServiceContract({ schemas }, (ref) => ({ ...head,
  rpc: { "A.B": { version: "v1", input: ref.schema("Entry"), output: ref.schema("Entry"), capabilities: { calls: ["x"] } } } }));
export const a6 = () => core.use({ rpc: { calls: ["Trellis.Catalog"] } });
export const a7 = () => core.use({ jobs: { call: ["Trellis.Catalog"] } });
export const a8 = () => defineServiceContract({ schemas }, () => ({ ...head, uses: { trellis: core.use({ rpc: { call: ["Trellis.Catalog"] } }) } }));
export const a9 = () => defineServiceContract({ schemas }, () => ({ ...head, uses: { required: { trellis: { contract: "trellis.core@v1" } } } }));
export const b1 = () => defineServiceContract({ schemas }, (ref) => ({ ...head,
  rpc: { "A.B": { version: "v1", input: { schema: "Entry" }, output: ref.schema("Entry") } } }));
export const b2 = () => defineServiceContract({ schemas }, (ref) => ({ ...head,
  rpc: { "A.B": { version: "v1", input: "Entry", output: ref.schema("Entry") } } }));
export const b3 = () => defineServiceContract({ schemas }, () => ({ ...head, state: {} }));
export const b4 = () => defineServiceContract({ schemas, errs: {} }, () => ({ ...head }));
export const b5 = () => defineServiceContract({}, (ref) => ({ ...head, resources: { kv: { a: { purpose: "p", schema: ref.schema("X") } } } }));
export const b6 = () => defineAppContract({ schemas }, (ref) => ({ ...head, state: { x: { kind: "value", schema: ref.schema("Entry"), acceptedVersion: {} } } }));
export const b7 = () => defineAppContract({ schemas }, () => ({ ...head, resources: {} }));
export const b8 = () => defineAppContract({ schemas }, () => ({ ...head, nope: {} }));
export const b9 = () => defineAppContract({ schemas }, () => ({ ...head, docs: { summary: "x" } }));
export const c1 = () => defineServiceContract({ schemas: { A: 3 } }, (ref) => ({ ...head, resources: { kv: { a: { purpose: "p", schema: ref.schema("A") } } } }));
export const c2 = () => defineServiceContract({ schemas }, (ref) => ({ ...head, resources: { kv: { a: { purpose: "p", schema: ref.schema("Entry"), history: "3" } } } }));
export const c3 = () => defineServiceContract({ schemas }, (ref) => ({ ...head, resources: { kv: { a: { schema: ref.schema("Entry") } } } }));
export const c4 = () => defineServiceContract({ schemas }, (ref) => ({ ...head, events: { "A.B": { version: "v1", event: ref.schema("Entry"), params: "/id" } } }));
export const c5 = () => defineServiceContract({ schemas }, (ref) => ({ ...head, events: { "A.B": { version: "v1", event: ref.schema("Entry"), params: ["/nope"] } } }));
export const c6 = () => defineServiceContract({ schemas, errors: { Error } }, () => ({ ...head }));
export const c7 = () => defineServiceContract({ schemas }, (ref) => ({ ...head, resources: { kv: { a: { purpose: "p", schema: ref.schema("Entry"), owners: ["b@v1"] } } } }));
export const c8 = () => defineServiceContract({ schemas }, () => ({ ...head, eventConsumers: { g: { uses: { nope: ["A.B"] }, self: ["X.Y"] } } }));
export const c9 = () => defineError({ type: "X", fields: { message: Type.String() }, message: "x" });
export const d1 = () => defineServiceContract({ schemas }, () => ({ displayName: "A", description: "a" }));
export const d2: BodyOf<ReturnType<typeof a3>> | undefined = undefined;
