/**
 * Trellis' own contract `trellis.state@v1`: the state that Trellis keeps for users, devices and agents. Whoever
 * declares state calls it through `client.state`, without asking for it; `State.Admin.*` is for admins.
 *
 * ```ts
 * import { defineAppContract } from "@qlever-llc/trellis";
 * import { sdk as state } from "@qlever-llc/trellis/sdk/state";
 *
 * export default defineAppContract({}, () => ({
 *   id: "support@v1",
 *   displayName: "Support",
 *   description: "Shows admins what an app keeps for a person.",
 *   uses: { required: { state: state.use({ rpc: { call: ["State.Admin.List"] } }) } },
 * }));
 * ```
 *
 * @module
 */
import type { Contract } from "../define/contract.ts";
import type { ErrorRef, SchemaRef } from "../define/declaration.ts";
import { defineServiceContract } from "../define/define.ts";
import { StateError } from "../errors/state_error.ts";
// Each by its own file: pages need none of the other contracts' models.
import { StateAdminDeleteRequestSchema } from "./models/state/rpc/state_admin_delete.ts";
import { StateAdminGetRequestSchema } from "./models/state/rpc/state_admin_get.ts";
import { StateAdminListRequestSchema } from "./models/state/rpc/state_admin_list.ts";
import { StateAdminPutRequestSchema } from "./models/state/rpc/state_admin_put.ts";
import {
  StateDeleteRequestSchema,
  StateDeleteResponseSchema,
} from "./models/state/rpc/state_delete.ts";
import { StateGetRequestSchema, StateGetResponseSchema } from "./models/state/rpc/state_get.ts";
import { StateListRequestSchema, StateListResponseSchema } from "./models/state/rpc/state_list.ts";
import { StatePutRequestSchema, StatePutResponseSchema } from "./models/state/rpc/state_put.ts";

type Errors = readonly [ErrorRef<typeof StateError>];

/** The body of `trellis.state@v1`. */
export type StateBody = {
  readonly id: "trellis.state@v1";
  readonly displayName: string;
  readonly description: string;
  readonly capabilities: {
    readonly "admin": { readonly displayName: string; readonly description: string };
  };
  readonly rpc: {
    readonly "State.Get": {
      readonly version: "v1";
      readonly input: SchemaRef<"StateGetRequest", typeof StateGetRequestSchema>;
      readonly output: SchemaRef<"StateGetResponse", typeof StateGetResponseSchema>;
      readonly errors: Errors;
    };
    readonly "State.Put": {
      readonly version: "v1";
      readonly input: SchemaRef<"StatePutRequest", typeof StatePutRequestSchema>;
      readonly output: SchemaRef<"StatePutResponse", typeof StatePutResponseSchema>;
      readonly errors: Errors;
    };
    readonly "State.Delete": {
      readonly version: "v1";
      readonly input: SchemaRef<"StateDeleteRequest", typeof StateDeleteRequestSchema>;
      readonly output: SchemaRef<"StateDeleteResponse", typeof StateDeleteResponseSchema>;
      readonly errors: Errors;
    };
    readonly "State.List": {
      readonly version: "v1";
      readonly input: SchemaRef<"StateListRequest", typeof StateListRequestSchema>;
      readonly output: SchemaRef<"StateListResponse", typeof StateListResponseSchema>;
      readonly errors: Errors;
    };
    readonly "State.Admin.Get": {
      readonly version: "v1";
      readonly input: SchemaRef<"StateAdminGetRequest", typeof StateAdminGetRequestSchema>;
      readonly output: SchemaRef<"StateGetResponse", typeof StateGetResponseSchema>;
      readonly errors: Errors;
      readonly capabilities: { readonly call: readonly ["admin"] };
    };
    readonly "State.Admin.Put": {
      readonly version: "v1";
      readonly input: SchemaRef<"StateAdminPutRequest", typeof StateAdminPutRequestSchema>;
      readonly output: SchemaRef<"StatePutResponse", typeof StatePutResponseSchema>;
      readonly errors: Errors;
      readonly capabilities: { readonly call: readonly ["admin"] };
    };
    readonly "State.Admin.Delete": {
      readonly version: "v1";
      readonly input: SchemaRef<"StateAdminDeleteRequest", typeof StateAdminDeleteRequestSchema>;
      readonly output: SchemaRef<"StateDeleteResponse", typeof StateDeleteResponseSchema>;
      readonly errors: Errors;
      readonly capabilities: { readonly call: readonly ["admin"] };
    };
    readonly "State.Admin.List": {
      readonly version: "v1";
      readonly input: SchemaRef<"StateAdminListRequest", typeof StateAdminListRequestSchema>;
      readonly output: SchemaRef<"StateListResponse", typeof StateListResponseSchema>;
      readonly errors: Errors;
      readonly capabilities: { readonly call: readonly ["admin"] };
    };
  };
};

/** `trellis.state@v1`: state of users, devices and agents, by the contract that they run. */
export const sdk: Contract<StateBody> = defineServiceContract(
  {
    schemas: {
      StateAdminDeleteRequest: StateAdminDeleteRequestSchema,
      StateAdminGetRequest: StateAdminGetRequestSchema,
      StateAdminListRequest: StateAdminListRequestSchema,
      StateAdminPutRequest: StateAdminPutRequestSchema,
      StateDeleteRequest: StateDeleteRequestSchema,
      StateDeleteResponse: StateDeleteResponseSchema,
      StateGetRequest: StateGetRequestSchema,
      StateGetResponse: StateGetResponseSchema,
      StateListRequest: StateListRequestSchema,
      StateListResponse: StateListResponseSchema,
      StatePutRequest: StatePutRequestSchema,
      StatePutResponse: StatePutResponseSchema,
    },
    errors: { StateError },
  },
  (ref) => ({
    id: "trellis.state@v1",
    displayName: "Trellis state",
    description: "What Trellis keeps for users, devices and agents.",
    capabilities: {
      // Declared for nobody to be granted: admins need no capabilities.
      admin: {
        displayName: "Look after state",
        description: "Reads and changes the state of any user, device or agent.",
      },
    },
    rpc: {
      "State.Get": {
        version: "v1",
        input: ref.schema("StateGetRequest"),
        output: ref.schema("StateGetResponse"),
        errors: [ref.error("StateError")],
      },
      "State.Put": {
        version: "v1",
        input: ref.schema("StatePutRequest"),
        output: ref.schema("StatePutResponse"),
        errors: [ref.error("StateError")],
      },
      "State.Delete": {
        version: "v1",
        input: ref.schema("StateDeleteRequest"),
        output: ref.schema("StateDeleteResponse"),
        errors: [ref.error("StateError")],
      },
      "State.List": {
        version: "v1",
        input: ref.schema("StateListRequest"),
        output: ref.schema("StateListResponse"),
        errors: [ref.error("StateError")],
      },
      "State.Admin.Get": {
        version: "v1",
        input: ref.schema("StateAdminGetRequest"),
        output: ref.schema("StateGetResponse"),
        errors: [ref.error("StateError")],
        capabilities: { call: ["admin"] },
      },
      "State.Admin.Put": {
        version: "v1",
        input: ref.schema("StateAdminPutRequest"),
        output: ref.schema("StatePutResponse"),
        errors: [ref.error("StateError")],
        capabilities: { call: ["admin"] },
      },
      "State.Admin.Delete": {
        version: "v1",
        input: ref.schema("StateAdminDeleteRequest"),
        output: ref.schema("StateDeleteResponse"),
        errors: [ref.error("StateError")],
        capabilities: { call: ["admin"] },
      },
      "State.Admin.List": {
        version: "v1",
        input: ref.schema("StateAdminListRequest"),
        output: ref.schema("StateListResponse"),
        errors: [ref.error("StateError")],
        capabilities: { call: ["admin"] },
      },
    },
  }),
);
