import type { Socket } from "node:net";
import type { Wire } from "./wire.ts";

/** Reads and writes a Node socket in the manner of `Deno.Conn`. */
export class SocketWire implements Wire {
  readonly #socket: Socket;
  #failure: Error | undefined;
  #ended = false;
  #wake: (() => void) | undefined;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("readable", this.#onReadable).on("end", this.#onEnd);
    socket.on("close", this.#onEnd).on("error", this.#onError);
  }

  async read(target: Uint8Array): Promise<number | null> {
    while (true) {
      if (this.#rest.length === 0) this.#rest = this.#socket.read() ?? this.#rest;
      if (this.#rest.length > 0) return this.#take(target);
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(source: Uint8Array): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#socket.write(source, (err) => err ? reject(err) : resolve(source.length));
    return promise;
  }

  close(): void {
    this.#socket.destroy();
    this.#onEnd();
  }

  /** Stops listening, so that the socket can be handed to TLS. */
  release(): void {
    this.#socket.off("readable", this.#onReadable).off("end", this.#onEnd);
    this.#socket.off("close", this.#onEnd);
  }

  #take(target: Uint8Array): number {
    const part = this.#rest.subarray(0, target.length);
    target.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  readonly #onReadable = (): void => {
    this.#wake?.();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake?.();
  };

  readonly #onError = (err: Error): void => {
    this.#failure = err;
    this.#wake?.();
  };
}
