import type { Contract } from "../../../contracts/define/contract.ts";
import { StateError } from "../../../contracts/errors/state_error.ts";
import type { ErrorClass } from "../../../contracts/errors/trellis_error.ts";
import type { Principal } from "../../../contracts/identity/caller.ts";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import type {
  StateDeleteRequest,
  StateDeleteResponse,
  StateGetRequest,
  StateGetResponse,
  StateListRequest,
  StateListResponse,
  StatePutRequest,
  StatePutResponse,
} from "../../../contracts/platform/models/index.ts";
import { sdk as state } from "../../../contracts/platform/state_sdk.ts";
import type { Result } from "../../../contracts/result.ts";
import type { CallOptions } from "../../../runtime/rpc/call_options.ts";
import type { Messaging } from "../../../runtime/rpc/messaging.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { type RequestSender, rpcCall } from "../../../runtime/rpc/rpc_caller.ts";
import type { SecuredTrellis } from "./secured_trellis.ts";

const CLASSES = new Map<string, ErrorClass>([["StateError", StateError]]);

/** Calls `State.*` as somebody, without the client that keeps callers from mistakes. */
export class StateUser implements AsyncDisposable {
  /** The connection. */
  readonly messaging: RequestSender & Pick<Messaging, "maxPayload" | "close">;
  readonly #infix: "" | "Admin.";
  readonly #more: object;

  /** @param more members of every request, of those of admins */
  constructor(messaging: StateUser["messaging"], more?: object) {
    this.messaging = messaging;
    this.#infix = more === undefined ? "" : "Admin.";
    this.#more = more ?? {};
  }

  /** `State.Get` */
  get(request: StateGetRequest, options?: CallOptions) {
    return this.#call<StateGetResponse>("Get", request, options);
  }

  /** `State.Put` */
  put(request: StatePutRequest, options?: CallOptions) {
    return this.#call<StatePutResponse>("Put", request, options);
  }

  /** `State.Delete` */
  delete(request: StateDeleteRequest, options?: CallOptions) {
    return this.#call<StateDeleteResponse>("Delete", request, options);
  }

  /** `State.List` */
  list(request: StateListRequest, options?: CallOptions) {
    return this.#call<StateListResponse>("List", request, options);
  }

  /** Writes a value, and answers its entry. */
  async written(request: StatePutRequest) {
    const answer = (await this.put(request)).orThrow();
    if (!answer.applied) throw new Error(`not applied: ${JSON.stringify(answer)}`);
    return answer.entry;
  }

  /** The error that a call ends with. */
  static async failure(call: Promise<Result<unknown, Error>>): Promise<Error> {
    const answer = await call;
    if (!answer.isErr()) throw new Error("it did not fail");
    return answer.error;
  }

  /** Closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.messaging.close();
  }

  async #call<Answer>(name: string, request: object, options?: CallOptions) {
    const call = rpcCall(state.manifest, `State.${this.#infix}${name}`, CLASSES, this.messaging);
    // Its schema has been checked.
    return await call({ ...this.#more, ...request }, options) as Result<Answer, Error>;
  }
}

/** Opens a session of somebody under a contract, and connects with it. */
export async function stateUser(
  { platform, url }: Pick<SecuredTrellis, "platform" | "url">,
  principal: Principal,
  contract: Contract | undefined,
  digest: string | undefined = contract?.digest,
): Promise<StateUser> {
  const session = (await platform.openUserSession({ principal, contract })).orThrow();
  return new StateUser(
    (await connectMessaging({
      servers: url,
      name: "test",
      key: KeyPair.fromSeed("user", session.seed ?? ""),
      principal,
      ...(digest === undefined ? {} : { contractDigest: digest }),
    })).orThrow(),
  );
}
