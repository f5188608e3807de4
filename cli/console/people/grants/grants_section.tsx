/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { type Holder, holderText } from "../../../../reconcile/access/holder.ts";
import type { UserNames } from "../../../program/person_text.ts";
import { printable } from "../../../terminal/printable.ts";
import { Badge, Section, Table } from "../../layout/parts.tsx";
import { Field } from "../parts/fields.tsx";
import { HolderLink, Named } from "../parts/holder_link.tsx";
import { When } from "../parts/when.tsx";
import type { Held, HeldCapability } from "./read_held.ts";

/** What somebody holds, with the ways to give and to take. */
export function GrantsSection(
  { held, names, note }: {
    readonly held: Held;
    readonly names: UserNames;
    /** What is to be known of them. */
    readonly note?: string;
  },
): VNode {
  const { holder, capabilities, groups, members, changes } = held;
  return (
    <Section title="Grants" id="grants">
      {note !== undefined && <p>{note}</p>}
      <Table
        caption="Capabilities"
        rows={capabilities}
        keyOf={({ key }) => key}
        empty="Nothing was granted: they may do what takes no capability."
        columns={[
          { heading: "Capability", cell: (row) => <CapabilityName held={row} /> },
          { heading: "Granted", cell: (row) => <Through held={row} /> },
          {
            heading: "Action",
            isNumber: true,
            cell: (row) => row.isOwn && <Take holder={holder} name={row.key} />,
          },
        ]}
      />
      {groups.length > 0 && (
        <Table
          caption="Groups"
          rows={groups}
          keyOf={(group) => group}
          empty=""
          columns={[
            { heading: "Group", cell: (group) => <GroupLink group={group} /> },
            {
              heading: "Action",
              isNumber: true,
              cell: (group) => <Take holder={holder} name={group} />,
            },
          ]}
        />
      )}
      {members.length > 0 && (
        <Table
          caption="Members"
          rows={members}
          keyOf={holderText}
          empty=""
          columns={[
            {
              heading: "Given to",
              cell: (member) => <HolderLink principal={member} names={names} />,
            },
            {
              heading: "Action",
              isNumber: true,
              cell: (member) => <Take holder={member} name={holderText(holder)} />,
            },
          ]}
        />
      )}
      <GiveForm held={held} />
      {changes.length > 0 && (
        <details>
          <summary>What was given and taken</summary>
          <Table
            caption="Changes"
            rows={changes}
            keyOf={({ at, added, removed }) => `${at} ${added} ${removed}`}
            empty=""
            columns={[
              { heading: "When", cell: ({ at }) => <When at={at} /> },
              {
                heading: "What",
                cell: ({ added, removed }) =>
                  printable([
                    ...added.map((name) => `+${name}`),
                    ...removed.map((name) => `-${name}`),
                  ].join(" ")),
              },
              { heading: "By", cell: ({ by }) => <Named text={by} names={names} /> },
            ]}
          />
        </details>
      )}
    </Section>
  );
}

/** Where something is given to or taken from somebody. */
export function grantHref({ kind, id }: Holder, action?: "add" | "remove", name?: string): string {
  const place = `/people/grants/${kind}/${encodeURIComponent(id)}`;
  if (action === undefined) return place;
  return name === undefined
    ? `${place}/${action}`
    : `${place}/${action}?${new URLSearchParams({ name })}`;
}

/** A capability as its contract names it, with its key. */
function CapabilityName({ held: { key, declared } }: { readonly held: HeldCapability }): VNode {
  return (
    <>
      {printable(declared?.displayName ?? key)}
      {declared === undefined
        ? <Badge tone="waiting">no accepted contract declares it</Badge>
        : <span class="second">{printable(key)}</span>}
    </>
  );
}

function Through({ held: { isOwn, groups } }: { readonly held: HeldCapability }): VNode {
  return (
    <>
      {isOwn && "by itself"}
      {isOwn && groups.length > 0 && ", and "}
      {groups.length > 0 && "through "}
      {groups.map((id, at) => (
        <>
          {at > 0 && ", "}
          <GroupLink group={`group:${id}`} />
        </>
      ))}
    </>
  );
}

function GroupLink({ group }: { readonly group: string }): VNode {
  return <a href={grantHref({ kind: "group", id: group.slice("group:".length) })}>{group}</a>;
}

function Take({ holder, name }: { readonly holder: Holder; readonly name: string }): VNode {
  return (
    <a href={grantHref(holder, "remove", name)} aria-label={`Take ${printable(name)}`}>
      Take
    </a>
  );
}

function GiveForm({ held: { holder, catalogue, capabilities, offeredGroups } }: {
  readonly held: Held;
}): VNode {
  const own = new Set(capabilities.filter(({ isOwn }) => isOwn).map(({ key }) => key));
  const options = [...[...catalogue.keys()].filter((key) => !own.has(key)), ...offeredGroups];
  return (
    <form class="filter" method="get" action={grantHref(holder, "add")}>
      <Field name="name" label="Give a capability or a group" options={options} isRequired />
      <button type="submit" class="quiet">Look at it first</button>
    </form>
  );
}
