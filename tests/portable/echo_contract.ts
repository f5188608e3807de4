/** What is served and called in every runtime; nothing of it may need one of them. */
import * as Type from "@sinclair/typebox";
import {
  defineAppContract,
  defineError,
  defineServiceContract,
  FileGrantSchema,
} from "../../client.ts";

/** An error that the service declares. */
export const NotFoundError = defineError({
  type: "NotFoundError",
  fields: { text: Type.String() },
  message: ({ text }) => `there is no ${text}`,
});

const Text = Type.Object({ text: Type.String({ minLength: 1, format: "email" }) });
const Count = Type.Object({ n: Type.Integer() });
const Recording = Type.Object({ file: FileGrantSchema });
const Note = Type.Object({ title: Type.String({ maxLength: 20 }) });

/** Says again what it hears. */
export const echo = defineServiceContract(
  { schemas: { Text, Count, Recording }, errors: { NotFoundError } },
  (ref) => {
    const call = { version: "v1", input: ref.schema("Text"), output: ref.schema("Text") } as const;
    return {
      id: "echo@v1",
      displayName: "Echo",
      description: "Says again what it hears.",
      capabilities: { "echo.shout": { displayName: "Shout", description: "Says it loudly." } },
      rpc: {
        "Echo.Say": call,
        "Echo.Find": { ...call, errors: [ref.error("NotFoundError")] },
        "Echo.Break": call,
        "Echo.Wait": call,
        "Echo.Recording": {
          ...call,
          output: ref.schema("Recording"),
          transfer: { direction: "receive", store: "kept" },
        },
        "Echo.Shout": { ...call, capabilities: { call: ["echo.shout"] } },
      },
      resources: { store: { kept: { purpose: "What was sent, and what is fetched." } } },
      operations: {
        "Echo.Keep": {
          version: "v1",
          input: ref.schema("Text"),
          output: ref.schema("Count"),
          work: { concurrency: 2 },
          transfer: { direction: "send", store: "kept", key: "/text" },
        },
        "Echo.Repeat": {
          ...call,
          progress: ref.schema("Text"),
          errors: [ref.error("NotFoundError")],
          signals: { end: { input: ref.schema("Text") } },
          cancel: true,
        },
      },
      feeds: {
        "Echo.Count": {
          version: "v1",
          input: ref.schema("Text"),
          event: ref.schema("Count"),
          errors: [ref.error("NotFoundError")],
        },
      },
    };
  },
);

/** Calls it, and keeps notes. */
export const app = defineAppContract({ schemas: { Note } }, (ref) => ({
  id: "echo-app@v1",
  displayName: "Echo app",
  description: "Listens to the echo.",
  uses: {
    required: {
      echo: echo.use({
        rpc: {
          call: [
            "Echo.Say",
            "Echo.Find",
            "Echo.Break",
            "Echo.Wait",
            "Echo.Shout",
            "Echo.Recording",
          ],
        },
        operations: { call: ["Echo.Keep", "Echo.Repeat"] },
        feeds: { subscribe: ["Echo.Count"] },
      }),
    },
  },
  state: {
    last: { kind: "value", schema: ref.schema("Note") },
    notes: { kind: "map", schema: ref.schema("Note") },
  },
}));
