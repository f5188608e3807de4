import type { Contract } from "../../../contracts/define/contract.ts";
import type { Principal } from "../../../contracts/identity/caller.ts";
import { LOCAL_ADMIN } from "../../../cli/platform/secured_platform.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import type { StateTarget } from "../../../contracts/platform/models/index.ts";
import { provision } from "../deployed.ts";
import { RawState } from "../nats/raw_state.ts";
import { SecuredTrellis } from "./secured_trellis.ts";
import { StateUser, stateUser } from "./state_user.ts";

/** A user. */
export const ADA: Principal = { kind: "user", id: "ada" };
/** Another one. */
export const EVE: Principal = { kind: "user", id: "eve" };

/** A secured Trellis that keeps state for the apps of the tests. */
export class StateTrellis implements AsyncDisposable {
  readonly #opened: AsyncDisposableStack;
  /** All but State. */
  readonly trellis: SecuredTrellis;
  /** What is stored. */
  readonly raw: RawState;

  private constructor(trellis: SecuredTrellis, opened: AsyncDisposableStack) {
    this.trellis = trellis;
    this.#opened = opened;
    this.raw = new RawState(trellis.messaging.connection);
  }

  /** Starts it with some contracts accepted. */
  static async start(...contracts: readonly Contract[]): Promise<StateTrellis> {
    await using opened = new AsyncDisposableStack();
    const trellis = opened.use(await SecuredTrellis.start());
    for (const contract of contracts) await provision(trellis.authority, contract);
    return new StateTrellis(trellis, opened.move());
  }

  /** Accepts a contract, or a newer one of its lineage. */
  async accept(contract: Contract): Promise<void> {
    await provision(this.trellis.authority, contract);
  }

  /** Somebody with a session of their own; closed with the rest. */
  async user(principal: Principal, contract?: Contract, digest?: string): Promise<StateUser> {
    return this.#opened.use(await stateUser(this.trellis, principal, contract, digest));
  }

  /** An admin who asks about somebody; with further members of the request, instead of those. */
  async admin(target: StateTarget | object): Promise<StateUser> {
    const { url, server } = this.trellis;
    const messaging = await connectMessaging({
      servers: url,
      name: "admin",
      key: server.keys.admin,
      principal: LOCAL_ADMIN,
    });
    return this.#opened.use(new StateUser(messaging.orThrow(), target));
  }

  /** Stops everything. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}
