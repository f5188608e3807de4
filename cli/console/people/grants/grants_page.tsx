/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { holderText } from "../../../../reconcile/access/holder.ts";
import { groupName, type Holding } from "../../../../reconcile/access/holding.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import { printable } from "../../../terminal/printable.ts";
import { Pager } from "../../layout/pager.tsx";
import { Section, Table } from "../../layout/parts.tsx";
import { Problem } from "../../layout/problem.tsx";
import { Field, Search } from "../parts/fields.tsx";
import { HolderLink, Named } from "../parts/holder_link.tsx";
import { listHref, partOf } from "../parts/part_of.ts";
import { When } from "../parts/when.tsx";
import type { AllGrants } from "./read_grants.ts";
import type { Catalogue } from "./read_held.ts";

/** What was typed to give something. */
export interface GiveDraft {
  readonly who: string;
  readonly name: string;
}

/** Who holds what, and a way to give something. */
export function GrantsPage(
  { grants: { holdings, names, catalogue }, query, offset, draft, problem, isOpen }: {
    readonly grants: AllGrants;
    readonly query: string;
    readonly offset: number;
    readonly draft: GiveDraft;
    readonly problem?: ExplainedError | undefined;
    /** Whether the server lets in everybody. */
    readonly isOpen: boolean;
  },
): VNode {
  const part = partOf(holdings, offset);
  const groups = holdings.flatMap(({ holder }) =>
    holder.kind === "group" ? [holderText(holder)] : []
  );
  const people = [...names.values()].map((name) => `user:${name}`);
  return (
    <>
      {isOpen && (
        <p class="notice">
          This server lets in everybody and enforces no grant. What is granted here counts once it
          is a secured one.
        </p>
      )}
      <Search action="/people/grants" label="Find who holds what" value={query} />
      <Table
        caption="Grants"
        rows={part.entries}
        keyOf={({ holder }) => holderText(holder)}
        empty={query === ""
          ? "Nothing was granted yet: everybody may do what takes no capability. Give something below."
          : "Nobody holds such a thing. Look for less of it."}
        columns={[
          {
            heading: "Holder",
            cell: ({ holder }) => <HolderLink principal={holder} names={names} />,
          },
          { heading: "Holds", cell: (holding) => <Names {...holding} catalogue={catalogue} /> },
          { heading: "Changed", cell: ({ change }) => <When at={change.at} /> },
          { heading: "By", cell: ({ change }) => <Named text={change.by} names={names} /> },
        ]}
      />
      {part.count > 0 && (
        <Pager
          page={part}
          noun={["holder", "holders"]}
          hrefOf={listHref("/people/grants", query)}
        />
      )}
      <Section title="Give something" id="give">
        {problem && <Problem error={problem} />}
        <p>
          A group is a name for several capabilities: give <code>group:support</code>{" "}
          a capability to make it, and give somebody <code>group:support</code>{" "}
          to let them have all that it holds. You see what it means before it is done.
        </p>
        <form method="get" action="/people/grants/give">
          <Field
            name="who"
            label="Who"
            value={draft.who}
            hint="As user:ada, group:support, service:orders, device:dfu342kcirifx437 or agent:helper"
            options={[...people, ...groups]}
            isRequired
          />
          <Field
            name="name"
            label="A capability or a group"
            value={draft.name}
            hint="By its key, as orders.refund, or as group:support"
            options={[...catalogue.keys(), ...groups]}
            isRequired
          />
          <div class="buttons">
            <button type="submit">Look at it first</button>
          </div>
        </form>
      </Section>
    </>
  );
}

function Names(
  { capabilities, groups, catalogue }: Pick<Holding, "capabilities" | "groups"> & {
    readonly catalogue: Catalogue;
  },
): VNode {
  const shown = capabilities.map((key) => printable(catalogue.get(key)?.displayName ?? key));
  return <>{[...groups.map(groupName), ...shown].join(", ")}</>;
}
