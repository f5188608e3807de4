import { type ConnectionOptions, deadline, ProtocolError, type Server } from "@nats-io/nats-core";
import { render, type Transport } from "@nats-io/nats-core/internal";
import { connectFailure, connectionLost } from "./connect_failure.ts";
import { type OpenedWire, openWire } from "./open_wire.ts";
import { closeQuietly } from "./wire.ts";
import { WriteQueue } from "./write_queue.ts";

/** How long a close without error waits for a peer that takes nothing of what was sent, in milliseconds. */
const FLUSH_LIMIT_MS = 1000;

/**
 * One connection to one server, as the client core drives it: `connect`, then iterate over what arrives while sending,
 * until one side closes. Iteration reads on demand, so everything that arrived before the end, an error of the server
 * above all, has been parsed when `closed()` resolves.
 */
export class DenoTransport implements Transport {
  readonly lang = "nats.deno";
  readonly version = "3.4.0";
  closeError?: Error;

  readonly #dialing = new AbortController();
  readonly #closed = Promise.withResolvers<void | Error>();
  #shutting: Promise<void> | undefined;
  #opened: OpenedWire | undefined;
  #writes: WriteQueue | undefined;
  #received: Uint8Array | undefined;
  #reading: Promise<Uint8Array | null> | undefined;
  #debug = false;

  /** True from the moment that closing begins. */
  get isClosed(): boolean {
    return this.#shutting !== undefined;
  }

  /** Resolves when the server has introduced itself and the connection is as encrypted as it should be. */
  async connect(server: Server, options: ConnectionOptions): Promise<void> {
    this.#debug = options.debug === true;
    const opened = await openWire(server, options, this.#dialing.signal);
    if (this.isClosed) {
      // Closed between the last step of connecting and here: nobody else knows of this connection.
      closeQuietly(opened.wire);
      throw connectFailure(this.#dialing.signal.reason, server.listen);
    }
    this.#opened = opened;
    this.#received = opened.received;
    this.#writes = new WriteQueue(opened.wire, (err) => {
      // The read side reports the end of a connection, after everything that the server still had to say.
      if (this.#debug) console.error(`!!! ${connectionLost(err).message}`);
    });
  }

  /** True when TLS protects the connection. */
  isEncrypted(): boolean {
    return this.#opened?.encrypted === true;
  }

  /** Queues a frame; after the close it is dropped. The frame must not be changed afterwards. */
  send(frame: Uint8Array): void {
    if (this.isClosed) return;
    if (this.#debug) console.info(`< ${render(frame)}`);
    this.#writes?.push(frame);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    const frames: AsyncIterableIterator<Uint8Array> = {
      next: () => this.#next(),
      // The consumer leaves early only when it cannot make sense of a frame.
      return: async () => {
        await this.#shut(new ProtocolError("the server sent what is not the NATS protocol"));
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => frames,
    };
    return frames;
  }

  /** Closes; without an error, what was sent before is delivered first. */
  close(err?: Error): Promise<void> {
    return this.#shut(err);
  }

  /** Closes on behalf of the client core, which then connects again. */
  disconnect(): void {
    this.#shut();
  }

  /**
   * Resolves, with the error if there was one, once the connection has ended and everything is released.
   * Stays pending for a connection that never came about: `connect` reports that.
   */
  closed(): Promise<void | Error> {
    return this.#closed.promise;
  }

  /** Drops the connection at once and without a word to anybody. */
  discard(): void {
    this.#shutting ??= Promise.resolve();
    this.#release();
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    const frame = await this.#frame();
    if (frame === undefined) return { done: true, value: undefined };
    if (this.#debug) console.info(`> ${render(frame)}`);
    return { done: false, value: frame };
  }

  /** The next frame; undefined after the end, when the transport has been closed. */
  async #frame(): Promise<Uint8Array | undefined> {
    if (this.isClosed || this.#opened === undefined) return undefined;
    const received = this.#received;
    if (received !== undefined) {
      this.#received = undefined;
      return received;
    }
    let failure: Error | undefined;
    try {
      this.#reading = this.#opened.reader.read();
      const frame = await this.#reading;
      if (this.isClosed) return undefined;
      if (frame !== null) return frame;
    } catch (err) {
      failure = connectionLost(err);
    } finally {
      this.#reading = undefined;
    }
    await this.#shut(failure, false);
    return undefined;
  }

  #shut(err?: Error, flush = err === undefined): Promise<void> {
    return this.#shutting ??= this.#end(err, flush);
  }

  async #end(err: Error | undefined, flush: boolean): Promise<void> {
    if (this.#opened === undefined) return this.#release();
    this.closeError = err;
    if (flush) await this.#flushed();
    this.#release();
    await this.#reading?.catch(() => {});
    await this.#writes?.drained();
    this.#closed.resolve(err);
  }

  /** Resolves when all that was sent is written, or when the peer takes nothing any more. */
  async #flushed(): Promise<void> {
    const writes = this.#writes;
    if (writes === undefined) return;
    const drained = writes.drained().then(() => true);
    let written: number;
    do {
      written = writes.written;
    } while (
      !(await deadline(drained, FLUSH_LIMIT_MS).catch(() => false)) && writes.written > written
    );
  }

  #release(): void {
    this.#dialing.abort();
    if (this.#opened !== undefined) closeQuietly(this.#opened.wire);
  }
}
