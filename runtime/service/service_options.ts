import type { Contract } from "../../contracts/define/contract.ts";
import type { ContractBody } from "../../contracts/define/declaration.ts";
import type { Log } from "../log.ts";

/** How a service connects. */
export interface ServiceOptions<B extends ContractBody> {
  /** What it serves. */
  readonly contract: Contract<B>;
  /** Where NATS is, one address or several; `NATS_URL`, or the local server, unless given. */
  readonly trellisUrl?: string | readonly string[];
  /** What the server's list of connections calls this instance; the contract's id unless given. */
  readonly name?: string;
  /**
   * Seed of the key, `SU…`, that says who this instance is, for servers that are secured;
   * `TRELLIS_SESSION_KEY_SEED` unless given.
   */
  readonly sessionKeySeed?: string;
  /**
   * Milliseconds to wait for a server that does not answer yet, for the contract to be accepted and
   * reconciled, and for what it requires of others to be accepted; 0 unless given: what is not there is an error at once.
   */
  readonly waitMs?: number;
  /** The contract's name without its version unless given. */
  readonly deployment?: string;
  /** Milliseconds after which a caller gets the error that a handler did not answer; 30000 unless given. */
  readonly handlerTimeoutMs?: number;
  /** Milliseconds after which the handler of an event has failed; 300000, five minutes, unless given. */
  readonly eventTimeoutMs?: number;
  /** Requests in work at once; further ones are refused. 10000 unless given. */
  readonly maxInFlight?: number;
  /** Milliseconds by which it takes the time to be later than the server says, asked each time; for tests. */
  readonly aheadMs?: () => number;
  /** Where failed handlers are reported; standard error unless given. */
  readonly log?: Log;
}

/** How a service stops. */
export interface StopOptions {
  /** Milliseconds that requests in work may still take; 10000 unless given. */
  readonly deadlineMs?: number;
  /** Called when no more requests are taken, while those in work go on. */
  readonly onQuiet?: () => void;
}
