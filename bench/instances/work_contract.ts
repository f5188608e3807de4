import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../mod.ts";

const Work = Type.Object({ us: Type.Number() });

/** A service that computes for as many microseconds as it is told to. */
export default defineServiceContract({ schemas: { Work } }, (ref) => ({
  id: "bench-work@v1",
  displayName: "Work",
  description: "Computes for a while.",
  rpc: {
    "Work.Do": { version: "v1", input: ref.schema("Work"), output: ref.schema("Work") },
  },
}));
