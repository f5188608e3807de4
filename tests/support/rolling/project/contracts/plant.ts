import { defineServiceContract } from "@qlever-llc/trellis";
import { Download, Nothing, Thing, Things } from "../schemas.ts";

export default defineServiceContract({ schemas: { Thing, Things, Download, Nothing } }, (ref) => ({
  id: "plant@v1",
  displayName: "Plant",
  description: "Keeps things, in every way that there is.",
  rpc: {
    "Thing.Keep": { version: "v1", input: ref.schema("Thing"), output: ref.schema("Thing") },
    "Thing.Missing": { version: "v1", input: ref.schema("Things"), output: ref.schema("Things") },
    "Thing.Fetch": {
      version: "v1",
      input: ref.schema("Thing"),
      output: ref.schema("Download"),
      transfer: { direction: "receive", store: "files" },
    },
  },
  operations: {
    "Thing.Send": {
      version: "v1",
      input: ref.schema("Thing"),
      output: ref.schema("Thing"),
      transfer: { direction: "send", store: "files", key: "/key" },
    },
  },
  feeds: {
    "Thing.Changes": {
      version: "v1",
      input: ref.schema("Nothing"),
      event: ref.schema("Thing"),
    },
  },
  events: { "Thing.Kept": { version: "v1", event: ref.schema("Thing") } },
  eventConsumers: { watcher: { self: ["Thing.Kept"] } },
  jobs: { paint: { payload: ref.schema("Thing"), concurrency: 8 } },
  resources: {
    kv: {
      kept: { purpose: "What RPCs have kept", schema: ref.schema("Thing") },
      seen: { purpose: "What events have told", schema: ref.schema("Thing") },
      painted: { purpose: "What jobs have done", schema: ref.schema("Thing") },
    },
    store: { files: { purpose: "What operations have received" } },
  },
}));
