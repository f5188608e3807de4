import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { Result } from "../../contracts/result.ts";
import type { Bootstrap } from "../../contracts/stored/bootstrap.ts";
import type { SessionContract } from "../../contracts/stored/session_record.ts";
import type { Messaging } from "../rpc/messaging.ts";
import { requestBootstrap } from "./request_bootstrap.ts";

/** Asks the platform about a session: one question at a time, whose answer is for all who want to know then. */
export class BootstrapAsker {
  /** What the session runs, where the platform is told. */
  readonly contract: SessionContract | undefined;
  readonly #messaging: Messaging;
  #asking: Promise<Result<Bootstrap, TransportError>> | undefined;

  /** @param contract what the session runs; a service's follows from its session */
  constructor(messaging: Messaging, contract?: SessionContract) {
    this.#messaging = messaging;
    this.contract = contract && { id: contract.id, digest: contract.digest };
  }

  /** Errors: `trellis.bootstrap.failed` when no platform answers. */
  ask(): Promise<Result<Bootstrap, TransportError>> {
    const { contract } = this;
    return this.#asking ??= requestBootstrap(this.#messaging, contract && { contract })
      .finally(() => this.#asking = undefined);
  }
}
