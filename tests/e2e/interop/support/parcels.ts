/** A service with a bit of everything that a tool can stand for. */
import { defineError, defineServiceContract } from "../../../../client.ts";
import { Type } from "@sinclair/typebox";

export const NoParcelError = defineError({
  type: "NoParcelError",
  fields: { id: Type.String() },
  message: ({ id }) => `there is no parcel ${id}`,
});

const Parcel = Type.Object({ id: Type.String({ minLength: 1 }) }, { additionalProperties: false });
const Ids = Type.Array(Type.String());
const Done = Type.Object({ done: Type.Integer(), total: Type.Integer() });

export const parcels = defineServiceContract(
  { schemas: { Parcel, Ids, Done }, errors: { NoParcelError } },
  (ref) => ({
    id: "parcels@v1",
    displayName: "Parcels",
    description: "Packs and sends parcels.",
    capabilities: {
      "parcels.return": { displayName: "Return", description: "Takes parcels back." },
    },
    rpc: {
      "Parcels.Find": {
        version: "v1",
        input: ref.schema("Parcel"),
        output: ref.schema("Parcel"),
        errors: [ref.error("NoParcelError")],
        docs: { summary: "Finds a parcel.", markdown: "Ids are those on the label." },
      },
      "Parcels.List": { version: "v1", input: ref.schema("Ids"), output: ref.schema("Ids") },
      "Parcels.Return": {
        version: "v1",
        input: ref.schema("Parcel"),
        output: ref.schema("Parcel"),
        capabilities: { call: ["parcels.return"] },
      },
    },
    operations: {
      "Parcels.Pack": {
        version: "v1",
        input: ref.schema("Parcel"),
        progress: ref.schema("Done"),
        output: ref.schema("Done"),
        errors: [ref.error("NoParcelError")],
        signals: { go: { input: ref.schema("Parcel") } },
        cancel: true,
      },
    },
  }),
);
