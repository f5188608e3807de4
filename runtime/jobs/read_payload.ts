import { isErr } from "../../contracts/result.ts";
import { type BodyMisfit, readBody } from "../events/read_body.ts";
import { type Outcome, textOf } from "../work/outcome.ts";
import type { JobSurface } from "./job_surface.ts";

/** Milliseconds until a newer version of the service gets what this one cannot read yet. */
const NEWER_MS = 1000;

/** Makes today's payload of one of an older version. */
export type Migrations = Readonly<Record<string, (old: never) => unknown>>;

/** The payload of a job, or what becomes of it without one. */
export type ReadPayload =
  | { readonly kind: "payload"; readonly payload: unknown }
  | Extract<Outcome, { readonly kind: "invalid" | "later" }>;

/** Reads the payload of a job as today's handler gets it. */
export function readPayload(
  { payload, payloadVersion, accepted }: JobSurface,
  migrations: Migrations,
  version: string,
  data: Uint8Array,
): ReadPayload {
  const validator = version === payloadVersion ? payload : accepted.get(version);
  if (validator === undefined) return unknownVersion(version, payloadVersion);
  const body = readBody(validator, data).take();
  if (isErr(body)) return { kind: "invalid", reason: reasonOf(body.error) };
  if (version === payloadVersion) return { kind: "payload", payload: body };
  const migrate = migrations[version];
  if (migrate === undefined) {
    return { kind: "invalid", reason: `its payload is of ${version}, which nothing migrates` };
  }
  try {
    // The value fits the schema that the migration's type is derived from.
    const migrated = migrate(body as never);
    if (payload.check(migrated)) return { kind: "payload", payload: migrated };
    const [issue] = payload.issues(migrated);
    const reason = `migrated from ${version}: ${issue?.path || "/"} ${issue?.message}`;
    return { kind: "invalid", reason };
  } catch (cause) {
    return { kind: "invalid", reason: `its migration from ${version} threw: ${textOf(cause)}` };
  }
}

function unknownVersion(version: string, today: string): ReadPayload {
  const reason = `its payload is of ${version}, and ${today} is read here`;
  // While instances are replaced one by one, the newer ones create what only they can read.
  const isNewer = Number(version.slice(1)) > Number(today.slice(1));
  return isNewer ? { kind: "later", afterMs: NEWER_MS, reason } : { kind: "invalid", reason };
}

function reasonOf(misfit: BodyMisfit): string {
  if (misfit.kind === "text") return `the payload ${misfit.problem}`;
  const [issue] = misfit.issues;
  return `${issue?.path || "/"} ${issue?.message ?? "does not fit"}`;
}
