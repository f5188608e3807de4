/** Keys that several callers change at once, in whatever keeps them. */
import {
  type BodyOf,
  isErr,
  KVError,
  ok,
  type Result,
  StateError,
  TransportError,
  type TrellisClient,
  type TrellisService,
} from "../../../mod.ts";
import type { KeyAction, KeyOperation } from "./history.ts";
import { type Kind, nameOf, type Tallies } from "./tallies.ts";
import type { visitor, yard } from "./yard.ts";

/** The keys that several callers change. */
export const CONTESTED: readonly string[] = ["a", "b", "c", "d"];
/** Milliseconds between two requests of one loop. */
const PAUSE_MS = 20;

/** A value that was read, with what a write in its place names it by. */
interface Held {
  readonly value: string;
  readonly revision: string;
}

/** An action that changes a key. */
type KeyWrite = Exclude<KeyAction, { readonly kind: "read" }>;

/** What keeps the keys. */
export interface Contested {
  /** What the history calls it, before its keys. */
  readonly name: string;
  readonly reads: Kind;
  readonly writes: Kind;
  get(key: string): Promise<Result<Held | undefined, Error>>;
  /** False when nothing was written, because the key does not hold what was read. */
  write(key: string, action: KeyWrite, held: Held | undefined): Promise<Result<boolean, Error>>;
}

/** The bucket of the service. */
export function contestedBucket({ kv }: TrellisService<BodyOf<typeof yard>>): Contested {
  const bucket = kv.contested;
  return {
    name: "kv",
    reads: "read",
    writes: "conditional",
    async get(key) {
      const found = await bucket.get(key);
      if (found.isErr() && found.error.reason === "not_found") return ok(undefined);
      return found.map(({ value, revision }) => ({ value: value.key, revision }));
    },
    async write(key, action, held) {
      const condition = held && { expectedRevision: held.revision };
      if (action.kind === "delete") return (await bucket.delete(key, condition)).map(() => true);
      const piece = { key: action.value, n: 0 };
      const written = action.kind === "create"
        ? await bucket.create(key, piece)
        : await bucket.put(key, piece, action.kind === "put" ? undefined : condition);
      return written.map(() => true);
    },
  };
}

/** What Trellis keeps for one person, who has several clients. */
export function contestedState({ state }: TrellisClient<BodyOf<typeof visitor>>): Contested {
  const { marks } = state;
  return {
    name: "state",
    reads: "state read",
    writes: "state write",
    async get(key) {
      return (await marks.get(key).result()).map((answer) => {
        if (!answer.found) return undefined;
        const { value, revision } = answer.entry;
        return { value: value.key, revision };
      });
    },
    async write(key, action, held) {
      if (action.kind === "delete") {
        const condition = held && { expectedRevision: held.revision };
        return (await marks.delete(key, condition).result()).map(({ deleted }) => deleted);
      }
      const condition = action.kind === "put" ? {} : { expectedRevision: held?.revision ?? null };
      const piece = { key: action.value, n: 0 };
      return (await marks.put(key, piece, condition).result()).map(({ applied }) => applied);
    },
  };
}

/** Reads a key, and writes or deletes what it has seen; now and then without a condition. Ends when it is told. */
export async function contend(
  contested: Contested,
  caller: string,
  { tallies, history, isOver }: {
    readonly tallies: Tallies;
    readonly history: KeyOperation[];
    readonly isOver: () => boolean;
  },
): Promise<void> {
  for (let n = 0; !isOver(); n++) {
    // Also behind what fails at once.
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const key = CONTESTED[Math.floor(Math.random() * CONTESTED.length)] ?? "a";
    const note = (action: KeyAction, began: number, told: Told) =>
      history.push({
        key: `${contested.name} ${key}`,
        action,
        began,
        ended: performance.now(),
        ...told,
      });
    const began = performance.now();
    const held = (await tallies.timed(contested.reads, () => contested.get(key))).take();
    if (isErr(held)) continue;
    note({ kind: "read", value: held?.value }, began, { outcome: "done" });
    const action = nextAction(held, `${caller}-${n}`);
    const writing = performance.now();
    const written = (await tallies.timed(contested.writes, () => {
      return contested.write(key, action, held);
    })).take();
    note(action, writing, isErr(written) ? toldBy(written.error) : toldDone(written));
  }
}

/** The value that a contested key holds in the end, noted as a read. */
export async function readLast(contested: Contested, history: KeyOperation[]): Promise<void> {
  for (const key of CONTESTED) {
    const began = performance.now();
    const value = (await contested.get(key)).orThrow()?.value;
    history.push({
      key: `${contested.name} ${key}`,
      action: { kind: "read", value },
      began,
      ended: performance.now(),
      outcome: "done",
    });
  }
}

function nextAction(held: Held | undefined, value: string): KeyWrite {
  const chance = Math.random();
  if (chance < 0.1) return { kind: "put", value };
  if (held === undefined) return { kind: "create", value };
  return chance < 0.25
    ? { kind: "delete", expected: held.value }
    : { kind: "update", expected: held.value, value };
}

/** What a caller was told of a write. */
type Told = Pick<KeyOperation, "outcome" | "told">;

function toldDone(isDone: boolean): Told {
  return isDone ? { outcome: "done" } : { outcome: "refused", told: "answered as not done" };
}

/** What a failed write of a key says of whether it has happened. */
function toldBy(error: Error): Told {
  return { outcome: outcomeOf(error), told: `${nameOf(error) ?? error.name}: ${error.message}` };
}

function outcomeOf(error: Error): KeyOperation["outcome"] {
  if (error instanceof TransportError) return error.isOutcomeUnknown ? "unknown" : "refused";
  const isKnown = error instanceof KVError || error instanceof StateError;
  return isKnown && error.reason !== "unknown_outcome" ? "refused" : "unknown";
}
