import { err, ok, type Result } from "../../contracts/result.ts";
import { AuthorityError } from "../records/authority_error.ts";
import { ATTEMPTS } from "./authority_ports.ts";
import type { ResourceLimits, ResourcePolicy } from "../resources/policy.ts";
import {
  changedLayout,
  type LayoutChanges,
  layoutOf,
  policyOf,
  replicasFor,
} from "../resources/stream_layout.ts";
import type { KeptStream } from "../resources/kept_streams.ts";
import type { AuthorityLedger } from "../records/record_store.ts";

/** New limits, and how streams are to be kept; `none` takes one away. */
export type PolicyChanges =
  & {
    readonly [Limit in keyof ResourceLimits]?: number | "none";
  }
  & {
    readonly layout?: LayoutChanges;
  };

/** Changes the stored policy, also when another process changes it meanwhile, and returns the result. */
export async function changePolicy(
  store: Pick<AuthorityLedger, "loadPolicy" | "savePolicy">,
  changes: PolicyChanges,
): Promise<Result<ResourcePolicy, AuthorityError>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stored = await store.loadPolicy();
    if (stored.isErr()) return err(stored.error);
    const before = stored.value?.value ?? {};
    const policy = changedPolicy(before, changes);
    if (JSON.stringify(policy) === JSON.stringify(before)) return ok(before);
    const saved = await store.savePolicy(policy, stored.value?.revision);
    if (saved.isErr()) return err(saved.error);
    if (saved.value) return ok(policy);
  }
  return err(
    new AuthorityError(
      "too_many_conflicts",
      "the platform's policy kept changing while it was to be changed",
      "try again",
    ),
  );
}

/** A policy with what is changed in it. */
export function changedPolicy(
  { replicas, placement, deployments, ...before }: ResourcePolicy,
  { layout, ...changes }: PolicyChanges,
): ResourcePolicy {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const limits: Record<string, number | "none"> = { ...before, ...Object.fromEntries(given) };
  return {
    ...Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== "none")),
    ...changedLayout({ replicas, placement, deployments }, layout),
  };
}

/** The streams that a policy leaves fewer replicas than they have, where it is followed. */
export function loweredStreams(
  streams: readonly KeptStream[],
  policy: ResourcePolicy,
): readonly KeptStream[] {
  // What `auto` means does not count: it lowers nothing.
  return streams.filter(({ deployment, found }) =>
    found !== undefined &&
    replicasFor(layoutOf(policyOf(policy, deployment), 1), found) < found.replicas
  );
}
