/** Files by hand: chunks as nobody should send them, and what is asked about them. */
import { jetstreamManager } from "@nats-io/jetstream";
import { headers } from "@nats-io/nats-core";
import { sessionOf } from "../../../contracts/identity/caller.ts";
import {
  DIGEST_SO_FAR_HEADER,
  sentChunk,
  sentSubjects,
  transferStream,
} from "../../../contracts/stored/transfer_names.ts";
import type { StoredOperation } from "../../../runtime/operations/operation_control.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { currentHost } from "../../../runtime/host/host.ts";
import type { StreamingHash } from "../../../runtime/host/streaming_hash.ts";
import { digestSoFar } from "../../../runtime/transfer/send/digest_so_far.ts";
import type { FileCommit } from "../../../runtime/transfer/send/send_terms.ts";

/** What is answered: an operation, or an error as it is sent. */
export type RawAnswer = Partial<StoredOperation> & { readonly type?: string; reason?: string };

/** A sender of files that does as it is told. */
export class RawFiles {
  readonly #messaging: NatsMessaging;
  readonly #surface: string;
  readonly #stream: string;
  /** What files come to up to the end of their chunks. */
  readonly #hashes = new Map<string, StreamingHash>();

  /** @param name of the operation, of version v1 */
  constructor(messaging: NatsMessaging, deployment: string, name: string) {
    this.#messaging = messaging;
    this.#surface = `operations.v1.${name}`;
    this.#stream = transferStream(deployment);
  }

  /** Starts an operation, and answers its id. */
  async start(input: unknown): Promise<string> {
    const started = await this.#ask(this.#surface, input);
    if (started.record === undefined) throw new Error(JSON.stringify(started));
    return started.record.id;
  }

  /** Asks something of one. */
  async control(request: { readonly action: string; readonly id: string }): Promise<RawAnswer> {
    return await this.#ask(`${this.#surface}.control`, request);
  }

  /** Commits one. */
  async commit(id: string, commit: FileCommit): Promise<RawAnswer> {
    return await this.control({ action: "commit", id, ...commit });
  }

  /** Puts a chunk where it belongs. @param options of another caller than this one, and what it is said to be */
  async put(
    id: string,
    number: number,
    bytes: Uint8Array,
    { caller = this.#messaging.caller, said = bytes }: { caller?: string; said?: Uint8Array } = {},
  ): Promise<void> {
    const before = this.#hashes.get(`${id} ${number - 1}`);
    const hash = before?.copy() ?? await currentHost().newSha256();
    hash.update(said);
    this.#hashes.set(`${id} ${number}`, hash);
    const marks = headers();
    marks.set(DIGEST_SO_FAR_HEADER, digestSoFar(hash));
    const subject = sentChunk(this.#surface, caller, id, number);
    const ack = await this.#messaging.connection.request(subject, bytes, {
      headers: marks,
      timeout: 10_000,
    });
    const { error } = ack.json<{ error?: { description: string } }>();
    if (error !== undefined) throw new Error(error.description);
  }

  /** How many chunks wait. */
  async waiting(): Promise<number> {
    const { streams } = await jetstreamManager(this.#messaging.connection);
    return (await streams.info(this.#stream)).state.messages;
  }

  /** Changes how much may wait. */
  async limit(maxBytes: number, maxMessages: number = -1): Promise<void> {
    const { streams } = await jetstreamManager(this.#messaging.connection);
    const { config } = await streams.info(this.#stream);
    await streams.update(this.#stream, { ...config, max_bytes: maxBytes, max_msgs: maxMessages });
  }

  /** Removes all that waits. */
  async clear(): Promise<void> {
    const { streams } = await jetstreamManager(this.#messaging.connection);
    await streams.purge(this.#stream, { filter: sentSubjects(this.#surface) });
  }

  async #ask(subject: string, body: unknown): Promise<RawAnswer> {
    const { caller } = this.#messaging;
    const answer = await this.#messaging.request(`${subject}.${caller}`, JSON.stringify(body), {
      timeoutMs: 10_000,
      requestId: crypto.randomUUID(),
    });
    return JSON.parse(answer.orThrow().text);
  }
}

/** The name of a caller that there is not. */
export function callerOf(person: string): string {
  return `u-${person}-${sessionOf(person)}`;
}
