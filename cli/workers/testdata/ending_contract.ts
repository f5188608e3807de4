import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../../mod.ts";

const Ask = Type.Object({ how: Type.String() });
const Answer = Type.Object({ how: Type.String() });

export default defineServiceContract({ schemas: { Ask, Answer } }, (ref) => ({
  id: "ending@v1",
  displayName: "Ending",
  description: "Ends its worker in every way that there is.",
  rpc: {
    "Ending.Ask": { version: "v1", input: ref.schema("Ask"), output: ref.schema("Answer") },
  },
}));
