/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { printable } from "../../terminal/printable.ts";
import { Moment, REVIEW_REQUIRED } from "../deployments/labels.tsx";
import { planHref } from "../deployments/deployment_href.ts";
import { standingOf } from "../deployments/standing.ts";
import { Badge, Facts, Section } from "../layout/parts.tsx";
import { PlanProgressView, ResourceProblems } from "../plans/plan_progress.tsx";
import type { PlanProgress } from "../plans/read_plan.ts";
import type { DeploymentState } from "./read_deployment.ts";
import { ResourceTable } from "./resource_figures.tsx";

/** What a deployment's page says of this moment; it is sent again when that changes. */
export function DeploymentStanding(
  { state, progress }: {
    readonly state: DeploymentState;
    /** Of the plan that the page offers to decide. */
    readonly progress: PlanProgress | undefined;
  },
): VNode {
  const { record, displayName, instances, resources } = state;
  const { deployment, desired, materialized, pending, mode, modeBy } = record;
  const standing = standingOf(record);
  const needs = desired?.needs;
  const problems = materialized?.problems ?? [];
  return (
    <>
      {progress !== undefined && <PlanProgressView {...progress} />}
      {pending !== undefined && pending.planId !== progress?.planId && (
        <p>
          <Badge tone="waiting">{REVIEW_REQUIRED}</Badge>{" "}
          <a href={planHref(deployment, pending.planId)}>See what it asks for, and decide</a>
        </p>
      )}
      <Facts
        facts={[
          ["State", <Badge key="state" tone={standing.tone}>{standing.text}</Badge>],
          ["Accepted", desired === undefined ? "nothing" : `version ${desired.version}`],
          [
            "In force",
            materialized === undefined ? "nothing" : (
              <>
                version {materialized.version}, <Moment at={materialized.at} />
              </>
            ),
          ],
          ["Kind", needs?.kind ?? "not accepted yet"],
          ["Contract", contractText(needs?.contract, displayName)],
          ["Digest", needs === undefined ? "none" : <code key="d">{printable(needs.digest)}</code>],
          ["Mode", `${mode}, set by ${printable(modeBy)}: ${MODES[mode]}`],
          ["Instances", <Instances key="i" state={state} />],
        ]}
      />
      {desired?.rollbackTo !== undefined && (
        <p>
          It has gone back to version{" "}
          {desired.rollbackTo}: the next change waits for a person, in every mode.
        </p>
      )}
      {problems.length > 0 && (
        <Section title="What is in the way" id="problems">
          <ResourceProblems problems={problems} />
        </Section>
      )}
      {progress === undefined && desired !== undefined && (
        <Section title="Resources" id="resources">
          <ResourceTable deployment={deployment} resources={resources} />
        </Section>
      )}
      {instances.length === 0 && needs?.kind === "service" && (
        <p class="faint">
          Nothing of it runs at this moment: its callers get no answer, and what it keeps stays.
        </p>
      )}
    </>
  );
}

const MODES = {
  strict: "every change waits for a person",
  dev: "safe changes are accepted at once, dangerous ones wait",
} as const;

function contractText(contract: string | undefined, displayName: string | undefined): string {
  if (contract === undefined) return "nothing accepted yet";
  return printable(displayName === undefined ? contract : `${displayName} (${contract})`);
}

function Instances({ state: { record, instances } }: { readonly state: DeploymentState }): VNode {
  const { desired } = record;
  if (desired !== undefined && desired.needs.kind !== "service" && instances.length === 0) {
    return <>run by each person, device or agent that was let in with it</>;
  }
  if (instances.length === 0) return <>none runs</>;
  return (
    <ul class="lines">
      {instances.map(({ id, digest }) => (
        <li key={id}>
          <Badge tone="good">answers</Badge> <code>{printable(id)}</code>
          {digest !== undefined && desired?.digests.at(-1) !== digest && (
            <span class="second">
              {desired?.digests.includes(digest)
                ? "with an earlier contract that may still run"
                : "with a contract that is not accepted"}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
