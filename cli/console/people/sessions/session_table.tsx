/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { SessionState } from "../../../view/session_view.ts";
import { counted } from "../../../view/session_view.ts";
import { printable } from "../../../terminal/printable.ts";
import type { UserNames } from "../../../program/person_text.ts";
import { Badge, type Column, Table, type Tone } from "../../layout/parts.tsx";
import { HolderLink } from "../parts/holder_link.tsx";
import { When } from "../parts/when.tsx";
import type { KnownSession } from "./read_sessions.ts";

const TONE: Readonly<Record<SessionState, Tone>> = {
  live: "good",
  away: "plain",
  waits: "waiting",
  revoked: "danger",
  expired: "plain",
};

const TEXT: Readonly<Record<SessionState, string>> = {
  live: "connected",
  away: "not connected",
  waits: "waits",
  revoked: "revoked",
  expired: "expired",
};

/** How a session stands. */
export function SessionBadge({ state }: Pick<KnownSession, "state">): VNode {
  return <Badge tone={TONE[state]}>{TEXT[state]}</Badge>;
}

/** Sessions, each with a link to what there is to see and do. */
export function SessionTable(
  { sessions, names, caption, empty, showHolder = true }: {
    readonly sessions: readonly KnownSession[];
    readonly names: UserNames;
    readonly caption: string;
    readonly empty: string;
    /** Whether it is said whose each is. */
    readonly showHolder?: boolean;
  },
): VNode {
  const holder: Column<KnownSession> = {
    heading: "Who",
    cell: ({ record }) => <HolderLink principal={record.principal} names={names} />,
  };
  return (
    <Table
      caption={caption}
      rows={sessions}
      keyOf={({ session }) => session}
      empty={empty}
      columns={[
        {
          heading: "Session",
          cell: ({ session }) => <a class="whole" href={`/people/sessions/${session}`}>{session}
          </a>,
        },
        ...(showHolder ? [holder] : [{
          heading: "Acts as",
          cell: ({ record }: KnownSession) => record.principal.kind,
        }]),
        { heading: "State", cell: ({ state }) => <SessionBadge state={state} /> },
        { heading: "Connections", cell: (session) => <Connections {...session} /> },
        { heading: "Contract", cell: ({ record }) => printable(contractText(record)) },
        { heading: "Since", cell: ({ record }) => <When at={record.createdAt} /> },
      ]}
    />
  );
}

/** What a session runs under. */
export function contractText(
  { contract, deployment }: Pick<KnownSession["record"], "contract" | "deployment">,
): string {
  return contract?.id ?? deployment ?? "none";
}

/** What is open of a session. Each has a new connection every few minutes, which is when it was renewed. */
export function Connections({ connections }: Pick<KnownSession, "connections">): VNode {
  const [first] = connections;
  if (first === undefined) return <span class="faint">none</span>;
  return (
    <>
      {counted(connections.length, "connection")}
      <span class="second">
        {printable(first.client)} from {printable(first.host)}, renewed <When at={first.since} />
      </span>
    </>
  );
}
