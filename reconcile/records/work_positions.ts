import { readJson } from "../../contracts/json/json.ts";
import type { ByKey } from "../needs/need_types.ts";
import { count, mapOf, objectOf, oneOf, text as textShape } from "./stored_shape.ts";

/** Where a consumer stood when it was looked at last. */
export interface ConsumerPosition {
  /** When its stream was made: another stream has other sequences. */
  readonly created: string;
  /** Everything up to this sequence was settled. */
  readonly floor: number;
}

/**
 * Where the consumers of a deployment stood when a reconcile looked last. It is kept beside the record,
 * because it changes all the time and decides nothing: it is needed when a consumer was deleted.
 */
export interface WorkPositions {
  readonly format: "trellis.positions.v1";
  readonly deployment: string;
  /** By stream and name. */
  readonly consumers: ByKey<ConsumerPosition>;
  /** Of streams that copy events: the first sequence that was not settled. */
  readonly copies: ByKey<ConsumerPosition>;
}

/** Reads stored positions; undefined when they are of another format. */
export function parsePositions(text: string): WorkPositions | undefined {
  const value = readJson(text);
  return positionsShape(value) === undefined ? value as object as WorkPositions : undefined;
}

const positions = mapOf(objectOf({ created: textShape, floor: count }));

const positionsShape = objectOf({
  format: oneOf("trellis.positions.v1"),
  deployment: textShape,
  consumers: positions,
  copies: positions,
});
