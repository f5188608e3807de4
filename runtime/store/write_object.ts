import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { STORE_ORPHAN_MS } from "../../contracts/stored/store_names.ts";
import type { StoreRecord } from "../../contracts/stored/store_record.ts";
import { BodyChunks } from "./body_chunks.ts";
import { OperationLimit, STOPPED } from "./operation_limit.ts";
import { objectLabels, operationProblem } from "./object_options.ts";
import type { KeyOperation } from "../operation_context.ts";
import type { CurrentObject, ObjectStore } from "./object_store.ts";
import type { StoreError } from "./store_error.ts";
import { storeError } from "./store_problem.ts";
import type { StoreBody, StoreWriteOptions } from "./store_types.ts";

/** How often other changes may come first before this one fails. */
const MAX_TURNS = 100;
/** How long a removal gives way to others, in milliseconds. */
const REMOVAL_MS = 10_000;
/** Longest pause before the next turn, in milliseconds. */
const MAX_PAUSE_MS = 20;
/** A process that was stopped for longer may find its object collected: no key may lead to it then. */
const STALE_MS = STORE_ORPHAN_MS * 0.75;

/** One write, with what limits it. */
export interface ObjectWrite {
  readonly context: KeyOperation;
  readonly body: StoreBody;
  readonly options: StoreWriteOptions;
  /** Only when the key holds no object. */
  readonly onlyNew: boolean;
  readonly maxObjectBytes: number | undefined;
  /** Milliseconds that a piece of the body may take to come. */
  readonly stallMs: number;
  /** What is wrong with what was written, before any key leads to it; it is removed then. */
  readonly check?: ((record: StoreRecord) => StoreError | undefined) | undefined;
  /** True where no other code touches the pieces of the body. */
  readonly ownsPieces?: boolean;
}

/**
 * Writes an object and then has its key lead to it, in one step: until then no reader sees anything of
 * it, and what was there before stays.
 */
export async function writeObject(
  store: ObjectStore,
  write: ObjectWrite,
): Promise<Result<void, StoreError>> {
  const { context, body, options, maxObjectBytes, stallMs, ownsPieces = false } = write;
  const problem = operationProblem(options, context);
  if (problem !== undefined) return err(problem);
  const labels = objectLabels(options, context).take();
  if (isErr(labels)) return labels;
  const limits = { chunkBytes: store.chunkBytes, maxObjectBytes, stallMs, ownsPieces };
  const chunks = BodyChunks.of(body, limits, context).take();
  if (isErr(chunks)) return chunks;
  using limit = new OperationLimit(context, options);
  const begun = Date.now();
  if (limit.error !== undefined) {
    chunks.stop(limit.error);
    return err(limit.error);
  }
  // Looked up while the body goes; a new object need not be sent at all where there is one.
  const looking = store.find(context);
  const early = write.onlyNew ? refusal(await limit.wait(looking), limit, context) : undefined;
  if (early !== undefined) {
    chunks.stop(early);
    return err(early);
  }
  const record = (await store.upload(context, chunks, labels, limit)).take();
  if (isErr(record)) {
    chunks.stop(record.error);
    return record;
  }
  const wrong = write.check?.(record);
  if (wrong !== undefined) {
    await store.discard(context, record);
    return err(wrong);
  }
  const end = await take(store, write, { record, begun, limit }, await looking);
  // After an unknown outcome the object may be needed.
  if (end.isErr() && end.error.reason !== "unknown_outcome") await store.discard(context, record);
  return end;
}

/** An object that no key leads to yet. */
interface Uploaded {
  readonly record: StoreRecord;
  /** When the write began, by the clock. */
  readonly begun: number;
  readonly limit: OperationLimit;
}

/** Has the key lead to the new object, however often other writers are faster. */
async function take(
  store: ObjectStore,
  { context, onlyNew }: ObjectWrite,
  { record, begun, limit }: Uploaded,
  looked: Result<CurrentObject | undefined, StoreError>,
): Promise<Result<void, StoreError>> {
  for (let turn = 1, found = looked.take();; turn++) {
    if (isErr(found)) return found;
    if (onlyNew && found !== undefined) return err(existing(context));
    if (Date.now() - begun > STALE_MS) return err(stale(context));
    if (limit.error !== undefined) return err(limit.error);
    const pointed = (await store.point(context, record, found, limit)).take();
    if (isErr(pointed)) return pointed;
    if (pointed) {
      if (found?.record !== undefined) await store.retire(context, found.record);
      return ok();
    }
    if (turn === MAX_TURNS) return err(contended(context, turn));
    await pause(turn);
    found = (await store.find(context)).take();
  }
}

/** Has a key lead nowhere; one that holds no object too. */
export async function removeObject(
  store: ObjectStore,
  context: KeyOperation,
): Promise<Result<void, StoreError>> {
  const deadline = performance.now() + REMOVAL_MS;
  for (let turn = 1;; turn++) {
    const found = (await store.find(context)).take();
    if (isErr(found)) return found;
    if (found === undefined) return ok();
    const cleared = (await store.clear(context, found)).take();
    if (isErr(cleared)) return cleared;
    if (cleared) {
      if (found.record !== undefined) await store.retire(context, found.record);
      return ok();
    }
    if (turn === MAX_TURNS || performance.now() > deadline) return err(contended(context, turn));
    await pause(turn);
  }
}

function refusal(
  looked: Result<CurrentObject | undefined, StoreError> | typeof STOPPED,
  limit: OperationLimit,
  context: KeyOperation,
): StoreError | undefined {
  if (looked === STOPPED) return limit.error;
  if (looked.isErr()) return looked.error;
  return looked.orThrow() === undefined ? undefined : existing(context);
}

function existing(context: KeyOperation): StoreError {
  const what = "the key holds an object already; use put to replace it";
  return storeError({ reason: "exists", what }, context);
}

function stale(context: KeyOperation): StoreError {
  const what =
    "the process was stopped for too long while it wrote; nothing was changed, try again";
  return storeError({ reason: "timeout", what }, context);
}

function contended(context: KeyOperation, turns: number): StoreError {
  const what = `others changed the key ${turns} times meanwhile; try again`;
  return storeError({ reason: "conflict", what }, context);
}

/** Random, so that two writers that met do not meet again. */
function pause(turn: number): Promise<void> {
  const ms = Math.random() * Math.min(turn, MAX_PAUSE_MS);
  return new Promise((resolve) => setTimeout(resolve, ms));
}
