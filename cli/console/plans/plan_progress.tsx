/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { ComponentChildren, VNode } from "preact";
import type { ResourceProblem } from "../../../reconcile/records/authority_record.ts";
import { adviceText } from "../../program/command_text.ts";
import { printable } from "../../terminal/printable.ts";
import { Moment, REVIEW_REQUIRED } from "../deployments/labels.tsx";
import { deploymentHref, planHref } from "../deployments/deployment_href.ts";
import { Badge, type Tone } from "../layout/parts.tsx";
import type { PlanProgress } from "./read_plan.ts";

/** What became of a plan; the form beside it is offered only as long as it waits. */
export function PlanProgressView(progress: PlanProgress): VNode {
  const { state, deployment, newer } = progress;
  const isPending = state === "pending";
  return (
    <div class={isPending ? "plan-progress" : "plan-progress decided"}>
      <p>
        <Badge tone={TONES[state]}>{isPending ? REVIEW_REQUIRED : state}</Badge>{" "}
        {isPending ? "Nothing changes until somebody accepts it." : <Decided progress={progress} />}
      </p>
      {state === "accepted" && <Reconciling progress={progress} />}
      {newer !== undefined && (
        <p>
          <a href={planHref(deployment, newer)}>Another plan of {printable(deployment)}</a>{" "}
          waits for a decision.
        </p>
      )}
    </div>
  );
}

const TONES: Readonly<Record<PlanProgress["state"], Tone>> = {
  pending: "waiting",
  accepted: "good",
  rejected: "danger",
  superseded: "plain",
};

function Decided(
  { progress: { state, decision, by = "" } }: { readonly progress: PlanProgress },
): VNode {
  if (decision === undefined || state === "superseded") {
    return <>A newer proposal has taken its place; it can be decided no more.</>;
  }
  const words = decision.reason ?? decision.acknowledgement;
  const { deleteData = [] } = decision;
  return (
    <>
      by {printable(by)} <Moment at={decision.at} />
      {words !== undefined && <q>{printable(words)}</q>}
      {deleteData.length > 0 && (
        <span class="second">The data of {printable(deleteData.join(", "))} is deleted.</span>
      )}
    </>
  );
}

function Reconciling(
  { progress: { deployment, decision, materialized } }: { readonly progress: PlanProgress },
): VNode {
  const version = decision?.version ?? 0;
  const link = <a href={deploymentHref(deployment)}>{printable(deployment)}</a>;
  if (materialized === undefined || materialized.version < version) {
    return (
      <Step tone="waiting" word="being reconciled">
        Version {version} of {link} is accepted; Trellis makes it so.
      </Step>
    );
  }
  const { problems } = materialized;
  if (materialized.version > version) {
    return (
      <Step tone="plain" word="past">{link} is at version {materialized.version} by now.</Step>
    );
  }
  if (problems.length === 0 && materialized.state === "reconciled") {
    return <Step tone="good" word="reconciled">Version {version} of {link} is in force.</Step>;
  }
  return (
    <>
      <Step tone="danger" word="problems">
        Version {version} of {link} is in force but for this:
      </Step>
      <ResourceProblems problems={problems} />
    </>
  );
}

function Step(
  { tone, word, children }: {
    readonly tone: Tone;
    readonly word: string;
    readonly children: ComponentChildren;
  },
): VNode {
  return (
    <p>
      <Badge tone={tone}>{word}</Badge> {children}
    </p>
  );
}

/** Why resources are not there, and what to do. */
export function ResourceProblems(
  { problems }: { readonly problems: readonly ResourceProblem[] },
): VNode {
  return (
    <ul class="problems">
      {problems.map(({ resource, message, hint, command, retryable }) => (
        <li key={`${resource} ${message}`}>
          <Badge tone="danger">{printable(resource)}</Badge> {printable(message)}
          <span class="second">
            {printable(adviceText({ hint, command }) ?? "")}
            {retryable ? " (tried again by itself)" : ""}
          </span>
        </li>
      ))}
    </ul>
  );
}
