import { AUDIT_STREAM } from "../../../contracts/stored/own_streams.ts";
import {
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
  StorageType,
  type StoredMsg,
} from "@nats-io/jetstream";
import { newerFormat } from "../../../contracts/json/newer_format.ts";
import { mayBeClustered } from "../../../runtime/nats/link/js_domain.ts";
import type { NatsConnection } from "@nats-io/nats-core";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import { ConnectionGate } from "../../../runtime/nats/connection_gate.ts";
import { addOwnStream } from "../../../runtime/nats/jetstream/own_layout.ts";
import { API_CODE } from "../../../runtime/nats/jetstream/api_code.ts";
import { apiCode, isLostRace } from "../../../runtime/nats/jetstream/library_api_code.ts";
import {
  type AuditEntry,
  auditEntry,
  type AuditEvent,
  readAuditEntry,
} from "../../audit/audit_entry.ts";
import type { AuditLog } from "../../audit/audit_log.ts";
import type { AuthorityError } from "../../records/authority_error.ts";
import type { Place, Signer } from "../../records/chain.ts";
import type { Heads } from "../../records/trusted_keys.ts";
import type { Sources } from "../../records/sources.ts";
import { backoffMs } from "../../reconciler/backoff.ts";
import { managerOf } from "../buckets/jetstream_failure.ts";
import { attempt } from "../records/stored_message.ts";
import { readStreamOnce } from "../scan/read_stream_once.ts";

const SUBJECT = "trellis.v1.audit";
/** How long others may be faster before an append is given up. */
const DEADLINE_MS = 5000;
const BACKOFF = { firstMs: 2, maxMs: 200 };
const READ_MS = 60_000;

/** What an audit log is opened with. */
export interface AuditLogOptions {
  /** Signs what is appended; missing where nobody has a key. */
  readonly signer: Signer | undefined;
  readonly sources: Sources;
  /** Where older histories stand; asked for only when the log begins. */
  readonly heads: () => Promise<Result<Heads, AuthorityError>>;
}

/** What came of writing an entry: it stands there, another stands in its place, or its event was known. */
type Written = "written" | "taken" | "known";

/** The audit history in a stream that gives nothing back. */
export class NatsAuditLog implements AuditLog {
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #client: JetStreamClient;
  readonly #link: ConnectionGate;
  readonly #options: AuditLogOptions;
  /** Where the next entry goes, unless another process is faster. */
  #next: Place | undefined;
  /** Entries of one process go one after the other, and do not race. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    options: AuditLogOptions,
  ) {
    this.#connection = connection;
    this.#manager = manager;
    this.#client = jetstream(connection);
    this.#link = new ConnectionGate(connection);
    this.#options = options;
  }

  /** The log as it is, to be read; nothing is made where it is not there. */
  static async toRead(
    connection: NatsConnection,
    options: AuditLogOptions,
  ): Promise<NatsAuditLog> {
    return new NatsAuditLog(connection, await managerOf(connection), options);
  }

  /** Opens the log; makes and begins it where it is not there. The connection must be allowed to. */
  static async open(
    connection: NatsConnection,
    options: AuditLogOptions,
  ): Promise<Result<NatsAuditLog, AuthorityError>> {
    const log = new NatsAuditLog(connection, await managerOf(connection), options);
    return (await log.#begin()).map(() => log);
  }

  /** Adds an event at the end. */
  append(event: AuditEvent, once?: string): Promise<Result<AuditEntry, AuthorityError>> {
    const appended = this.#last.then(() => this.#append(event, once));
    this.#last = appended;
    return appended;
  }

  /** Entries as they are stored. */
  read(after = 0): Promise<Result<readonly string[], AuthorityError>> {
    return attempt(this.#link, "read the audit history", async () => {
      const texts: string[] = [];
      const decoder = new TextDecoder();
      const read = (await readStreamOnce(this.#connection, this.#manager, {
        stream: AUDIT_STREAM,
        after,
        through: Infinity,
        data: true,
        deadline: performance.now() + READ_MS,
        visit: ({ data }) => texts.push(decoder.decode(data)),
        tick: () => {},
      })).take();
      if (isErr(read)) {
        const cause = "cause" in read.error ? read.error.cause : new Error(read.error.kind);
        if (apiCode(cause) === API_CODE.streamNotFound) return ok([]);
        throw cause;
      }
      if (read === "late") throw new Error("it took too long");
      return ok(texts);
    });
  }

  #begin(): Promise<Result<void, AuthorityError>> {
    return attempt(this.#link, "open the audit history", async () => {
      if (await this.#lastSeq() > 0) return ok();
      const details = (await this.#options.heads()).take();
      if (isErr(details)) return details;
      const event = { kind: "audit.begun", by: "trellis", subject: "audit", details } as const;
      // Unless another process has begun it meanwhile.
      await this.#write(this.#entry(event, { seq: 1, previous: "" }), undefined);
      return ok();
    });
  }

  /** How many entries there are. The size of a stream that is there is the operator's. */
  async #lastSeq(): Promise<number> {
    const { streams } = this.#manager;
    try {
      return (await streams.info(AUDIT_STREAM)).state.last_seq;
    } catch (error) {
      if (apiCode(error) !== API_CODE.streamNotFound) throw error;
    }
    const { state } = await addOwnStream(this.#manager, mayBeClustered(this.#connection), {
      name: AUDIT_STREAM,
      subjects: [`${SUBJECT}.>`],
      storage: StorageType.File,
      deny_delete: true,
      deny_purge: true,
      metadata: { "trellis.kind": "audit" },
    });
    return state.last_seq;
  }

  #append(
    event: AuditEvent,
    once: string | undefined,
  ): Promise<Result<AuditEntry, AuthorityError>> {
    return attempt(this.#link, `append ${event.kind} to the audit history`, async () => {
      const end = performance.now() + DEADLINE_MS;
      for (let failures = 1;; failures++) {
        const entry = this.#entry(event, this.#next ?? await this.#end());
        this.#next = undefined;
        const written = await this.#write(entry, once);
        if (written === "written") this.#next = { seq: entry.seq + 1, previous: entry.hash };
        if (written !== "taken") return ok(entry);
        if (performance.now() > end) throw new Error("other processes kept being faster");
        const pause = backoffMs(failures, Math.random(), BACKOFF);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    });
  }

  #entry(event: AuditEvent, place: Place): AuditEntry {
    const { signer, sources } = this.#options;
    return auditEntry(event, { id: sources.id(), at: sources.now() }, place, signer);
  }

  /** Writes an entry in its place, unless another stands there, or somebody has written the same event. */
  async #write(entry: AuditEntry, once: string | undefined): Promise<Written> {
    const text = JSON.stringify(entry);
    const options = {
      expect: { lastSequence: entry.seq - 1 },
      ...(once === undefined ? {} : { msgID: once }),
    };
    try {
      const { duplicate } = await this.#client.publish(`${SUBJECT}.${entry.kind}`, text, options);
      return duplicate ? "known" : "written";
    } catch (error) {
      if (isLostRace(error)) return "taken";
      if (apiCode(error) !== undefined) throw error;
      // The acknowledgement was lost: what is stored now shows whether it was written.
      if ((await this.#message({ seq: entry.seq }))?.string() === text) return "written";
      throw error;
    }
  }

  async #end(): Promise<Place> {
    const last = await this.#message({ last_by_subj: `${SUBJECT}.>` });
    if (last === undefined) return { seq: 1, previous: "" };
    const newer = newerFormat(last.string(), "trellis.audit.v1");
    if (newer !== undefined) {
      throw new Error(`a newer Trellis has written ${newer}: update this one`);
    }
    // What is no entry stays where it is, and breaks the chain for everybody to see.
    return { seq: last.seq + 1, previous: readAuditEntry(last.string())?.hash ?? "" };
  }

  async #message(
    query: { readonly seq: number } | { readonly last_by_subj: string },
  ): Promise<StoredMsg | undefined> {
    try {
      return await this.#manager.streams.getMessage(AUDIT_STREAM, query) ?? undefined;
    } catch (error) {
      if (apiCode(error) === API_CODE.noMessage) return undefined;
      throw error;
    }
  }
}
