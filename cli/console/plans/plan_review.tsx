/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { ComponentChildren, VNode } from "preact";
import type { UseStanding } from "../../../reconcile/needs/use_standing.ts";
import type { Plan } from "../../../reconcile/records/authority_record.ts";
import { commandText } from "../../program/command_text.ts";
import { printable } from "../../terminal/printable.ts";
import { countText } from "../../view/change_view.ts";
import { Moment } from "../deployments/labels.tsx";
import { Badge, Code, Facts, Section } from "../layout/parts.tsx";
import { JsonDiffView } from "../layout/json_view.tsx";
import { Changes } from "./change_parts.tsx";
import type { WordsField } from "./decision_advice.ts";
import { DecisionForm, NOTHING_TYPED, type Typed } from "./decision_form.tsx";
import type { Review } from "./read_plan.ts";
import { schemaDiffs } from "./schema_diffs.ts";

/** What a plan changes, what that means, and the form to decide it as long as it waits. */
export function PlanReview(
  { review, typed = NOTHING_TYPED, wrong }: {
    readonly review: Review;
    readonly typed?: Typed | undefined;
    readonly wrong?: WordsField | undefined;
  },
): VNode {
  const { plan, changes, before, lacking, progress } = review;
  const isPending = progress.state === "pending";
  return (
    <>
      <Section title="What changes" id="changes">
        <p class="summary">
          <Badge tone={plan.kind === "migration" ? "danger" : "good"}>{plan.kind}</Badge>{" "}
          {countText(changes)}
        </p>
        <Changes changes={changes} />
        {schemaDiffs(before, plan.needs, changes).map(({ title, changes }) => (
          <details key={title}>
            <summary>The whole schema of {printable(title)}, before and after</summary>
            <JsonDiffView changes={changes} />
          </details>
        ))}
        {isPending && <MeasureAgain measured={review.measured} />}
      </Section>
      <Rights plan={plan} lacking={lacking} />
      {isPending
        ? (
          <Section title="Decide" id="decide">
            <DecisionForm review={review} typed={typed} wrong={wrong} />
            <SameInTerminal plan={plan} />
          </Section>
        )
        : <NotUsed typed={typed} />}
    </>
  );
}

/** The button belongs to the form: what is typed there comes along. */
function MeasureAgain({ measured }: { readonly measured: Review["measured"] }): VNode {
  return (
    <div class="measure">
      {measured !== undefined && (
        <p class={measured.length === 0 ? "notice done" : "notice problem"} role="status">
          {measured.length === 0
            ? "The data was looked at just now: the numbers above are as it is at this moment."
            : printable(measured.join(" "))}
        </p>
      )}
      <button type="submit" form="decision" name="verb" value="measure" class="quiet">
        Measure the data again now
      </button>
      <span class="second">Counts what the changes mean for the data; changes nothing.</span>
    </div>
  );
}

function Rights(
  { plan: { permissions }, lacking }: {
    readonly plan: Plan;
    readonly lacking: readonly UseStanding[];
  },
): VNode | null {
  const words = (isRequired: boolean) =>
    lacking.filter(({ required }) => required === isRequired)
      .flatMap(({ contract, missing }) => missing.map((what) => `${what} of ${contract}`));
  const lists = [
    ["Gains the right to", permissions?.gains ?? []],
    ["Loses the right to", permissions?.loses ?? []],
    ["Its services wait until it is accepted to", words(true)],
    ["Goes without, until it is accepted, the right to", words(false)],
  ] as const;
  const facts = lists.filter(([, list]) => list.length > 0).map(([title, list]) =>
    [title, <Lines key={title} lines={list} />] as const
  );
  if (facts.length === 0) return null;
  return (
    <Section title="Rights" id="rights">
      <Facts facts={facts} />
    </Section>
  );
}

function Lines({ lines }: { readonly lines: readonly string[] }): VNode {
  return (
    <ul class="lines">
      {lines.map((line) => <li key={line}>{printable(line)}</li>)}
    </ul>
  );
}

function SameInTerminal({ plan: { deployment, id, kind } }: { readonly plan: Plan }): VNode {
  const words = (...rest: readonly string[]) =>
    commandText(["svc", deployment, "authority", ...rest]);
  const accept = kind === "update"
    ? words("accept-update", id)
    : words("accept-migration", id, "--acknowledgement", "…");
  return (
    <details>
      <summary>The same in a terminal</summary>
      <Code>{`${accept}\n${words("reject", id, "--reason", "…")}`}</Code>
    </details>
  );
}

/** What somebody has typed for a plan that was decided meanwhile. */
function NotUsed({ typed: { acknowledgement, reason } }: { readonly typed: Typed }): VNode | null {
  const texts = [acknowledgement, reason].filter((text) => text.trim() !== "");
  if (texts.length === 0) return null;
  return (
    <Section title="What you had written" id="written">
      <p>It was not used: the plan was decided before.</p>
      {texts.map((text) => <Code key={text}>{printable(text, { lines: true })}</Code>)}
    </Section>
  );
}

/** What a plan is, in facts. */
export function PlanFacts({ review: { plan, progress } }: { readonly review: Review }): VNode {
  const { id, needs, baseVersion, createdAt, rollbackTo, adopts = {} } = plan;
  const facts: (readonly [string, ComponentChildren])[] = [
    ["Contract", printable(needs.contract)],
    ["Digest", <code key="digest">{printable(needs.digest)}</code>],
    ["From", baseVersion === 0 ? "nothing accepted yet" : `version ${baseVersion}`],
    ...(rollbackTo === undefined ? [] : [["Back to", `version ${rollbackTo}`] as const]),
    ["Accepted now", progress.version === 0 ? "nothing" : `version ${progress.version}`],
    ["Made", <Moment key="made" at={createdAt} />],
    ["Plan", <code key="id">{id}</code>],
  ];
  for (const [resource, { name }] of Object.entries(adopts)) {
    facts.push(["Takes over", printable(`${name} as ${resource}`)]);
  }
  return <Facts facts={facts} />;
}
