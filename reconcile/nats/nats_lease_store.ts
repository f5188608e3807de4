import { LEASE_STREAM } from "../../contracts/stored/own_streams.ts";
import { NANOS_PER_MS } from "../../runtime/nats/jetstream/nanos.ts";
import { mayBeClustered } from "../../runtime/nats/link/js_domain.ts";
import {
  DiscardPolicy,
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
  StorageType,
} from "@nats-io/jetstream";
import type { LeaseEntry, LeaseStore } from "../reconciler/lease.ts";
import { managerOf } from "./buckets/jetstream_failure.ts";
import { addOwnStream } from "../../runtime/nats/jetstream/own_layout.ts";
import { API_CODE } from "../../runtime/nats/jetstream/api_code.ts";
import { apiCode, isLostRace } from "../../runtime/nats/jetstream/library_api_code.ts";
import { ConnectionGate } from "../../runtime/nats/connection_gate.ts";

const SUBJECTS = "$TRELLIS.leases";
/** What was not renewed for so long is forgotten. */
const MAX_AGE_MS = 60 * 60 * 1000;

/**
 * Leases in a stream of their own, in the server's memory: they are worth nothing after a restart, and
 * signs of life shall not wear a disk.
 */
export class NatsLeaseStore implements LeaseStore {
  readonly #manager: JetStreamManager;
  readonly #client: JetStreamClient;
  readonly #link: ConnectionGate;

  /** Whether the server belongs to a cluster. */
  readonly #isClustered: () => boolean;

  private constructor(
    manager: JetStreamManager,
    client: JetStreamClient,
    link: ConnectionGate,
    isClustered: () => boolean,
  ) {
    this.#isClustered = isClustered;
    this.#manager = manager;
    this.#client = client;
    this.#link = link;
  }

  /** Opens the leases, making their stream if it is not there. */
  static async open(connection: Parameters<typeof managerOf>[0]): Promise<NatsLeaseStore> {
    const manager = await managerOf(connection);
    const store = new NatsLeaseStore(
      manager,
      jetstream(connection),
      new ConnectionGate(connection),
      () => mayBeClustered(connection),
    );
    await store.#make();
    return store;
  }

  /** What is stored, or undefined. Asked of the leader, with the server's own clock. */
  async read(key: string): Promise<LeaseEntry | undefined> {
    try {
      const subject = `${SUBJECTS}.${key}`;
      const { streams } = this.#manager;
      const message = await this.#link.use(() =>
        streams.getMessage(LEASE_STREAM, { last_by_subj: subject })
      );
      if (message === null) return undefined;
      const ageMs = async () => {
        const { ts } = await this.#link.use(() => streams.info(LEASE_STREAM));
        const age = Date.parse(String(ts)) - message.time.getTime();
        return Number.isFinite(age) ? Math.max(0, age) : undefined;
      };
      return { text: message.string(), revision: message.seq, ageMs };
    } catch (error) {
      if (apiCode(error) === API_CODE.noMessage) return undefined;
      if (apiCode(error) !== API_CODE.streamNotFound) throw error;
      // The server was started again, and with its memory went the stream.
      await this.#make();
      return undefined;
    }
  }

  /** Writes if the key still has the revision; without one in any case. */
  async write(key: string, text: string, revision: number | undefined): Promise<boolean> {
    try {
      const expect = revision === undefined ? {} : { lastSubjectSequence: revision };
      await this.#link.use(() => this.#client.publish(`${SUBJECTS}.${key}`, text, { expect }));
      return true;
    } catch (error) {
      if (isLostRace(error)) return false;
      throw error;
    }
  }

  /** Removes what is stored. */
  async remove(key: string): Promise<void> {
    const filter = `${SUBJECTS}.${key}`;
    await this.#link.use(() => this.#manager.streams.purge(LEASE_STREAM, { filter }));
  }

  async #make(): Promise<void> {
    try {
      await addOwnStream(this.#manager, this.#isClustered(), {
        name: LEASE_STREAM,
        description: "Which Trellis process looks after which deployment",
        subjects: [`${SUBJECTS}.>`],
        storage: StorageType.Memory,
        discard: DiscardPolicy.Old,
        max_msgs_per_subject: 1,
        max_age: MAX_AGE_MS * NANOS_PER_MS,
        metadata: { "trellis.kind": "leases" },
      });
    } catch (error) {
      // One that is there, made by another version of Trellis, does as well.
      if (apiCode(error) !== API_CODE.streamNameInUse) throw error;
    }
  }
}
