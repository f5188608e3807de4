/** A service with feeds of each kind, for the tests of feeds. */
import { Type } from "@sinclair/typebox";
import {
  type BodyOf,
  defineAppContract,
  defineError,
  defineHandlers,
  defineServiceContract,
} from "../../../mod.ts";
import type { FeedHandlers } from "../../../runtime/feeds/serve/feed_handler_types.ts";

const Which = Type.Object({ meter: Type.String() });
const Reading = Type.Object({
  meter: Type.String(),
  n: Type.Integer(),
  text: Type.Optional(Type.String()),
});
const Level = Type.Object({ level: Type.Integer() });
const LevelChange = Type.Object({
  id: Type.String(),
  level: Type.Optional(Type.Integer()),
});

/** Declared by the readings. */
export const NoMeterError = defineError({
  type: "NoMeterError",
  fields: { meter: Type.String() },
  message: ({ meter }) => `there is no meter ${meter}`,
});

/** Tells what meters read. */
export const meters = defineServiceContract(
  { schemas: { Which, Reading, Level, LevelChange }, errors: { NoMeterError } },
  (ref) => ({
    id: "meters@v1",
    displayName: "Meters",
    description: "Tells what meters read.",
    capabilities: { read: { displayName: "Read", description: "Sees what meters read." } },
    feeds: {
      "Meter.Readings": {
        version: "v1",
        input: ref.schema("Which"),
        event: ref.schema("Reading"),
        errors: [ref.error("NoMeterError")],
        capabilities: { subscribe: ["read"] },
      },
      "Meter.Levels": {
        version: "v1",
        input: ref.schema("Which"),
        event: ref.schema("LevelChange"),
      },
    },
    resources: { kv: { levels: { purpose: "Levels", schema: ref.schema("Level") } } },
  }),
);

/** Follows them. */
export const board = defineAppContract({}, () => ({
  id: "board@v1",
  displayName: "Board",
  description: "Shows what meters read.",
  uses: {
    required: {
      meters: meters.use({ feeds: { subscribe: ["Meter.Readings", "Meter.Levels"] } }),
    },
  },
}));

type Meters = BodyOf<typeof meters>;
/** Handler of the readings. */
export type ReadingsHandler = FeedHandlers<Meters, undefined>["Meter.Readings"];
/** Handler of the levels. */
export type LevelsHandler = FeedHandlers<Meters, undefined>["Meter.Levels"];

/** Handlers of both; without one, a feed has no value. */
export function meterHandlers(
  onReadings: ReadingsHandler = nothing,
  onLevels: LevelsHandler = nothing,
) {
  return defineHandlers(meters, {
    feeds: { "Meter.Readings": onReadings, "Meter.Levels": onLevels },
  });
}

async function* nothing() {}

/** Counts up from the number after the cursor, as long as somebody takes it. */
export const counting: ReadingsHandler = async function* ({ input, cursor, context }) {
  for (let n = Number(cursor ?? 0) + 1; !context.signal.aborted; n++) {
    yield { value: { meter: input.meter, n }, cursor: String(n) };
  }
};
