/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { PageResponse } from "../../../../contracts/schema/page.ts";
import type { RunnerKind } from "../../../commands/sessions/runner_contract.ts";
import type { UserNames } from "../../../program/person_text.ts";
import { printable } from "../../../terminal/printable.ts";
import { Pager } from "../../layout/pager.tsx";
import { type Column, Table } from "../../layout/parts.tsx";
import { Search } from "../parts/fields.tsx";
import { HolderLink } from "../parts/holder_link.tsx";
import { listHref } from "../parts/part_of.ts";
import { When } from "../parts/when.tsx";
import type { KnownSession } from "../sessions/read_sessions.ts";
import { Connections, SessionBadge } from "../sessions/session_table.tsx";
import { RUNNER_WORDS } from "./runner_kind.ts";

/** Devices or agents that a text is found in; what waits for activation first. */
export function foundRunners(
  sessions: readonly KnownSession[],
  query: string,
  names: UserNames,
): readonly KnownSession[] {
  const wanted = query.trim().toLowerCase();
  return sessions.filter(({ record: { principal, contract, actsFor = "" } }) =>
    [principal.id, contract?.id ?? "", names.get(actsFor) ?? ""].some((text) =>
      text.toLowerCase().includes(wanted)
    )
  ).toSorted((a, b) => Number(b.state === "waits") - Number(a.state === "waits"));
}

/** Devices, or agents, with what can be done. */
export function RunnersPage(
  { kind, part, isAny, names, query, gap }: {
    readonly kind: RunnerKind;
    readonly part: PageResponse<KnownSession>;
    /** Whether there is one at all. */
    readonly isAny: boolean;
    readonly names: UserNames;
    readonly query: string;
    readonly gap: string | undefined;
  },
): VNode {
  const { tab, one, many, none } = RUNNER_WORDS[kind];
  const place = `/people/${tab}`;
  const person: Column<KnownSession> = {
    heading: "Acts for",
    cell: ({ record: { actsFor } }) =>
      actsFor === undefined
        ? <span class="faint">nobody</span>
        : <HolderLink principal={{ kind: "user", id: actsFor }} names={names} />,
  };
  return (
    <>
      <div class="toolbar">
        <Search
          action={place}
          label={`Find ${kind === "agent" ? "an" : "a"} ${one}`}
          value={query}
        />
        <a class="button" href={`${place}/new`}>
          {kind === "device" ? "Provision devices" : "Let in an agent"}
        </a>
      </div>
      {gap !== undefined && <p class="notice">{gap}</p>}
      <Table
        caption={many}
        rows={part.entries}
        keyOf={({ session }) => session}
        empty={!isAny ? none : "There is none like this. Look for less of it."}
        columns={[
          {
            heading: kind === "device" ? "Device" : "Agent",
            cell: ({ record: { principal } }) => (
              <a href={`${place}/${principal.id}`}>{principal.id}</a>
            ),
          },
          {
            heading: "State",
            cell: ({ state, record: { principal } }) => (
              <>
                <SessionBadge state={state} />
                {state === "waits" && <a href={`${place}/${principal.id}/activate`}>Review</a>}
              </>
            ),
          },
          {
            heading: "Contract",
            cell: ({ record }) => printable(record.contract?.id ?? "none"),
          },
          ...(kind === "agent" ? [person] : []),
          { heading: "Connections", cell: (session) => <Connections {...session} /> },
          { heading: "Since", cell: ({ record }) => <When at={record.createdAt} /> },
        ]}
      />
      {part.count > 0 && <Pager page={part} noun={[one, many]} hrefOf={listHref(place, query)} />}
    </>
  );
}
