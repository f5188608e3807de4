import { isRecord } from "../../contracts/json/json.ts";
import type { NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";

/** A running instance of a service, as it answers NATS service discovery. */
export interface RunningInstance {
  /** Tells instances apart. */
  readonly id: string;
  readonly deployment: string;
  /** Digest of the contract that it runs; undefined when it does not say. */
  readonly digest: string | undefined;
}

/** How long all answers may take together, and how long one is waited for after another, in milliseconds. */
const WAIT = { maxWait: 1000, stall: 100 } as const;

/** Everything that runs for a deployment; nothing when no one answers. */
export async function runningInstances(
  { connection }: Pick<NatsMessaging, "connection">,
): Promise<readonly RunningInstance[]> {
  // While a connection is replaced, an instance may answer twice.
  const instances = new Map<string, RunningInstance>();
  try {
    const answers = await connection.requestMany("$SRV.PING", "", { strategy: "stall", ...WAIT });
    for await (const answer of answers) {
      const ping: unknown = answer.json();
      if (!isRecord(ping) || !isRecord(ping.metadata) || typeof ping.id !== "string") continue;
      const { deployment, digest } = ping.metadata;
      if (typeof deployment !== "string") continue;
      const instance = {
        id: ping.id,
        deployment,
        digest: typeof digest === "string" ? digest : undefined,
      };
      instances.set(`${deployment} ${ping.id}`, instance);
    }
  } catch {
    // No answer: nothing runs.
  }
  return [...instances.values()];
}
