import {
  compilePermissions,
  type PermissionsAsked,
} from "../../reconcile/grants/compile_permissions.ts";
import type { ByKey, Needs } from "../../reconcile/needs/need_types.ts";

/** Contracts that are no reason to look how much they come to. */
const FEW_CONTRACTS = 500;
/** Bytes of subjects that fit into the token of a session, which is in a message of a megabyte at most. */
const MOST_SUBJECT_BYTES = 500_000;

/**
 * What somebody asks for who has logged in themselves, and so runs no contract: all that is served, as far as their
 * capabilities go. Undefined where that is more than a server can be told.
 *
 * @param asked all that is served, and who asks
 */
export function terminalUse(
  asked: Pick<PermissionsAsked, "caller" | "capabilities"> & {
    readonly used: ByKey<Needs>;
  },
): PermissionsAsked | undefined {
  const { used } = asked;
  const all = { ...asked, needs: usingAll(used) };
  if (Object.keys(used).length <= FEW_CONTRACTS) return all;
  const { publish = [], subscribe = [] } = compilePermissions(all) ?? {};
  const bytes = [...publish, ...subscribe].reduce(
    (sum, { subject }) => sum + subject.length + 3,
    0,
  );
  return bytes > MOST_SUBJECT_BYTES ? undefined : all;
}

/** What a terminal can do with a surface. */
const USED = ["rpc.call", "operations.call", "feeds.subscribe"];

/** Whoever has logged in themselves runs no app: they use what is served, as far as their capabilities go. */
function usingAll(served: ByKey<Needs>): Needs {
  const contracts = Object.entries(served).map(([id, { surfaces }]) => {
    const selections = Object.values(surfaces).flatMap(({ kind, name }) =>
      USED.flatMap((use) => use.startsWith(`${kind}.`) ? [`${use}:${name}`] : [])
    );
    return [id, { required: false, selections }];
  });
  return {
    contract: "",
    kind: "app",
    digest: "",
    contracts: Object.fromEntries(contracts),
    surfaces: {},
    capabilities: {},
    resources: { kv: {}, store: {} },
  };
}
