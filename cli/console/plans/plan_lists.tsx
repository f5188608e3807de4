/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { PlanView } from "../../../reconcile/authority/authority.ts";
import type { Plan, PlanState } from "../../../reconcile/records/authority_record.ts";
import type { RecordProblem } from "../../../reconcile/records/record_store.ts";
import { adviceText } from "../../program/command_text.ts";
import { printable } from "../../terminal/printable.ts";
import { countText } from "../../view/change_view.ts";
import { planHref } from "../deployments/deployment_href.ts";
import { DeploymentLink, Moment } from "../deployments/labels.tsx";
import { Badge, type Column, Empty, Section, Table } from "../layout/parts.tsx";

/** Every plan of a deployment by its state, the newest first. */
export function PlansOfDeployment(
  { deployment, plans, problems }: {
    readonly deployment: string;
    readonly plans: readonly PlanView[];
    readonly problems: readonly RecordProblem[];
  },
): VNode {
  const byState = Map.groupBy(plans.toReversed(), ({ state }) => state);
  return (
    <>
      {plans.length === 0 && (
        <Empty>
          {printable(deployment)}{" "}
          has no plans: nothing that it did not have was asked for. Change its contract, and what
          that changes waits here.
        </Empty>
      )}
      {STATES.map(([state, title]) => {
        const group = byState.get(state) ?? [];
        return group.length > 0 && (
          <Section key={state} title={title} id={state}>
            <Table
              caption={title}
              rows={group.map(({ plan }) => plan)}
              keyOf={({ id }) => id}
              empty=""
              columns={PLAN_COLUMNS}
            />
          </Section>
        );
      })}
      {problems.length > 0 && (
        <Section title="Cannot be read" id="unreadable">
          <ul class="problems">
            {problems.map(({ error }) => (
              <li key={error.message}>
                {printable(error.message)}
                <span class="second">{printable(adviceText(error) ?? "")}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

const STATES: readonly (readonly [PlanState, string])[] = [
  ["pending", "Waiting for a decision"],
  ["accepted", "Accepted"],
  ["rejected", "Rejected"],
  ["superseded", "Superseded by newer ones"],
];

/** What waits for a decision, of whichever deployment. */
export function WaitingPlans({ plans }: { readonly plans: readonly Plan[] }): VNode {
  return (
    <Table
      caption="Plans that wait for a decision"
      rows={plans}
      keyOf={({ id }) => id}
      empty="Nothing waits for a decision. What a changed contract newly asks for appears here."
      columns={[
        {
          heading: "Deployment",
          cell: ({ deployment }) => <DeploymentLink deployment={deployment} />,
        },
        ...PLAN_COLUMNS,
      ]}
    />
  );
}

const PLAN_COLUMNS: readonly Column<Plan>[] = [
  {
    heading: "Plan",
    cell: ({ deployment, id }) => <a href={planHref(deployment, id)}>{id}</a>,
  },
  {
    heading: "Kind",
    cell: ({ kind, rollbackTo }) => (
      <>
        <Badge tone={kind === "migration" ? "danger" : "good"}>{kind}</Badge>
        {rollbackTo !== undefined && ` back to version ${rollbackTo}`}
      </>
    ),
  },
  { heading: "Changes", cell: ({ changes }) => countText(changes) },
  {
    heading: "From version",
    cell: ({ baseVersion }) => baseVersion === 0 ? "none" : baseVersion,
    isNumber: true,
  },
  { heading: "Made", cell: ({ createdAt }) => <Moment at={createdAt} /> },
];
