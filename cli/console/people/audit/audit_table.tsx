/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { HistoryLine } from "../../../../reconcile/audit/merged_history.ts";
import type { UserNames } from "../../../program/person_text.ts";
import { printable } from "../../../terminal/printable.ts";
import { type Column, Table } from "../../layout/parts.tsx";
import { Named } from "../parts/holder_link.tsx";
import { When } from "../parts/when.tsx";

/** Whose the keys are that sign, by public key. */
export type Signers = ReadonlyMap<string, string>;

/** What happened. */
export function AuditTable(
  { lines, names, signers, empty }: {
    readonly lines: readonly HistoryLine[];
    readonly names: UserNames;
    /** Undefined where it is not shown who has signed. */
    readonly signers: Signers | undefined;
    readonly empty: string;
  },
): VNode {
  const signed: Column<HistoryLine> = {
    heading: "Signed",
    cell: ({ signedBy }) =>
      signedBy === undefined
        ? "no"
        : printable(signers?.get(signedBy) ?? `${signedBy.slice(0, 12)}…`),
  };
  return (
    <Table
      caption="What happened"
      rows={lines}
      keyOf={({ at, kind, subject, text }) => `${at} ${kind} ${subject} ${text}`}
      empty={empty}
      columns={[
        {
          heading: "What",
          cell: ({ kind, text }) => (
            <>
              {printable(kind)}
              {text !== "" && <span class="second">{printable(text)}</span>}
            </>
          ),
        },
        { heading: "About", cell: ({ subject }) => <Named text={subject} names={names} /> },
        { heading: "By", cell: ({ by }) => <Named text={by} names={names} /> },
        { heading: "When", cell: ({ at }) => <When at={at} /> },
        ...(signers === undefined ? [] : [signed]),
      ]}
    />
  );
}
