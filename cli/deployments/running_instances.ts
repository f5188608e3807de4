import { isRecord } from "../../contracts/json/json.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { type EndpointCounts, endpointCounts } from "./endpoint_counts.ts";
import { HUNG_WORK, type HungWork } from "../../runtime/work/hung_handlers.ts";

/** A running instance of a service, as it answers NATS service discovery. */
export interface RunningInstance {
  /** Tells instances apart. */
  readonly id: string;
  readonly deployment: string;
  /** Digest of the contract that it runs; undefined when it does not say. */
  readonly digest: string | undefined;
  /** Handlers in it that run on after their deadline. */
  readonly hung: readonly HungWork[];
  /** What each of its endpoints has done since it was started. */
  readonly endpoints: readonly EndpointCounts[];
}

/** How long all answers may take together, and how long one is waited for after another, in milliseconds. */
const WAIT = { maxWait: 1000, stall: 100 } as const;

/** Reads what an instance answers to `$SRV.STATS`; undefined where it is no service of Trellis. */
export function readInstance(told: unknown): RunningInstance | undefined {
  if (!isRecord(told) || !isRecord(told.metadata) || typeof told.id !== "string") return undefined;
  const { id, hung, endpoints, metadata: { deployment, digest } } = told;
  if (typeof deployment !== "string") return undefined;
  return {
    id,
    deployment,
    digest: typeof digest === "string" ? digest : undefined,
    // An older instance says nothing of it.
    hung: HUNG_WORK.check(hung) ? hung as readonly HungWork[] : [],
    endpoints: endpointCounts(endpoints),
  };
}

/** Everything that runs for a deployment; nothing when no one answers. */
export async function runningInstances(
  { connection }: Pick<NatsMessaging, "connection">,
): Promise<readonly RunningInstance[]> {
  // While a connection is replaced, an instance may answer twice.
  const instances = new Map<string, RunningInstance>();
  try {
    const answers = await connection.requestMany("$SRV.STATS", "", { strategy: "stall", ...WAIT });
    for await (const answer of answers) {
      const instance = readInstance(answer.json());
      if (instance !== undefined) {
        instances.set(`${instance.deployment} ${instance.id}`, instance);
      }
    }
  } catch {
    // No answer: nothing runs.
  }
  return [...instances.values()];
}
