/** Everything that can go wrong on the way to a usable NATS server. */
export type ServerErrorCode =
  /** The given address cannot be read. */
  | "bad_url"
  /** Nothing answers at the given address. */
  | "unreachable"
  /** Something answers at the given address, but not as a NATS server does. */
  | "not_nats"
  /** The server is older than Trellis can work with. */
  | "too_old"
  /** The server runs without JetStream. */
  | "no_jetstream"
  /** No nats-server binary of a sufficient version was found. */
  | "no_binary"
  /** A binary was found and cannot be run. */
  | "binary_failed"
  /** A live process has the data directory. */
  | "store_in_use"
  /** The data directory cannot be created, written or locked. */
  | "store_unusable"
  /** Another process listens on the wanted port. */
  | "port_taken"
  /** The wanted address is not one of this machine, or this user may not listen on it. */
  | "port_unusable"
  /** The server ended before it was ready; its last log lines are in the message. */
  | "exited_early"
  /** The server was not ready in time, and was stopped. */
  | "start_timeout"
  /** The caller's signal ended the start. */
  | "aborted"
  /** There are no keys, or not enough of them. */
  | "keys_missing"
  /** The file with the deployment's keys is not what was written. */
  | "keys_damaged"
  /** Another user may read the deployment's keys, or owns them. */
  | "keys_exposed"
  /** The folder of the deployment's keys cannot be read or written. */
  | "keys_unusable";

/** What a {@link ServerError} is made with. */
export interface ServerErrorOptions extends ErrorOptions {
  /** What to do about it, one sentence. */
  hint: string;
  /** The process that is in the way. */
  pid?: number;
  /** Where the server that is in the way listens. */
  url?: string;
  /** The last lines that the server logged. */
  log?: readonly string[];
}

/** Why there is no usable NATS server, and what to do about it. A value, never thrown by this folder. */
export class ServerError extends Error {
  /** Always `ServerError`. */
  override readonly name = "ServerError";
  /** What went wrong, for programs. */
  readonly code: ServerErrorCode;
  /** What to do about it, for a person. */
  readonly hint: string;
  /** The process that is in the way, when one is known. */
  readonly pid: number | undefined;
  /** Where the server that is in the way listens, when that is known. */
  readonly url: string | undefined;
  /** The last lines that the server logged, oldest first; empty when it logged none. */
  readonly log: readonly string[];

  /** @param message what happened and where, without credentials */
  constructor(code: ServerErrorCode, message: string, options: ServerErrorOptions) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.pid = options.pid;
    this.url = options.url;
    this.log = options.log ?? [];
  }
}
