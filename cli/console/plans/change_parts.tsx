/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { ComponentChildren, VNode } from "preact";
import { changeEntry } from "../../../reconcile/changes/catalogue.ts";
import type { Change } from "../../../reconcile/changes/change.ts";
import { printable } from "../../terminal/printable.ts";
import { changedName, placeText, placeWords } from "../../words/change_place.ts";
import { changedValues, exampleText } from "../../words/change_values.ts";
import { impactLines, isFelt } from "../../words/impact_text.ts";
import { type ChangeGroup, safeGroups } from "../../words/safe_groups.ts";
import { wayOutText } from "../../words/way_out.ts";
import { DeploymentLink } from "../deployments/labels.tsx";
import { Badge, Facts } from "../layout/parts.tsx";

/** What changes that are explained in the same words agree in. */
function adviceOf(change: Change): string {
  const entry = changeEntry(change.code);
  return entry?.severity === "dangerous"
    ? `${change.code} ${wayOutText(change, entry)}`
    : change.code;
}

/** The changes of a plan: dangerous ones first, each with all that is known of it. */
export function Changes({ changes }: { readonly changes: readonly Change[] }): VNode {
  const dangerous = changes.filter(({ severity }) => severity === "dangerous");
  const safe = changes.filter(({ severity }) => severity === "safe");
  // What several changes share is explained once.
  const explained = new Map(
    dangerous.toReversed().map((change, at) => [adviceOf(change), dangerous.length - at]),
  );
  return (
    <>
      {dangerous.map((change, at) => (
        <DangerousChange
          key={`${change.code} ${change.path}`}
          change={change}
          number={at + 1}
          explained={explained.get(adviceOf(change)) ?? at + 1}
        />
      ))}
      {safe.length > 0 && <SafeChanges changes={safe} isBeside={dangerous.length > 0} />}
    </>
  );
}

function DangerousChange(
  { change, number, explained }: {
    readonly change: Change;
    readonly number: number;
    /** The first change of its code. */
    readonly explained: number;
  },
): VNode {
  const { code, reason, impact, affects = [], example } = change;
  const entry = changeEntry(code);
  const facts: (readonly [string, ComponentChildren])[] = [["Because", printable(reason)]];
  if (example !== undefined) {
    facts.push(["Example that was allowed", <code key="example">{exampleText(example)}</code>]);
  }
  if (impact !== undefined) {
    facts.push(["Data that is there", <ImpactLines key="i" change={change} />]);
  }
  if (affects.length > 0) facts.push(["Affects", <Deployments key="a" names={affects} />]);
  if (explained < number) {
    facts.push([
      "What to do",
      <a key="as" href={`#dangerous-${explained}`}>as for dangerous {explained}</a>,
    ]);
  } else if (entry?.severity === "dangerous") {
    facts.push(["What can go wrong", entry.danger], [
      "What to do",
      wayOutText(change, entry),
    ]);
  }
  return (
    <article class="change dangerous" id={`dangerous-${number}`}>
      <h3>
        <Badge tone="danger">{`dangerous ${number}`}</Badge> {printable(placeText(change))}
      </h3>
      <p class="change-title">
        {entry?.title ?? printable(code)} <code class="faint">{printable(code)}</code>
      </p>
      <BeforeAfter change={change} />
      <Facts facts={facts} />
    </article>
  );
}

function BeforeAfter({ change }: { readonly change: Change }): VNode | null {
  const { before, after } = changedValues(change);
  if (before === undefined && after === undefined) return null;
  return (
    <dl class="sides">
      <div class="side before">
        <dt>Before</dt>
        <dd>{before ?? "nothing"}</dd>
      </div>
      <div class="side after">
        <dt>After</dt>
        <dd>{after ?? "nothing"}</dd>
      </div>
    </dl>
  );
}

function ImpactLines({ change: { impact } }: { readonly change: Change }): VNode {
  const [cost, ...first] = impact === undefined ? [] : impactLines(impact);
  return (
    <>
      <strong>{cost}</strong>
      {first.length > 0 && (
        <ul class="first">
          {first.map((line) => <li key={line}>{line}</li>)}
        </ul>
      )}
    </>
  );
}

function Deployments({ names }: { readonly names: readonly string[] }): VNode {
  return (
    <>
      {names.flatMap((name, at) => [
        ...(at === 0 ? [] : [", "]),
        <DeploymentLink key={name} deployment={name} />,
      ])}
    </>
  );
}

function SafeChanges(
  { changes, isBeside }: { readonly changes: readonly Change[]; readonly isBeside: boolean },
): VNode {
  return (
    <section class="change safe">
      <h3>
        <Badge tone="good">safe</Badge>{" "}
        {isBeside ? "Nothing is lost by these" : "Nothing is lost by any of these"}
      </h3>
      <ul class="groups">
        {safeGroups(changes).map((group) => (
          <SafeGroup key={`${group[0].code} ${group[0].path}`} group={group} />
        ))}
      </ul>
    </section>
  );
}

function SafeGroup({ group }: { readonly group: ChangeGroup }): VNode {
  const [change] = group;
  const { code, op, impact } = change;
  const { before, after } = changedValues(change);
  const title = changeEntry(code)?.title ?? printable(change.reason);
  const name = op === "add"
    ? `${placeWords(change).topic} ${group.map(changedName).join(", ")}`
    : placeText(change);
  return (
    <li>
      <strong>{printable(name)}</strong> {title} <code class="faint">{printable(code)}</code>
      {before !== undefined && after !== undefined && (
        <span class="second">{`${before} → ${after}`}</span>
      )}
      {op === "add" && after !== undefined && group.length === 1 && name !== after && (
        <span class="second">{after}</span>
      )}
      {impact !== undefined && isFelt(impact) &&
        impactLines(impact).map((line) => <span key={line} class="second">{line}</span>)}
    </li>
  );
}
