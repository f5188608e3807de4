import { err, ok, type Result } from "../../contracts/result.ts";
import type { ProjectionBinding } from "../../contracts/stored/bindings.ts";
import { generationAfter } from "../../contracts/stored/projection_names.ts";
import { AuthorityError } from "../records/authority_error.ts";
import { ATTEMPTS, type AuthorityPorts, existingRecord } from "./authority_ports.ts";

/**
 * Asks for the values of a projection to be made again beside those that are read. The reconciles that follow
 * make the bucket, and bind it when a service has filled it. Answers the generation that is made; one that is
 * being made already is that.
 */
export async function rebuildProjection(
  ports: AuthorityPorts,
  deployment: string,
  alias: string,
): Promise<Result<number, AuthorityError>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stored = await existingRecord(ports, deployment);
    if (stored.isErr()) return err(stored.error);
    const { value: record, revision } = stored.value;
    const { materialized } = record;
    const projections = materialized?.bindings.projections ?? {};
    const bound = Object.hasOwn(projections, alias) ? projections[alias] : undefined;
    if (materialized === undefined || bound === undefined) {
      return err(noProjection(deployment, alias));
    }
    if (bound.next !== undefined) return ok(bound.next.generation);
    const next = { ...generationAfter(bound), ...shapeOf(bound) };
    const bindings = {
      ...materialized.bindings,
      projections: { ...projections, [alias]: { ...bound, next } },
    };
    const saved = await ports.store.save(
      { ...record, materialized: { ...materialized, bindings } },
      revision,
    );
    if (saved.isErr()) return err(saved.error);
    if (saved.value) return ok(next.generation);
  }
  return err(
    new AuthorityError(
      "too_many_conflicts",
      `the record of ${deployment} kept changing while it was to be changed`,
      "try again",
    ),
  );
}

function shapeOf({ shape }: ProjectionBinding): { readonly shape?: string } {
  return shape === undefined ? {} : { shape };
}

function noProjection(deployment: string, alias: string): AuthorityError {
  return new AuthorityError(
    "projection_not_found",
    `${deployment} has no projection ${alias} that is reconciled`,
    "those that it has are shown by",
    { command: ["projections", "ls", deployment] },
  );
}
