/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { isSurfaceKind, SECTIONS } from "../../../contracts/manifest/sections.ts";
import type { SurfaceNeed } from "../../../reconcile/needs/need_types.ts";
import type { ContractUse } from "../../../reconcile/needs/use_standing.ts";
import type { DeploymentPermissions } from "../../deployments/deployment_permissions.ts";
import { printable } from "../../terminal/printable.ts";
import { DeploymentLink } from "../deployments/labels.tsx";
import { deploymentHref } from "../deployments/deployment_href.ts";
import { feedAddress } from "../explorer/feed_page.tsx";
import { rpcAddress } from "../explorer/explorer_page.tsx";
import { Badge, Live, Section, Table } from "../layout/parts.tsx";
import { transferText } from "../layout/transfer_text.ts";
import { PlanReview } from "../plans/plan_review.tsx";
import type { Review } from "../plans/read_plan.ts";
import { DeploymentActions } from "./deployment_actions.tsx";
import { DeploymentHistory, type KnownPeople } from "./deployment_history.tsx";
import { DeploymentStanding } from "./deployment_standing.tsx";
import type { DeploymentDetails } from "./read_deployment.ts";
import { ResourceTable } from "./resource_figures.tsx";

/** Everything about one deployment; what waits for a decision can be decided here. */
export function DeploymentPage(
  { details, review, people }: {
    readonly details: DeploymentDetails;
    readonly review: Review | undefined;
    readonly people: KnownPeople;
  },
): VNode {
  const { record, uses, usedBy, providers, permissions, resources } = details;
  const { deployment, desired } = record;
  const live = `${deploymentHref(deployment)}/live`;
  return (
    <>
      <Live
        id="standing"
        from={review === undefined ? live : `${live}?plan=${review.progress.planId}`}
      >
        <DeploymentStanding state={details} progress={review?.progress} />
      </Live>
      {review !== undefined && <PlanReview review={review} />}
      {review !== undefined && desired !== undefined && (
        <Section title="Resources" id="resources">
          <ResourceTable deployment={deployment} resources={resources} />
        </Section>
      )}
      {desired !== undefined && (
        <>
          <Section title="Surfaces" id="surfaces">
            <Surfaces deployment={deployment} surfaces={Object.values(desired.needs.surfaces)} />
          </Section>
          <Section title="Uses of others" id="uses">
            <Uses uses={uses} providers={providers} />
          </Section>
          <Section title="Used by" id="used-by">
            <UsedBy usedBy={usedBy} />
          </Section>
          <Section title="Permissions" id="permissions">
            <PermissionList shown={permissions} />
          </Section>
        </>
      )}
      <Section title="History" id="history">
        <DeploymentHistory history={record.history} deployment={deployment} people={people} />
      </Section>
      <DeploymentActions record={record} names={people.names} />
    </>
  );
}

function Surfaces(
  { deployment, surfaces }: {
    readonly deployment: string;
    readonly surfaces: readonly SurfaceNeed[];
  },
): VNode {
  return (
    <Table
      caption="What it serves to others"
      rows={surfaces}
      keyOf={({ kind, name }) => `${kind} ${name}`}
      empty="It serves nothing to others."
      columns={[
        {
          heading: "Name",
          cell: ({ kind, name }) => {
            const href = kind === "rpc"
              ? rpcAddress(name, deployment)
              : kind === "feeds"
              ? feedAddress(name, deployment)
              : undefined;
            return href === undefined ? printable(name) : <a href={href}>{printable(name)}</a>;
          },
        },
        {
          heading: "Kind",
          cell: ({ kind }) => isSurfaceKind(kind) ? SECTIONS[kind].noun : printable(kind),
        },
        { heading: "Errors", cell: ({ errors }) => printable(errors.join(", ")) || "none" },
        { heading: "Takes the capability", cell: capabilitiesText },
        ...(surfaces.some(({ transfer }) => transfer !== undefined)
          ? [{
            heading: "Files",
            cell: ({ transfer }: SurfaceNeed) => printable(transferText(transfer)),
          }]
          : []),
      ]}
    />
  );
}

function capabilitiesText({ capabilities }: SurfaceNeed): string {
  const words = Object.entries(capabilities).filter(([, keys]) => keys.length > 0).map((
    [action, keys],
  ) => `${action}: ${keys.join(", ")}`);
  return printable(words.join("; ")) || "none";
}

function Uses(
  { uses, providers }: Pick<DeploymentDetails, "uses" | "providers">,
): VNode {
  return (
    <Table
      caption="What it uses of other contracts"
      rows={uses}
      keyOf={({ contract }) => contract}
      empty="It uses nothing of other contracts."
      columns={[
        {
          heading: "Contract",
          cell: ({ contract }) => {
            const provider = providers.get(contract);
            return provider === undefined
              ? printable(contract)
              : <a href={deploymentHref(provider)}>{printable(contract)}</a>;
          },
        },
        { heading: "Needed", cell: neededText },
        { heading: "What", cell: ({ selected }) => printable(selected.join(", ")) },
        {
          heading: "Not accepted",
          cell: ({ missing, required }) =>
            missing.length === 0 ? "nothing" : (
              <>
                <Badge tone={required ? "danger" : "waiting"}>missing</Badge>{" "}
                {printable(missing.join(", "))}
              </>
            ),
        },
      ]}
    />
  );
}

function UsedBy({ usedBy }: Pick<DeploymentDetails, "usedBy">): VNode {
  return (
    <Table
      caption="Who uses it"
      rows={usedBy}
      keyOf={({ deployment }) => deployment}
      empty="No accepted contract uses it: it can change without breaking one."
      columns={[
        {
          heading: "Deployment",
          cell: ({ deployment }) => <DeploymentLink deployment={deployment} />,
        },
        { heading: "Needed", cell: neededText },
        { heading: "What", cell: ({ selected }) => printable(selected.join(", ")) },
      ]}
    />
  );
}

function neededText({ required }: ContractUse): string {
  return required ? "required" : "optional";
}

function PermissionList(
  { shown: { kind, permissions } }: { readonly shown: DeploymentPermissions },
): VNode {
  const all = [
    ...permissions.publish.map((line) => ({ line, verb: "publish" })),
    ...permissions.subscribe.map((line) => ({ line, verb: "subscribe" })),
  ];
  const groups = [...Map.groupBy(all, ({ line }) => line.why)];
  return (
    <div class="permissions">
      <p>
        What {kind === "service" ? "an instance" : `a ${kind} who runs it`}{" "}
        may do; the server refuses everything else.
      </p>
      {groups.map(([why, lines]) => (
        <details key={why}>
          <summary>{printable(why)}</summary>
          <ul class="lines">
            {lines.map(({ line: { subject, part, keptFor }, verb }) => (
              <li key={`${verb} ${subject}`}>
                <span class="faint">{verb}</span> <code>{printable(subject)}</code>{" "}
                <span class="faint">
                  {printable([part, keptFor && `for ${keptFor}`].filter(Boolean).join("; "))}
                </span>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </div>
  );
}
