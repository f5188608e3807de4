/** Asks for everything again and again, and notes what it was told. */
import { createHash } from "node:crypto";
import {
  type BodyOf,
  isErr,
  KVError,
  ok,
  type Result,
  type TrellisClient,
  type TrellisService,
  type TypedStore,
} from "../../../mod.ts";
import type { KeyAction, KeyOperation } from "./history.ts";
import { until } from "../until.ts";
import type { visitor, yard } from "./yard.ts";

/** Who asks: an instance of the service and a client of it, over connections of their own. */
export interface Asker {
  readonly service: TrellisService<BodyOf<typeof yard>>;
  readonly client: TrellisClient<BodyOf<typeof visitor>>;
  readonly files: TypedStore;
}

/** Kinds of requests. */
export const KINDS = [
  "rpc",
  "conditional",
  "create",
  "read",
  "store put",
  "store get",
  "event",
  "transact",
  "job",
  "kept job",
  "operation",
] as const;
/** One of them. */
export type Kind = typeof KINDS[number];

/** What has become of the requests of one kind. */
export interface Tally {
  /** When each that was done ended, by `performance.now()`. */
  readonly doneAt: number[];
  /** Failures, by what they said. */
  readonly failed: Record<string, number>;
  /** The longest time that a request took, in milliseconds. */
  longestMs: number;
  /** Requests that have no answer. */
  pending: number;
  /** Of those that were done, what must be there afterwards. */
  readonly acknowledged: Map<string, string>;
}

/** The keys that several callers change. */
export const CONTESTED: readonly string[] = ["a", "b", "c", "d"];
/** No request may take so long: twice the longest deadline of all, in milliseconds. */
const HUNG_MS = 130_000;
/** Milliseconds between two requests of one loop. */
const PAUSE_MS = 5;
const FILE_BYTES = 60_000;

/** Loops over all kinds for as long as it runs. */
export class Load {
  /** What was told of contested keys. */
  readonly history: KeyOperation[] = [];
  /** By kind. */
  readonly tallies: Readonly<Record<Kind, Tally>>;
  readonly #name: string;
  #isOver = false;

  /** @param askers each has a loop of every kind */
  constructor(askers: readonly Asker[], name: string) {
    this.#name = name;
    const tallies = KINDS.map((kind) => [kind, {
      doneAt: [],
      failed: {},
      longestMs: 0,
      pending: 0,
      acknowledged: new Map(),
    }]);
    this.tallies = Object.fromEntries(tallies);
    const loops = askers.flatMap((asker, n) => [
      this.#loop("rpc", n, (key) => asker.client.rpc.piece.echo({ key, n })),
      this.#contest(asker, n),
      this.#loop("create", n, (key) => asker.service.kv.created.create(key, { key, n }), (made) => {
        return made.revision;
      }),
      this.#loop(
        "store put",
        n,
        (key) => asker.files.put(key, fileOf(key)),
        (_, key) => {
          return key;
        },
      ),
      this.#loop("store get", n, () => this.#readFile(asker)),
      this.#loop("event", n, (key) => asker.service.event.piece.moved.publish({ key, n })),
      this.#loop("transact", n, (key) =>
        asker.service.transact((tx) => {
          tx.kv.booked.create(key, { key, n });
          tx.event.piece.booked({ key, n });
        })),
      this.#loop("job", n, (key) => asker.service.jobs.plain.create({ key, n }, { id: key })),
      this.#loop("kept job", n, (key) => this.#awaitJob(asker, key)),
      this.#loop("operation", n, (key) => this.#awaitOperation(asker, key)),
    ]);
    // What throws is a mistake, and ends the test.
    Promise.all(loops);
  }

  /** Ends it when what was asked is answered; answers the kinds of which something is not, after far too long. */
  async stop(): Promise<readonly Kind[]> {
    this.#isOver = true;
    const isPending = (kind: Kind) => this.tallies[kind].pending > 0;
    await until(() => !KINDS.some(isPending), "all is answered", HUNG_MS).catch(() => {});
    return KINDS.filter(isPending);
  }

  async #loop<T>(
    kind: Kind,
    caller: number,
    ask: (key: string) => PromiseLike<Result<T, Error>>,
    worth: (value: T, key: string) => string = (_, key) => key,
  ): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const key = `${this.#name}-${caller}-${n}`;
      const answer = await this.#timed(kind, () => ask(key));
      if (answer.isOk()) this.tallies[kind].acknowledged.set(key, worth(answer.value, key));
      await pause(PAUSE_MS);
    }
  }

  async #timed<T>(
    kind: Kind,
    ask: () => PromiseLike<Result<T, Error>>,
  ): Promise<Result<T, Error>> {
    const tally = this.tallies[kind];
    const began = performance.now();
    tally.pending++;
    const answer = await ask();
    tally.pending--;
    const ended = performance.now();
    tally.longestMs = Math.max(tally.longestMs, ended - began);
    if (answer.isOk()) tally.doneAt.push(ended);
    else if (answer.isErr()) {
      const said = nameOf(answer.error);
      tally.failed[said] = (tally.failed[said] ?? 0) + 1;
    }
    return answer;
  }

  /** Reads a contested key, and writes or deletes what it has seen; now and then without a condition. */
  async #contest({ service }: Asker, caller: number): Promise<void> {
    const kv = service.kv.contested;
    for (let n = 0; !this.#isOver; n++) {
      const key = CONTESTED[Math.floor(Math.random() * CONTESTED.length)] ?? "a";
      const value = `${this.#name}-${caller}-${n}`;
      const piece = { key: value, n };
      const began = performance.now();
      const entry = (await this.#timed("read", async () => {
        const found = await kv.get(key);
        return found.isErr() && found.error.reason === "not_found" ? ok(undefined) : found;
      })).take();
      if (isErr(entry)) continue;
      const current = entry?.value.key;
      this.#note(key, { kind: "read", value: current }, began, "done");
      const chance = Math.random();
      const condition = entry && { expectedRevision: entry.revision };
      const action: KeyAction = chance < 0.1
        ? { kind: "put", value }
        : current === undefined
        ? { kind: "create", value }
        : chance < 0.25
        ? { kind: "delete", expected: current }
        : { kind: "update", expected: current, value };
      const writing = performance.now();
      const written = await this.#timed<unknown>(
        "conditional",
        async () =>
          action.kind === "put"
            ? await kv.put(key, piece)
            : action.kind === "create"
            ? await kv.create(key, piece)
            : action.kind === "delete"
            ? await kv.delete(key, condition)
            : await kv.put(key, piece, condition),
      );
      const outcome = written.isErr() ? outcomeOf(written.error) : "done";
      this.#note(key, action, writing, outcome);
      await pause(PAUSE_MS);
    }
  }

  #note(key: string, action: KeyAction, began: number, outcome: KeyOperation["outcome"]): void {
    this.history.push({ key, action, began, ended: performance.now(), outcome });
  }

  /** The bytes of a file that was stored before. */
  async #readFile({ files }: Asker): Promise<Result<unknown, Error>> {
    const keys = [...this.tallies["store put"].acknowledged.keys()];
    const key = keys[Math.floor(Math.random() * keys.length)];
    if (key === undefined) return ok(undefined);
    const entry = (await files.get(key)).take();
    return isErr(entry) ? entry : await entry.bytes();
  }

  async #awaitJob({ service }: Asker, key: string): Promise<Result<unknown, Error>> {
    const ref = (await service.jobs.kept.create({ key, n: 0 }, { id: key })).take();
    if (isErr(ref)) return ref;
    this.tallies["kept job"].acknowledged.set(key, key);
    return await ref.wait({ timeoutMs: 20_000 });
  }

  async #awaitOperation({ client }: Asker, key: string): Promise<Result<unknown, Error>> {
    const ref = (await client.operation.piece.make.start({ key, n: 0 }, { requestId: key })).take();
    if (isErr(ref)) return ref;
    this.tallies.operation.acknowledged.set(key, key);
    return await ref.wait({ timeoutMs: 20_000 });
  }
}

/** What is stored under a key: other bytes for each. */
export function fileOf(key: string): Uint8Array {
  const piece = createHash("sha512").update(key).digest();
  return Uint8Array.from({ length: FILE_BYTES }, (_, at) => piece[at % piece.length] ?? 0);
}

/** What a failed write of a key says of whether it has happened. */
function outcomeOf(error: Error): KeyOperation["outcome"] {
  return error instanceof KVError && error.reason !== "unknown_outcome" ? "refused" : "unknown";
}

function nameOf(error: Error): string {
  if ("reason" in error) return String(error.reason);
  const isOpen = "isOutcomeUnknown" in error && error.isOutcomeUnknown === true;
  return "code" in error ? `${error.code}${isOpen ? " (open)" : ""}` : error.name;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
