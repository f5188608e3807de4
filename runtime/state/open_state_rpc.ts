import { StateError } from "../../contracts/errors/state_error.ts";
import type { ErrorClass } from "../../contracts/errors/trellis_error.ts";
import { bySurfacePath } from "../../contracts/manifest/surface_path.ts";
import {
  StateDeleteRequestSchema,
  StateDeleteResponseSchema,
} from "../../contracts/platform/models/state/rpc/state_delete.ts";
import {
  StateGetRequestSchema,
  StateGetResponseSchema,
} from "../../contracts/platform/models/state/rpc/state_get.ts";
import {
  StateListRequestSchema,
  StateListResponseSchema,
} from "../../contracts/platform/models/state/rpc/state_list.ts";
import {
  StatePutRequestSchema,
  StatePutResponseSchema,
} from "../../contracts/platform/models/state/rpc/state_put.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";
import type { CallRights } from "../rpc/call_rights.ts";
import { type RequestSender, surfaceCall } from "../rpc/rpc_caller.ts";
import { untilAnswered } from "../rpc/until_answered.ts";
import type { OwnState, StateRpc } from "./store_access.ts";

const READS = false, WRITES = true;

/**
 * The RPCs of state, and whether each it writes: then its answer is worth asking for again. Of `trellis.state@v1`,
 * which is not loaded for them, because pages need nothing else of it.
 */
const CALLS = {
  "State.Get": [READS, StateGetRequestSchema, StateGetResponseSchema],
  "State.Put": [WRITES, StatePutRequestSchema, StatePutResponseSchema],
  "State.Delete": [WRITES, StateDeleteRequestSchema, StateDeleteResponseSchema],
  "State.List": [READS, StateListRequestSchema, StateListResponseSchema],
} satisfies Readonly<Record<OwnState, readonly [boolean, object, object]>>;

const DECLARED: ReadonlyMap<string, ErrorClass> = new Map([["StateError", StateError]]);

/** Makes the calls to `trellis.state@v1` that a contract with state may make, by their paths. */
export function openStateRpc(sender: RequestSender, rights?: CallRights): StateRpc {
  const known = untilAnswered(sender);
  const calls = Object.entries(CALLS).map(([name, [writes, input, output]]) => {
    const surface = {
      name,
      subject: `rpc.v1.${name}`,
      input: validatorOf(input),
      output: validatorOf(output),
      declared: DECLARED,
      capabilities: [],
    };
    return [name, surfaceCall(surface, writes ? known : sender, rights)] as const;
  });
  // Made from the schemas that the type is derived from.
  return bySurfacePath(calls) as StateRpc;
}
