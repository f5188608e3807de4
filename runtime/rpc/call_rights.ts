import type { TransportError } from "../../contracts/errors/transport_error.ts";

/** What a call asks of its caller. */
export interface Demand {
  /** The RPC. */
  readonly name: string;
  /** Global keys; all of them are needed. */
  readonly capabilities: readonly string[];
}

/** What a caller holds, as far as it was told. */
export interface CallRights {
  /** Whether a call may be sent, as far as is known. */
  holds(demand: Demand): boolean;
  /** Looks once more what the caller holds. The error of a call that is not to be sent; undefined: send it. */
  refusal(demand: Demand): Promise<TransportError | undefined>;
  /** Finds out why the server refused a call; undefined: it may be sent again. */
  afterDenial(demand: Demand, denied: TransportError): Promise<TransportError | undefined>;
}
