import { newerFormatError } from "../../records/stored_fault_error.ts";
import { HOLDINGS_BUCKET } from "../../../contracts/stored/own_streams.ts";
import { newerFormat } from "../../../contracts/json/newer_format.ts";
import type { KV, KvEntry } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/nats-core";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";
import { type Holder, HOLDER_KINDS, holderText } from "../../access/holder.ts";
import type { Holding } from "../../access/holding.ts";
import { type HeldText, type HoldingStore, KEPT_CHANGES } from "../../access/holding_store.ts";
import { readHolding } from "../../access/read_holding.ts";
import { AuthorityError } from "../../records/authority_error.ts";
import type { Stored } from "../../records/record_store.ts";
import { allEntries } from "../records/all_entries.ts";
import { latestEntries, type LatestEntry } from "../../../runtime/nats/buckets/latest_entries.ts";
import { putIfUnchanged } from "../records/put_if_unchanged.ts";
import { openOwnBucket } from "../../../runtime/nats/jetstream/own_bucket.ts";
import { attempt } from "../records/stored_message.ts";
import { watchUpdates } from "../records/watch_updates.ts";

const MAX_VALUE_BYTES = 256 * 1024;

/** Holdings in a KV bucket. */
export class NatsHoldingStore implements HoldingStore {
  readonly #kv: KV;
  readonly #connection: NatsConnection;
  readonly #link: ConnectionGate;

  private constructor(kv: KV, connection: NatsConnection, link: ConnectionGate) {
    this.#kv = kv;
    this.#connection = connection;
    this.#link = link;
  }

  /** Opens the bucket, and makes it where it is not there. The connection must be allowed to. */
  static open(connection: NatsConnection): Promise<Result<NatsHoldingStore, AuthorityError>> {
    const link = new ConnectionGate(connection);
    return attempt(link, "open what was granted", async () => {
      const kv = await openOwnBucket(connection, HOLDINGS_BUCKET, {
        history: KEPT_CHANGES,
        maxValueSize: MAX_VALUE_BYTES,
        description: "Trellis grants",
        // A direct read may answer an older record, and let somebody do what was taken from them.
        allow_direct: false,
      });
      return ok(new NatsHoldingStore(kv, connection, link));
    });
  }

  /** The latest holding. */
  load(holder: Holder): Promise<Result<Stored<Holding> | undefined, AuthorityError>> {
    return this.#attempt(`read what ${holderText(holder)} holds`, async () => {
      const entry = await this.#kv.get(keyOf(holder));
      if (entry === null) return ok(undefined);
      // A tombstone of somebody who deleted the key by hand: what follows is written over it.
      if (entry.operation !== "PUT") return ok(undefined);
      return read(entry).map((value) => ({ value, revision: entry.revision }));
    });
  }

  /** Every holding. */
  loadAll(): Promise<Result<readonly Holding[], AuthorityError>> {
    return this.#attempt("read what was granted", async () => {
      const entries = new Map<string, LatestEntry>();
      for await (const entry of latestEntries(this.#connection, HOLDINGS_BUCKET)) {
        entries.set(entry.key, entry);
      }
      return readAll([...entries.values()]);
    });
  }

  /** Writes a holding that still has a revision. */
  save(holding: Holding, revision: number | undefined): Promise<Result<boolean, AuthorityError>> {
    const key = keyOf(holding.holder);
    const text = JSON.stringify(holding);
    return this.#attempt(
      `write what ${holderText(holding.holder)} holds`,
      async () => ok(await putIfUnchanged(this.#kv, key, text, revision)),
    );
  }

  /** All that is stored of all holders. */
  evidence(): Promise<Result<readonly HeldText[], AuthorityError>> {
    return this.#attempt("read what everybody held", async () => {
      const held: HeldText[] = [];
      for await (const entry of allEntries(this.#kv)) {
        const text = entry.operation === "PUT" ? entry.string() : undefined;
        held.push({ key: entry.key, text });
      }
      return ok(held);
    });
  }

  /** What a holder held, oldest first. */
  history(holder: Holder): Promise<Result<readonly Holding[], AuthorityError>> {
    return this.#attempt(`read what ${holderText(holder)} held`, async () => {
      const entries: KvEntry[] = [];
      for await (const entry of await this.#kv.history({ key: keyOf(holder) })) {
        if (entry.operation === "PUT") entries.push(entry);
      }
      return readAll(entries);
    });
  }

  /** Calls back whenever a holding changes, until aborted. */
  watch(
    changed: (holder: Holder, holding: Holding | undefined) => void,
    signal: AbortSignal,
  ): Promise<void> {
    return watchUpdates(this.#kv, ">", (entry) => {
      const holder = holderOf(entry.key);
      if (holder === undefined) return;
      const holding = entry.operation === "PUT" ? read(entry).take() : undefined;
      changed(holder, isErr(holding) ? undefined : holding);
    }, signal);
  }

  #attempt<T>(
    doing: string,
    work: () => Promise<Result<T, AuthorityError>>,
  ): Promise<Result<T, AuthorityError>> {
    return attempt(this.#link, doing, work);
  }
}

function keyOf({ kind, id }: Holder): string {
  return `${kind}.${id}`;
}

function holderOf(key: string): Holder | undefined {
  const [kind, id] = key.split(".");
  const known = HOLDER_KINDS.find((name) => name === kind);
  return known === undefined || id === undefined ? undefined : { kind: known, id };
}

function readAll(entries: readonly LatestEntry[]): Result<readonly Holding[], AuthorityError> {
  const holdings: Holding[] = [];
  for (const entry of entries) {
    const holding = read(entry).take();
    if (isErr(holding)) return holding;
    holdings.push(holding);
  }
  return ok(holdings);
}

function read(entry: LatestEntry): Result<Holding, AuthorityError> {
  const holding = readHolding(entry.string());
  // Under another key it would be somebody else's.
  if (holding !== undefined && keyOf(holding.holder) === entry.key) return ok(holding);
  const newer = newerFormat(entry.string(), "trellis.holding.v1");
  const what = `the key ${entry.key} of the KV bucket ${HOLDINGS_BUCKET}`;
  if (newer !== undefined) return err(newerFormatError(what, `its format is ${newer}`));
  return err(
    new AuthorityError(
      "record_corrupt",
      `${what} holds nothing that Trellis has written`,
      `look at what it held before (nats kv history ${HOLDINGS_BUCKET} ${entry.key}), and put that back`,
    ),
  );
}
