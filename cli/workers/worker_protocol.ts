/** How the supervisor and the worker of a service talk. Everything here is plain data. */

/** How a project runs a contract. */
export type ServiceStyle = "handlers" | "main";

/** Sent to a worker: first `start`, which loads and connects a service, then `serve`. */
export type ToWorker =
  | {
    readonly kind: "start";
    readonly style: ServiceStyle;
    /** URL of the handlers file, or of main.ts. */
    readonly module: string;
    /** Address of the NATS server. */
    readonly servers: string;
    /** Seed of the key that the service connects with; undefined where the server asks for none. */
    readonly sessionKeySeed: string | undefined;
    /** Deployments by contract id, for those that have a name of their own. */
    readonly deployment: string | undefined;
  }
  | { readonly kind: "serve" }
  /** How are you? */
  | { readonly kind: "look" }
  | { readonly kind: "stop"; readonly deadlineMs: number };

/** Why a worker could not start, or ended. */
export interface WorkerFailure {
  readonly message: string;
  readonly hint?: string | undefined;
  /** The command that the hint speaks of, as the words behind `trellis`. */
  readonly command?: readonly string[] | undefined;
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
  /** True when the same code may start later without any change, as where NATS does not answer. */
  readonly retryable?: boolean | undefined;
}

/** How a worker is. */
export interface WorkerLook {
  /** Whether all its services reach their server, as far as is known. */
  readonly connected: boolean;
  /** What each of them answers to `$SRV.STATS`. */
  readonly stats: readonly Readonly<Record<string, unknown>>[];
}

/** Sent by a worker. */
export type FromWorker =
  | { readonly kind: "ready"; readonly contracts: readonly string[] }
  | { readonly kind: "failed"; readonly failure: WorkerFailure }
  /** Answers `look`. */
  | { readonly kind: "looked" } & WorkerLook
  /** The code is about to end the worker; `place` is a URL with line and column. */
  | { readonly kind: "exiting"; readonly what: string; readonly place: string | undefined }
  /** The code threw where nobody catches it, which ends the worker. */
  | { readonly kind: "threw"; readonly reason: string }
  /** It takes no more requests; those in work go on. */
  | { readonly kind: "quiet" }
  /** Nothing of it is in work any more; whether it ends by itself, when it has sent what it has recorded. */
  | { readonly kind: "stopped"; readonly exits: boolean };
