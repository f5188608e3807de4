/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type {
  AuthorityRecord,
  RetiredBucket,
} from "../../../reconcile/records/authority_record.ts";
import { bucketKey } from "../../../reconcile/records/retired_resource.ts";
import { resourceOf } from "../../../reconcile/resources/kinds.ts";
import { actorText, type UserNames } from "../../program/person_text.ts";
import { printable } from "../../terminal/printable.ts";
import { relativeTime } from "../../terminal/relative_time.ts";
import { deploymentHref } from "../deployments/deployment_href.ts";
import { Moment } from "../deployments/labels.tsx";
import { Section, Table } from "../layout/parts.tsx";

/** What can be done to a deployment, each with what it leads to. */
export function DeploymentActions(
  { record, names }: { readonly record: AuthorityRecord; readonly names: UserNames },
): VNode {
  const { deployment, desired, retired } = record;
  const base = deploymentHref(deployment);
  return (
    <>
      {retired.length > 0 && (
        <Section title="Retired resources" id="retired">
          <p>
            They are no longer asked for. Their data is kept, out of the service's reach, until
            somebody deletes it.
          </p>
          <Retired base={base} retired={retired} />
        </Section>
      )}
      {desired !== undefined && (
        <Section title="Actions" id="actions">
          <form method="post" action={`${base}/reconcile`} class="action">
            <p>
              <strong>Reconcile</strong>: Trellis looks at the server now and makes everything as
              version {desired.version} says. What is as it should be stays untouched.
            </p>
            <button type="submit" class="quiet">Reconcile now</button>
          </form>
          <RollBack base={base} record={record} names={names} />
        </Section>
      )}
    </>
  );
}

function Retired(
  { base, retired }: { readonly base: string; readonly retired: readonly RetiredBucket[] },
): VNode {
  return (
    <Table
      caption="Retired resources"
      rows={retired}
      keyOf={bucketKey}
      empty=""
      columns={[
        { heading: "Resource", cell: (bucket) => printable(resourceOf(bucket)) },
        { heading: "On the server", cell: ({ name }) => <code>{printable(name)}</code> },
        { heading: "Since", cell: ({ at }) => <Moment at={at} /> },
        {
          heading: "Its data",
          cell: (bucket) =>
            bucket.deletedBy !== undefined
              ? "is being deleted"
              : (
                <form method="post" action={`${base}/delete-data`}>
                  <input type="hidden" name="resource" value={bucketKey(bucket)} />
                  <button type="submit" class="danger">Ask for deleting it</button>
                  <small class="second">
                    Makes a plan that says what would be lost; nothing is deleted before it is
                    accepted.
                  </small>
                </form>
              ),
        },
      ]}
    />
  );
}

function RollBack(
  { base, names, record: { desired, history } }: {
    readonly base: string;
    readonly names: UserNames;
    readonly record: AuthorityRecord;
  },
): VNode {
  const versions = history.filter(({ outcome, version }) =>
    outcome === "accepted" && version !== desired?.version
  ).toReversed();
  const now = Date.now();
  return (
    <form method="post" action={`${base}/rollback`} class="action">
      <p>
        <strong>Roll back</strong>: makes a plan that goes back to what an earlier version asked
        for, and says what that would cost. Nothing changes before it is accepted; code whose
        contract it takes back may not run then.
      </p>
      {versions.length === 0 ? <p class="faint">There is no earlier version to go back to.</p> : (
        <>
          <label>
            Version
            <select name="version">
              {versions.map(({ version, at, by }) => (
                <option key={version} value={version}>
                  {`${version}, accepted ${relativeTime(at, now)} by ${
                    printable(actorText(by, names))
                  }`}
                </option>
              ))}
            </select>
          </label>
          <button type="submit" class="quiet">Ask for rolling back</button>
        </>
      )}
    </form>
  );
}
