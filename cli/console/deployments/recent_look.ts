import { isErr } from "../../../contracts/result.ts";
import { isRecord } from "../../../contracts/json/json.ts";
import { sdk as core } from "../../../contracts/platform/core_sdk.ts";
import { rpcCall } from "../../../runtime/rpc/rpc_caller.ts";
import { type RunningInstance, runningInstances } from "../../deployments/running_instances.ts";
import type { Visitor } from "../visitor.ts";

/** What no record tells of deployments. */
export interface Look {
  /** What runs, by deployment. */
  readonly instances: ReadonlyMap<string, readonly RunningInstance[]>;
  /** What contracts call themselves, by deployment, where the project that runs them is at hand. */
  readonly displayNames: ReadonlyMap<string, string>;
}

/** Milliseconds for which a look is good: it takes the services a tenth of a second to answer. */
const GOOD_MS = 2500;

/** Milliseconds that a page waits for names at most: without them it shows ids. */
const NAMES_MS = 300;

const looks = new WeakMap<Visitor["messaging"], { readonly at: number; look: Promise<Look> }>();

/** Asks what runs, unless that was asked a moment ago. */
export function recentLook({ messaging }: Pick<Visitor, "messaging">): Promise<Look> {
  const known = looks.get(messaging);
  if (known !== undefined && performance.now() - known.at < GOOD_MS) return known.look;
  const look = lookAround(messaging);
  looks.set(messaging, { at: performance.now(), look });
  return look;
}

/** All that runs, as it was a moment ago. */
export async function recentInstances(
  visitor: Pick<Visitor, "messaging">,
): Promise<readonly RunningInstance[]> {
  return [...(await recentLook(visitor)).instances.values()].flat();
}

async function lookAround(messaging: Visitor["messaging"]): Promise<Look> {
  const [instances, displayNames] = await Promise.all([
    runningInstances(messaging),
    namesOf(messaging),
  ]);
  return { instances: Map.groupBy(instances, ({ deployment }) => deployment), displayNames };
}

async function namesOf(messaging: Visitor["messaging"]): Promise<ReadonlyMap<string, string>> {
  const call = rpcCall(core.manifest, "Trellis.Catalog", new Map(), messaging);
  const answer = (await call({}, { timeoutMs: NAMES_MS })).take();
  // Where nothing answers, contracts are called by their ids.
  if (isErr(answer) || !isRecord(answer) || !isRecord(answer.catalog)) return new Map();
  const { contracts } = answer.catalog;
  if (!Array.isArray(contracts)) return new Map();
  return new Map(
    contracts.filter(isRecord).flatMap(({ deployment, displayName, id }) =>
      typeof deployment === "string" && typeof displayName === "string" && displayName !== id
        ? [[deployment, displayName] as const]
        : []
    ),
  );
}
