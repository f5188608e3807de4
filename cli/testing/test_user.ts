import type { Contract } from "../../contracts/define/contract.ts";
import type {
  FeedDeclaration,
  OperationDeclaration,
  RpcDeclaration,
  ServiceBody,
} from "../../contracts/define/declaration.ts";
import { defineAppContract } from "../../contracts/define/define.ts";
import { contractName } from "../../contracts/manifest/names.ts";
import { RUNNER_OF } from "../../contracts/identity/contract_runner.ts";
import type { SecuredPlatform } from "../platform/secured_platform.ts";
import { explained } from "./explained.ts";

/** Who a client of a test is. */
export interface TestUser {
  /** Name of the user, or of the device or agent whose contract it is: letters, digits, `-` and `_`. */
  readonly user: string;
  /** What is granted to them, besides what earlier clients of the same name were granted. */
  readonly capabilities?: readonly string[];
}

/** What a client of somebody connects with. */
export interface UserConnection {
  /** What they run. */
  readonly contract: Contract;
  /** Secret of their key. */
  readonly seed: string;
}

/** Grants what somebody holds, and opens a session of theirs. Throws when it cannot, with what to do. */
export async function openUser(
  platform: SecuredPlatform,
  given: Contract,
  { user, capabilities = [] }: TestUser,
): Promise<UserConnection> {
  const contract = given.kind === "service" ? appOf(given) : given;
  const principal = { kind: RUNNER_OF[contract.kind], id: user };
  if (capabilities.length > 0) {
    const { undeclared } = explained(
      await platform.access.change({
        action: "add",
        holder: principal,
        names: capabilities,
        by: "test",
      }),
    );
    if (undeclared.length > 0) {
      throw new Error(
        `no contract declares the capability ${undeclared.join(", ")}; ` +
          "give its service or its contract to startTrellis, or mend the name",
      );
    }
  }
  const session = explained(await platform.openUserSession({ principal, contract }));
  return { contract, seed: session.seed ?? "" };
}

interface ServiceWithSurfaces extends ServiceBody {
  readonly rpc: Readonly<Record<string, RpcDeclaration>>;
  readonly operations: Readonly<Record<string, OperationDeclaration>>;
  readonly feeds: Readonly<Record<string, FeedDeclaration>>;
}

/** Users run no services: an app that may call everything that the service declares. */
function appOf(given: Contract): Contract {
  // Of this kind, as the caller has seen.
  const service = given as Contract<ServiceWithSurfaces>;
  const { rpc = {}, operations = {}, feeds = {} } = service.manifest;
  const all = {
    rpc: { call: Object.keys(rpc) },
    operations: { call: Object.keys(operations) },
    feeds: { subscribe: Object.keys(feeds) },
  };
  return defineAppContract({}, () => ({
    id: `${contractName(service.id)}-test-app@v1`,
    displayName: `${service.manifest.displayName} in tests`,
    description: "Calls everything that the service declares.",
    uses: { required: { service: service.use(all) } },
  }));
}
