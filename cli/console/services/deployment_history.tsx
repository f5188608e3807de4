/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { Decision } from "../../../reconcile/records/authority_record.ts";
import type { UserNames } from "../../program/person_text.ts";
import { printable } from "../../terminal/printable.ts";
import { decisionWords } from "../../words/decision_words.ts";
import { signerText } from "../../words/signer_text.ts";
import { Moment } from "../deployments/labels.tsx";
import { deploymentHref, planHref } from "../deployments/deployment_href.ts";
import { Badge, Table, type Tone } from "../layout/parts.tsx";
import { Named } from "../people/parts/holder_link.tsx";

/** Who is known by a name. */
export interface KnownPeople {
  readonly names: UserNames;
  /** Names by public keys. */
  readonly signers: ReadonlyMap<string, string>;
}

/** Decisions that are listed; all plans are on a page of their own. */
const MOST = 50;

/** What was decided, the newest first: by whom, why, and whose key has signed it. */
export function DeploymentHistory(
  { deployment, history, people }: {
    readonly deployment: string;
    readonly history: readonly Decision[];
    readonly people: KnownPeople;
  },
): VNode {
  return (
    <>
      <Table
        caption="Decisions"
        rows={history.toReversed().slice(0, MOST)}
        keyOf={({ planId, at, outcome }) => `${at} ${planId} ${outcome}`}
        empty="Nothing was decided yet."
        columns={[
          {
            heading: "Decision",
            cell: ({ planId, outcome }) => (
              <>
                <Badge tone={TONES[outcome]}>{outcome}</Badge>
                {planId !== "" && outcome !== "refreshed" && (
                  <small class="second">
                    <a href={planHref(deployment, planId)}>the plan</a>
                  </small>
                )}
              </>
            ),
          },
          { heading: "Version", cell: ({ version }) => version, isNumber: true },
          { heading: "When", cell: ({ at }) => <Moment at={at} /> },
          {
            heading: "By",
            cell: ({ by, signedBy }) => (
              <>
                <Named text={by} names={people.names} />
                <small class="second">
                  {printable(signerText(signedBy, people.signers.get(signedBy ?? "")))}
                </small>
              </>
            ),
          },
          {
            heading: "Why",
            cell: (decision) =>
              decisionWords(decision).map((text) => (
                <span key={text} class="line">{printable(text)}</span>
              )),
          },
        ]}
      />
      <p>
        <a href={`${deploymentHref(deployment)}/plans`}>All plans by their state</a>
        {history.length > MOST && `; older decisions: trellis svc ${deployment} authority history`}
      </p>
    </>
  );
}

const TONES: Readonly<Record<Decision["outcome"], Tone>> = {
  accepted: "good",
  rejected: "danger",
  superseded: "plain",
  refreshed: "plain",
  mode: "plain",
};
