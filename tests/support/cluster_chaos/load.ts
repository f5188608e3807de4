/** Asks for everything again and again, and notes what it was told. */
import {
  type BodyOf,
  isErr,
  ok,
  type Result,
  TrellisClient,
  type TrellisService,
  type TypedStore,
} from "../../../mod.ts";
import { isRetryable } from "../../../runtime/rpc/is_retryable.ts";
import { until } from "../until.ts";
import { contend, contestedBucket, contestedState } from "./contested.ts";
import { Follower } from "./follower.ts";
import type { KeyOperation } from "./history.ts";
import { fetchFile, fileOf, sendFile, sendInParts, WAIT_MS } from "./sent_files.ts";
import { type Kind, KINDS, Tallies } from "./tallies.ts";
import type { TrellisCluster } from "./trellis_cluster.ts";
import { visitor, type yard } from "./yard.ts";

/** Who asks: an instance of the service and a client of it, over connections of their own. */
export interface Asker {
  readonly service: TrellisService<BodyOf<typeof yard>>;
  readonly client: TrellisClient<BodyOf<typeof visitor>>;
  readonly files: TypedStore;
}

/** No request may take so long: twice the longest deadline of all, in milliseconds. */
const HUNG_MS = 180_000;
/** Milliseconds between two requests of one loop. */
const PAUSE_MS = 20;
/** The same where each leaves much behind. */
const LONG_PAUSE_MS = 1000;
/** Milliseconds between two changes of what the clients may do. */
const RIGHTS_MS = 4000;
/** Values after which a follower leaves its feed, and takes it up again. */
const FOLLOWED = 150;
/** Bytes of what is put into a store. */
export const STORED_BYTES = 60_000;

/** Loops over all kinds for as long as it runs. */
export class Load implements AsyncDisposable {
  /** What was told of contested keys. */
  readonly history: KeyOperation[] = [];
  readonly tallies = new Tallies();
  /** Those who follow what is created. */
  readonly followers: readonly Follower[];
  /** Of files that were gone on with: what had arrived, and was sent again. */
  readonly sentAgain: string[] = [];
  /** Waits that have ended before their time, for a reason that passes. */
  readonly early: string[] = [];
  /** How often connections were to be replaced. */
  rightsChanged = 0;
  readonly #name: string;
  readonly #trellis: TrellisCluster;
  #isOver = false;

  /** @param askers each has a loop of every kind */
  constructor(trellis: TrellisCluster, askers: readonly Asker[], name: string) {
    this.#name = name;
    this.#trellis = trellis;
    const { tallies, history } = this;
    const contest = { tallies, history, isOver: () => this.#isOver };
    this.followers = askers.flatMap(({ client }) => [
      new Follower(client, tallies, 0),
      new Follower(client, tallies, FOLLOWED),
    ]);
    const loops = askers.flatMap((asker, n) => [
      this.#loop("rpc", n, (key) => asker.client.rpc.piece.echo({ key, n })),
      contend(contestedBucket(asker.service), `${name}-${n}`, contest),
      contend(contestedState(asker.client), `${name}-s${n}`, contest),
      this.#loop("create", n, (key) => asker.service.kv.created.create(key, { key, n }), (made) => {
        return made.revision;
      }),
      this.#loop("store put", n, (key) => asker.files.put(key, fileOf(key, STORED_BYTES))),
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
      this.#loop(
        "upload",
        n,
        (key) => sendFile(asker.client, `u${key}`),
        (digest) => digest,
        LONG_PAUSE_MS,
      ),
      this.#loop(
        "resumed upload",
        n,
        (key) => sendInParts(asker.client, `r${key}`, (what) => this.sentAgain.push(what)),
        (digest) => digest,
        LONG_PAUSE_MS,
      ),
      this.#loop("download", n, () => this.#fetchFile(asker), () => "", LONG_PAUSE_MS),
    ]);
    loops.push(
      this.#comeIn(),
      this.#changeRights(),
    );
    // What throws is a mistake, and ends the test.
    Promise.all(loops);
  }

  /** Ends it when what was asked is answered; answers the kinds of which something is not, after far too long. */
  async stop(): Promise<readonly Kind[]> {
    this.#isOver = true;
    const isPending = (kind: Kind) => this.tallies.of[kind].pending > 0;
    await until(() => !KINDS.some(isPending), "all is answered", HUNG_MS).catch(() => {});
    return KINDS.filter(isPending);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #loop<T>(
    kind: Kind,
    caller: number,
    ask: (key: string) => PromiseLike<Result<T, Error>>,
    worth: (value: T, key: string) => string = (_, key) => key,
    pauseMs = PAUSE_MS,
  ): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const key = `${this.#name}-${caller}-${n}`;
      const answer = await this.tallies.timed(kind, () => ask(key));
      if (answer.isOk()) this.tallies.of[kind].acknowledged.set(key, worth(answer.value, key));
      await pause(pauseMs);
    }
  }

  /** The bytes of a file that was stored before. */
  async #readFile({ files }: Asker): Promise<Result<unknown, Error>> {
    const key = anyOf([...this.tallies.of["store put"].acknowledged.keys()]);
    if (key === undefined) return ok(undefined);
    const entry = (await files.get(key)).take();
    return isErr(entry) ? entry : await entry.bytes();
  }

  async #fetchFile({ client }: Asker): Promise<Result<unknown, Error>> {
    const { upload, "resumed upload": resumed } = this.tallies.of;
    const key = anyOf([
      ...[...upload.acknowledged.keys()].map((key) => `u${key}`),
      ...[...resumed.acknowledged.keys()].map((key) => `r${key}`),
    ]);
    return key === undefined ? ok(undefined) : await fetchFile(client, key);
  }

  async #awaitJob({ service }: Asker, key: string): Promise<Result<unknown, Error>> {
    const ref = (await service.jobs.kept.create({ key, n: 0 }, { id: key })).take();
    if (isErr(ref)) return ref;
    this.tallies.of["kept job"].acknowledged.set(key, key);
    return await this.#waited(key, ref.wait({ timeoutMs: WAIT_MS }));
  }

  async #awaitOperation({ client }: Asker, key: string): Promise<Result<unknown, Error>> {
    const ref = (await client.operation.piece.make.start({ key, n: 0 }, { requestId: key })).take();
    if (isErr(ref)) return ref;
    this.tallies.of.operation.acknowledged.set(key, key);
    return await this.#waited(key, ref.wait({ timeoutMs: WAIT_MS }));
  }

  /** A wait lasts over whatever passes. */
  async #waited<T>(key: string, wait: PromiseLike<Result<T, Error>>): Promise<Result<T, Error>> {
    const began = performance.now();
    const ended = await wait;
    const ms = Math.round(performance.now() - began);
    if (ended.isErr() && isRetryable(ended.error) && ms < WAIT_MS - PAUSE_MS) {
      this.early.push(`${key}: after ${ms} ms: ${ended.error.message}`);
    }
    return ended;
  }

  /** New sessions are let in, and ask for something. */
  async #comeIn(): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const connecting = await this.#trellis.client(n);
      await this.tallies.timed("session", async () => {
        const client = (await TrellisClient.connect({ contract: visitor, ...connecting })).take();
        if (isErr(client)) return client;
        const answer = await client.rpc.piece.echo({ key: `${this.#name}-session-${n}`, n });
        await client.close();
        return answer;
      });
      await pause(LONG_PAUSE_MS);
    }
  }

  async #changeRights(): Promise<void> {
    while (!this.#isOver) {
      await this.#trellis.changeRights(this.rightsChanged++ % 2 === 0 ? "add" : "remove");
      await pause(RIGHTS_MS);
    }
  }
}

function anyOf<T>(all: readonly T[]): T | undefined {
  return all[Math.floor(Math.random() * all.length)];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
