import { isErr } from "../../contracts/result.ts";
import { type BodyMisfit, readBody } from "../events/read_body.ts";
import { type Outcome, textOf } from "../work/outcome.ts";
import type { JobSurface } from "./job_surface.ts";

/** The first and the longest pause until a newer version of the service may get what this one cannot read. */
const FIRST_MS = 1000;
const LONGEST_MS = 60_000;

/** Makes today's payload of one of an older version. */
export type Migrations = Readonly<Record<string, (old: never) => unknown>>;

/** The payload of a job, or what becomes of it without one. */
export type ReadPayload =
  | { readonly kind: "payload"; readonly payload: unknown }
  /** A newer version of the service has made it. */
  | { readonly kind: "newer"; readonly reason: string }
  | Extract<Outcome, { readonly kind: "invalid" }>;

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
  return { kind: isNewer ? "newer" : "invalid", reason };
}

/**
 * Milliseconds until what a newer version has made is delivered again, which costs no try: about as long as it is put
 * off already. While instances are replaced that is soon; after a rollback nothing is asked every second.
 *
 * @param putOffSince in milliseconds since 1970, as `now`; undefined: it is not, or waits in its place
 * @param deliveries how often it was delivered in its place
 */
export function newerPauseMs(
  { putOffSince, deliveries, now }: {
    readonly putOffSince: number | undefined;
    readonly deliveries: number;
    readonly now: number;
  },
): number {
  const pause = putOffSince === undefined ? FIRST_MS * 2 ** (deliveries - 1) : now - putOffSince;
  return Math.max(FIRST_MS, Math.min(LONGEST_MS, pause));
}

function reasonOf(misfit: BodyMisfit): string {
  if (misfit.kind === "text") return `the payload ${misfit.problem}`;
  const [issue] = misfit.issues;
  return `${issue?.path || "/"} ${issue?.message ?? "does not fit"}`;
}
