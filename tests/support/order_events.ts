/** A service that publishes events, its own and one that it uses. */
import { Type } from "@sinclair/typebox";
import { defineServiceContract } from "../../mod.ts";

const Note = Type.Object({ text: Type.String() });
const Placed = Type.Object({
  order: Type.Object({ id: Type.String() }),
  total: Type.Number({ minimum: 0 }),
});

/** Declares an event that others may publish. */
export const board = defineServiceContract({ schemas: { Note } }, (ref) => ({
  id: "board@v1",
  displayName: "Board",
  description: "Shows notes.",
  events: {
    "Board.Notes.Added": { version: "v1", event: ref.schema("Note") },
    "Board.Cleared": { version: "v1", event: ref.schema("Note") },
  },
}));

/** The publishing service. */
export const shop = defineServiceContract({ schemas: { Placed, Note } }, (ref) => ({
  id: "shop@v1",
  displayName: "Shop",
  description: "Sells.",
  uses: {
    required: { board: board.use({ events: { publish: ["Board.Notes.Added"] } }) },
    optional: { read: board.use({ events: { subscribe: ["Board.Cleared"] } }) },
  },
  rpc: {
    "Shop.Place": { version: "v1", input: ref.schema("Placed"), output: ref.schema("Note") },
  },
  events: {
    "Order.Placed": { version: "v1", params: ["/order/id"], event: ref.schema("Placed") },
    Opened: { version: "v2", event: ref.schema("Note") },
  },
}));
