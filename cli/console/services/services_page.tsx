/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { RecordProblem } from "../../../reconcile/records/record_store.ts";
import { adviceText } from "../../program/command_text.ts";
import { printable } from "../../terminal/printable.ts";
import { keptTroubles, replicasText } from "../../view/streams/kept_view.ts";
import { Problem } from "../layout/problem.tsx";
import { countText } from "../../view/change_view.ts";
import { DeploymentLink, instancesText, ReviewLink, ShortDigest } from "../deployments/labels.tsx";
import { readablePlan, type WaitingPlan } from "../deployments/waiting_plans.ts";
import { Badge, Empty, Section, Table } from "../layout/parts.tsx";
import type { ServiceRow, Services } from "./read_services.ts";

/** Every deployment, what waits for a decision first. */
export function ServicesList({ rows, problems, streams }: Services): VNode {
  return (
    <>
      <p class="summary">{summaryText(rows)}</p>
      <Streams streams={streams} />
      <Unreadable problems={problems} />
      {rows.length === 0 && problems.length === 0 ? <NoServices /> : (
        <Table
          caption="Deployments"
          rows={rows}
          keyOf={({ deployment }) => deployment}
          empty="None of the records can be read; what is wrong with each is said above."
          columns={[
            { heading: "Deployment", cell: (row) => <Name row={row} /> },
            { heading: "State", cell: (row) => <State row={row} /> },
            { heading: "Version", cell: versionText, isNumber: true },
            {
              heading: "Instances",
              cell: ({ contract, instances, digests }) =>
                instancesText(contract?.kind, instances, digests),
            },
            { heading: "Kind", cell: ({ contract }) => contract?.kind ?? "unknown" },
            { heading: "Contract", cell: (row) => <Contract row={row} /> },
            { heading: "Mode", cell: ({ mode }) => mode },
          ]}
        />
      )}
    </>
  );
}

/** How often the streams of a cluster are kept, and which ones stand still. */
function Streams({ streams }: Pick<Services, "streams">): VNode | null {
  const counts = replicasText(streams);
  if (streams.length === 0) return null;
  return (
    <>
      {counts !== "" && <p class="summary">{`Streams: ${counts}.`}</p>}
      {keptTroubles(streams).map((error) => <Problem key={error.message} error={error} />)}
    </>
  );
}

function NoServices(): VNode {
  return (
    <Empty>
      No contract was presented to this server yet. Write one in contracts/ and start it with deno
      task dev: it appears here, and what it asks for waits for you.
    </Empty>
  );
}

function summaryText(rows: readonly ServiceRow[]): string {
  const waiting = rows.filter(({ pending }) => pending !== undefined).length;
  const wrong = rows.filter(({ standing }) => standing.tone === "danger").length;
  const words = [
    rows.length === 1 ? "1 deployment" : `${rows.length} deployments`,
    waiting === 0 ? "nothing waits for a decision" : `${waiting} waiting for a decision`,
    ...(wrong === 0 ? [] : [`${wrong} with problems`]),
  ];
  return `${words.join(", ")}.`;
}

function Name({ row: { deployment, displayName } }: { readonly row: ServiceRow }): VNode {
  return (
    <>
      <DeploymentLink deployment={deployment} />
      {displayName !== undefined && <span class="second">{printable(displayName)}</span>}
    </>
  );
}

function State({ row: { deployment, standing, pending } }: { readonly row: ServiceRow }): VNode {
  return (
    <>
      {pending !== undefined && (
        <ReviewLink deployment={deployment} planId={pending.planId}>
          {changesText(pending.plan)}
        </ReviewLink>
      )}
      {/* What waits for its first decision is nothing else yet. */}
      {(pending === undefined || standing.tone !== "plain") && (
        <Badge tone={standing.tone}>{standing.text}</Badge>
      )}
    </>
  );
}

function changesText(plan: WaitingPlan): string {
  const readable = readablePlan(plan);
  return readable === undefined ? "cannot be read" : countText(readable.changes);
}

function versionText({ desired, materialized }: ServiceRow): string {
  if (desired === 0) return "none";
  return desired === materialized
    ? `${desired}`
    : `${desired} (${materialized || "none"} in force)`;
}

function Contract({ row: { contract } }: { readonly row: ServiceRow }): VNode {
  if (contract === undefined) return <span class="faint">unknown</span>;
  return (
    <>
      {printable(contract.id)}
      <span class="second">
        <ShortDigest digest={contract.digest} />
      </span>
    </>
  );
}

/** Records that cannot be read, each with what to do. */
export function Unreadable(
  { problems }: { readonly problems: readonly RecordProblem[] },
): VNode | null {
  if (problems.length === 0) return null;
  return (
    <Section title="Cannot be read" id="unreadable">
      <ul class="problems">
        {problems.map(({ deployment, error }) => (
          <li key={`${deployment} ${error.message}`}>
            <Badge tone="danger">{printable(deployment)}</Badge> {printable(error.message)}
            <span class="second">{printable(adviceText(error) ?? "")}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
