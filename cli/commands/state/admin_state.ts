import { StateError } from "../../../contracts/errors/state_error.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import { ValidationError } from "../../../contracts/errors/validation_error.ts";
import type {
  StateDeleteResponse,
  StateGetResponse,
  StateListResponse,
  StatePutResponse,
} from "../../../contracts/platform/models/index.ts";
import { sdk } from "../../../contracts/platform/state_sdk.ts";
import type { Result } from "../../../contracts/result.ts";
import { type RequestSender, rpcCall } from "../../../runtime/rpc/rpc_caller.ts";
import type { ExplainedError } from "../../program/command_context.ts";
import type { StatePlace } from "./state_place.ts";

/** What each RPC answers. */
interface Answers {
  readonly Get: StateGetResponse;
  readonly Put: StatePutResponse;
  readonly Delete: StateDeleteResponse;
  readonly List: StateListResponse;
}

/** What one caller keeps in one store, as an admin reads and changes it. */
export class AdminState {
  readonly #sender: RequestSender;

  /**
   * @param place what is meant
   * @param sender what requests are sent over
   */
  constructor(readonly place: StatePlace, sender: RequestSender) {
    this.#sender = sender;
  }

  /** Calls an RPC of `State.Admin` about the place. */
  async call<Name extends keyof Answers>(
    name: Name,
    input: Readonly<Record<string, unknown>> = {},
  ): Promise<Result<Answers[Name], ExplainedError>> {
    const { target, store } = this.place;
    const call = rpcCall(sdk.manifest, `State.Admin.${name}`, sdk.errors, this.#sender);
    const answer = await call({ ...target, store, ...input });
    // The call has checked it.
    return answer.map((value) => value as Answers[Name]).mapErr((error) => {
      const isUndeclared = error instanceof StateError &&
        (error.reason === "store_undeclared" || error.reason === "no_contract");
      // The command line knows which names there are.
      return isUndeclared ? this.place.undeclared ?? explained(error) : explained(error);
    });
  }
}

function explained(error: Error): ExplainedError {
  const { message } = error;
  if (error instanceof StateError) return { message, code: error.reason, hint: error.hint };
  if (error instanceof TransportError) {
    const { code, hint, command } = error;
    return code === "trellis.rpc.unavailable"
      ? { message, code, hint: "start Trellis (deno task dev), which keeps it" }
      : { message, code, hint, command };
  }
  if (error instanceof ValidationError) {
    const [_first, ...more] = error.issues;
    const rest = more.map(({ path, message }) => `${path} ${message}`.trim());
    return rest.length === 0
      ? { message, code: "invalid_value" }
      : { message, code: "invalid_value", hint: `and ${rest.join("; ")}` };
  }
  // What nobody expects to be stored is told as a failure of the platform.
  const hint = "if the entry is damaged, `state rm` deletes it";
  return { message, code: "corrupt_value", hint };
}
