/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { ContractKind } from "../../../contracts/manifest/manifest.ts";
import { RUNNER_OF } from "../../../contracts/identity/contract_runner.ts";
import { printable } from "../../terminal/printable.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import type { RunningInstance } from "../../deployments/running_instances.ts";
import { Badge } from "../layout/parts.tsx";
import { deploymentHref, planHref } from "./deployment_href.ts";

/** What a person reads where a plan waits for a decision. */
export const REVIEW_REQUIRED = "Authority review required";

/** A deployment by its name. */
export function DeploymentLink({ deployment }: { readonly deployment: string }): VNode {
  return <a href={deploymentHref(deployment)}>{printable(deployment)}</a>;
}

/** That a plan waits, with the way to it. */
export function ReviewLink(
  { deployment, planId, children }: {
    readonly deployment: string;
    readonly planId: string;
    readonly children?: string | undefined;
  },
): VNode {
  return (
    <span class="review">
      <Badge tone="waiting">
        <a href={planHref(deployment, planId)}>{REVIEW_REQUIRED}</a>
      </Badge>
      {children !== undefined && <span class="faint">{children}</span>}
    </span>
  );
}

/** As much of a digest as tells two of them apart. */
export function ShortDigest({ digest }: { readonly digest: string }): VNode {
  return <code title={printable(digest)}>{printable(digest).slice(0, 10)}</code>;
}

/** A moment as seen from now; the time itself for who wants it. */
export function Moment(
  { at, now = Date.now() }: { readonly at: string; readonly now?: number },
): VNode {
  return <time dateTime={at} title={at}>{relativeTime(at, now)}</time>;
}

/** What runs of a deployment, in words; who runs a contract of no service is no process of Trellis. */
export function instancesText(
  kind: ContractKind | undefined,
  instances: readonly RunningInstance[],
  digests: readonly string[],
): string {
  if (kind !== undefined && kind !== "service") {
    return instances.length === 0
      ? `run by each ${RUNNER_OF[kind]}`
      : `${instances.length} running`;
  }
  if (instances.length === 0) return "none runs";
  const foreign = instances.filter(({ digest }) =>
    digest !== undefined && !digests.includes(digest)
  );
  const running = `${instances.length} running`;
  return foreign.length === 0 ? running : `${running}, ${foreign.length} with another contract`;
}
