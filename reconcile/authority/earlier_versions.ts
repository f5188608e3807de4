import { err, ok, type Result } from "../../contracts/result.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import { type AuthorityPorts, withArchive } from "./authority_ports.ts";
import type { EarlierVersion } from "../diff/diff_context.ts";
import { planDigest } from "../records/history_chain.ts";
import type { AuthorityRecord } from "../records/authority_record.ts";

/**
 * What a deployment had accepted before its present version, oldest first. Versions whose plan is
 * missing, or is not as it was accepted, have no needs: they stop nothing.
 */
export async function earlierVersions(
  ports: AuthorityPorts,
  record: AuthorityRecord,
): Promise<Result<readonly EarlierVersion[], AuthorityError>> {
  const { deployment, desired } = record;
  if (desired === undefined || desired.version < 2) return ok([]);
  const whole = await withArchive(ports, record);
  if (whole.isErr() && whole.error.code !== "record_corrupt") return err(whole.error);
  const read = await ports.store.loadPlans(deployment);
  if (read.isErr()) return err(read.error);
  const plans = new Map(read.value.found.map((plan) => [plan.id, plan]));
  const { history } = whole.isOk() ? whole.value : record;
  const accepted = new Map(
    history.flatMap((decision) =>
      decision.outcome === "accepted" ? [[decision.version, decision]] : []
    ),
  );
  return ok(Array.from({ length: desired.version - 1 }, (_, i): EarlierVersion => {
    const decision = accepted.get(i + 1);
    const plan = decision === undefined ? undefined : plans.get(decision.planId);
    const isWhole = plan !== undefined &&
      (decision?.planDigest === undefined || decision.planDigest === planDigest(plan));
    return { version: i + 1, needs: isWhole ? plan.needs : undefined };
  }));
}
