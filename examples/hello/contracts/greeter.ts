import { defineServiceContract } from "@qlever-llc/trellis";
import { Type } from "@sinclair/typebox";

const Name = Type.Object({ name: Type.String({ minLength: 1 }) });
const Greeting = Type.Object({ text: Type.String(), times: Type.Integer() });

export default defineServiceContract({ schemas: { Name, Greeting } }, (ref) => ({
  id: "greeter@v1",
  displayName: "Greeter",
  description: "Greets people and counts how often.",
  rpc: {
    "Greeter.Hello": { version: "v1", input: ref.schema("Name"), output: ref.schema("Greeting") },
  },
  resources: {
    kv: { greeted: { purpose: "Count greetings", schema: ref.schema("Greeting") } },
  },
}));
