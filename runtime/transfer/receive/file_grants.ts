import type { Contract } from "../../../contracts/define/contract.ts";
import {
  TransferError,
  type TransferErrorReason,
} from "../../../contracts/errors/transfer_error.ts";
import { AsyncResult, err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { FileGrant } from "../../../contracts/schema/file_grant.ts";
import { pullInbox, TRANSFER_MS } from "../../../contracts/stored/transfer_names.ts";
import type { KVError } from "../../kv/kv_error.ts";
import type { OpenRecords } from "../../jobs/record_store.ts";
import { callerInbox } from "../../nats/connection.ts";
import { freshToken } from "../../nats/session_token.ts";
import type { Caller } from "../../rpc/request_context.ts";
import type { RpcServer } from "../../rpc/rpc_server.ts";
import { SessionTurns } from "../../rpc/session_turns.ts";
import type { StoreError } from "../../store/store_error.ts";
import type { StoreHandle } from "../../store/store_handle.ts";
import { TypedStore } from "../../store/typed_store.ts";
import { TypedStoreEntry } from "../../store/typed_store_entry.ts";
import { type GrantRecord, keepGrant, readGrant } from "./grant_record.ts";
import { type PullAnswer, pullConsumer, type PullRequest, pullSurface } from "./pull_protocol.ts";
import type { FileGranter, GrantOptions } from "./receive_types.ts";

/** Grants that are remembered. */
const MOST_KNOWN = 1000;

/**
 * For each window the server looks for its chunks on the disk, one window after the other, and everything else that is
 * asked of JetStream waits for that. Who fetches many files at once needs no more.
 */
const WINDOWS = { ofSession: 4, together: 16, waiting: 128 };

/** What files of a service are granted with. */
export interface FileGrantsParts {
  readonly contract: Contract;
  readonly server: Pick<RpcServer, "serveSurface">;
  /** The stores of the service, by alias. */
  readonly stores: ReadonlyMap<string, StoreHandle>;
  /** Opens the bucket in which grants are kept. */
  readonly records: OpenRecords;
  /** The time as the server has it, in milliseconds since 1970. */
  readonly now: () => Promise<number>;
}

/** A surface whose answers grant files. */
interface GrantingSurface {
  readonly name: string;
  /** Without the caller's token. */
  readonly subject: string;
  /** Alias of the store. */
  readonly store: string;
}

/** Who a grant is for. */
type GrantHolder = GrantRecord["holder"];

/** Answers what grants files to somebody. */
export type GrantTo = (holder: GrantHolder) => FileGranter;

/** Grants the files of a service's stores, and has them sent to those who were granted them. */
export class FileGrants {
  readonly #parts: FileGrantsParts;
  readonly #served = new Set<string>();
  /** Grants that were asked for by their ids: they never change. */
  readonly #known = new Map<string, GrantRecord>();
  readonly #turns = new SessionTurns(WINDOWS);

  /** Nothing is asked of the server before a file is granted. */
  constructor(parts: FileGrantsParts) {
    this.#parts = parts;
  }

  /**
   * Serves what an RPC or an operation grants, and answers what its handlers grant files with; undefined when it
   * declares no such thing.
   */
  serve(
    section: "rpc" | "operations",
    name: string,
  ): GrantTo | undefined {
    const { contract, server } = this.#parts;
    const { subject, transfer } = contract.manifest[section]?.[name] ?? {};
    if (subject === undefined || transfer?.direction !== "receive") return undefined;
    const surface: GrantingSurface = { name, subject, store: transfer.store };
    if (!this.#served.has(subject)) {
      this.#served.add(subject);
      server.serveSurface(contract, pullSurface(name, subject), async (request, { caller }) => {
        // It was checked against its schema.
        const pull = request as PullRequest;
        return await this.#turns.run(caller.session, () => this.#send(surface, pull, caller)) ??
          err(failure("busy", "this session asks for too much at once; try again", pull.grant));
      });
    }
    return (holder) => ({
      grant: (key, options = {}) => new AsyncResult(this.#grant(surface, holder, key, options)),
    });
  }

  async #grant(
    surface: GrantingSurface,
    holder: GrantHolder,
    key: string,
    { expiresInMs = TRANSFER_MS, range }: GrantOptions,
  ): Promise<Result<FileGrant, StoreError | TransferError>> {
    if (!(expiresInMs > 0 && expiresInMs <= TRANSFER_MS)) {
      throw new RangeError(`a grant is good for 1 to ${TRANSFER_MS} ms, not ${expiresInMs}`);
    }
    const { stores, records, now } = this.#parts;
    const id = freshToken(32);
    const store = await stores.get(surface.store)?.open().take();
    if (store === undefined) return err(noStore(surface, id));
    if (isErr(store)) return store;
    const entry = await store.get(key).take();
    if (isErr(entry)) return entry;
    const object = TypedStoreEntry.recordOf(entry);
    const { size, digest, contentType } = object;
    const granted = range ?? { start: 0, end: size };
    if (!isWithin(granted, size)) {
      return err(failure("out_of_range", `${key} has ${size} bytes, and not those`, id));
    }
    const bucket = (await records()).take();
    if (isErr(bucket)) return err(unavailable(bucket.error, id));
    const expiresAt = new Date(await now() + expiresInMs).toISOString();
    const { subject } = surface;
    const { store: alias } = surface;
    const record = {
      surface: subject,
      holder,
      store: alias,
      key,
      object,
      range: granted,
      expiresAt,
    };
    const kept = (await keepGrant(bucket, id, record, expiresInMs)).take();
    if (isErr(kept)) return err(unavailable(kept.error, id));
    return ok({
      format: "trellis.file.v1",
      surface: subject,
      id,
      size,
      digest,
      ...(contentType === undefined ? {} : { contentType }),
      ...(range === undefined ? {} : { range: { start: range.start, end: range.end } }),
      expiresAt,
    });
  }

  async #send(
    surface: GrantingSurface,
    { grant: id, from, bytes, inbox }: PullRequest,
    caller: Caller,
  ): Promise<Result<PullAnswer, TransferError>> {
    const { stores, now } = this.#parts;
    const grant = (await this.#find(id)).take();
    if (isErr(grant)) return err(unavailable(grant.error, id));
    // Nobody learns of a grant that is somebody else's.
    if (grant === undefined || grant.surface !== surface.subject || !isHeldBy(grant, caller)) {
      return err(failure("not_found", "this session has no such grant", id));
    }
    const { expiresAt, range, key, object } = grant;
    if (Date.parse(expiresAt) <= await now()) {
      return err(failure("expired", `the grant was good until ${expiresAt}; ask for another`, id));
    }
    if (from < range.start || from > range.end || from === range.end && range.end > range.start) {
      const what =
        `bytes from ${range.start} to ${range.end} were granted, and not from ${from} on`;
      return err(failure("out_of_range", what, id));
    }
    const store = await stores.get(grant.store)?.open().take();
    if (store === undefined) return err(noStore(surface, id));
    if (isErr(store)) return err(fromStore(store.error, id));
    const sent = await TypedStore.send(store, key, object, {
      from,
      bytes,
      within: range,
      to: pullInbox(callerInbox(caller.session), inbox),
      name: pullConsumer(inbox),
    });
    return sent.mapErr((error) => fromStore(error, id));
  }

  async #find(id: string): Promise<Result<GrantRecord | undefined, KVError>> {
    const known = this.#known.get(id);
    if (known !== undefined) return ok(known);
    const bucket = (await this.#parts.records()).take();
    if (isErr(bucket)) return bucket;
    const grant = (await readGrant(bucket, id)).take();
    if (isErr(grant) || grant === undefined) return isErr(grant) ? grant : ok(undefined);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(id, grant);
    return ok(grant);
  }
}

function isHeldBy({ holder }: GrantRecord, caller: Caller): boolean {
  if ("session" in holder) return holder.session === caller.session;
  const { kind, id } = caller.principal;
  return holder.owner === `${kind}:${id}`;
}

function isWithin({ start, end }: { readonly start: number; readonly end: number }, size: number) {
  return Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end &&
    end <= size;
}

function failure(reason: TransferErrorReason, message: string, id: string, cause?: unknown) {
  return new TransferError({ reason, message, id, cause });
}

function unavailable(cause: Error, id: string): TransferError {
  return failure("unavailable", `grants cannot be read or kept: ${cause.message}`, id, cause);
}

function noStore({ name, store }: GrantingSurface, id: string): TransferError {
  return failure("unavailable", `the store ${store} of ${name} is not bound; reconcile it`, id);
}

/** What is wrong with what is stored passes no more than what is gone. */
function fromStore(error: StoreError, id: string): TransferError {
  const reason = error.reason === "gone"
    ? "gone"
    : error.reason === "corrupt"
    ? "digest_mismatch"
    : "unavailable";
  return failure(reason, error.message, id, error);
}
