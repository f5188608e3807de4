import { type Static, Type } from "@sinclair/typebox";

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** What an endpoint tells of itself to service discovery, beside the figures that every service has. */
export const EndpointDataSchema = Type.Object({
  /** Of what is served, as `Orders.Create`. */
  name: Type.String({ maxLength: 128 }),
  /** How long requests took, from their arrival to the answer. */
  latency: Type.Object({
    boundsMs: Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 1, maxItems: 64 }),
    counts: Type.Array(Count, { minItems: 2, maxItems: 65 }),
  }),
  /** Errors by their type or code. */
  errors: Type.Record(Type.String({ maxLength: 128 }), Count),
});
/** What an endpoint tells of itself to service discovery, beside the figures that every service has. */
export type EndpointData = Static<typeof EndpointDataSchema>;
