import type { ContractStatus } from "../dev/dev_report.ts";
import type { ContractFacts } from "./readiness.ts";

/** What runs contracts, as it is asked about them. */
export interface RunsContracts {
  status(): readonly ContractStatus[];
  /** Why no instance of a deployment answers; undefined when one does. */
  trouble(deployment: string): Promise<string | undefined>;
}

/** How contracts stand, and whether what runs of them answers; none while nothing is up yet. */
export async function contractFacts(
  session: RunsContracts | undefined,
): Promise<readonly ContractFacts[]> {
  if (session === undefined) return [];
  return await Promise.all(
    session.status().map(async (contract) => {
      const { running, deployment } = contract;
      return { ...contract, trouble: running ? await session.trouble(deployment) : undefined };
    }),
  );
}
