/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import type { RunnerKind } from "../../../commands/sessions/runner_contract.ts";
import type { UserNames } from "../../../program/person_text.ts";
import { printable } from "../../../terminal/printable.ts";
import { Badge, Facts, Section, Table } from "../../layout/parts.tsx";
import { AuditTable } from "../audit/audit_table.tsx";
import { GrantsSection } from "../grants/grants_section.tsx";
import type { Held } from "../grants/read_held.ts";
import { HolderLink, Named } from "../parts/holder_link.tsx";
import { When } from "../parts/when.tsx";
import { openOnes } from "../sessions/read_sessions.ts";
import { SessionBadge, SessionTable } from "../sessions/session_table.tsx";
import type { Runner, UsedRpc } from "./read_runner.ts";
import { RUNNER_WORDS } from "./runner_kind.ts";

/** Audit lines on the page of one. */
const SHOWN_LINES = 20;

/** What there is of a device or an agent, and what can be done. */
export function RunnerPage(
  { kind, runner, names }: {
    readonly kind: RunnerKind;
    readonly runner: Runner;
    readonly names: UserNames;
  },
): VNode {
  const { id, sessions, held, kept, lines } = runner;
  const [newest] = sessions;
  const { tab, one } = RUNNER_WORDS[kind];
  const place = `/people/${tab}/${id}`;
  const isOpen = openOnes(sessions).length > 0;
  return (
    <>
      <Section title={`This ${one}`} id="who">
        <RunnerFacts kind={kind} runner={runner} names={names} />
        <div class="buttons" role="group" aria-label="What can be done">
          {newest.state === "waits" && (
            <a class="button" href={`${place}/activate`}>Review and activate</a>
          )}
          {isOpen && <a class="button danger" href={`${place}/revoke`}>Revoke</a>}
          {!isOpen && kind === "agent" && (
            <a class="button" href={`/people/agents/new?name=${id}`}>Give it another key</a>
          )}
        </div>
      </Section>
      <Section title="What its contract lets it call" id="calls">
        <Calls calls={runner.calls} held={held} />
      </Section>
      <GrantsSection held={held} names={names} />
      <Section title="Keys and connections" id="sessions">
        <SessionTable
          sessions={sessions}
          names={names}
          caption="Sessions"
          showHolder={false}
          empty=""
        />
      </Section>
      <Section title="What it keeps" id="state">
        <p>
          {kept === undefined
            ? "No Trellis process says what it keeps."
            : kept.length === 0
            ? "Nothing: its contract declares no state, or nothing was written yet."
            : kept.map(({ store, contract, entries }) =>
              `${entries} in ${printable(store)} of ${printable(contract)}`
            ).join(", ")}
        </p>
      </Section>
      <Section title="What happened" id="audit">
        <AuditTable
          lines={lines.slice(0, SHOWN_LINES)}
          names={names}
          signers={undefined}
          empty="The audit history says nothing of it yet."
        />
      </Section>
    </>
  );
}

/** Who it is, as it is said beside every decision about it. */
export function RunnerFacts(
  { kind, runner: { id, sessions: [newest], deployment, isAccepted, lines }, names }: {
    readonly kind: RunnerKind;
    readonly runner: Runner;
    readonly names: UserNames;
  },
): VNode {
  const { record, state } = newest;
  const { contract, actsFor } = record;
  const added = lines.findLast(({ kind }) => kind === "session.opened");
  return (
    <Facts
      facts={[
        ["Name", <code key="name">{id}</code>],
        ["State", <SessionBadge key="state" state={state} />],
        [
          "Contract",
          <span key="contract">
            {deployment === undefined
              ? "none"
              : <a href={`/services/${deployment}`}>{printable(contract?.id ?? "")}</a>}{" "}
            {!isAccepted && <Badge tone="waiting">not accepted as it runs it</Badge>}
          </span>,
        ],
        ...(kind === "agent"
          ? [
            [
              "Acts for",
              actsFor === undefined
                ? "nobody"
                : <HolderLink key="for" principal={{ kind: "user", id: actsFor }} names={names} />,
            ] as const,
          ]
          : []),
        ["Public key", <code key="key">{record.publicKey}</code>],
        [
          "Added",
          <span key="added">
            <When at={record.createdAt} />
            {added !== undefined && (
              <>
                {" by "}
                <Named text={added.by} names={names} />
              </>
            )}
          </span>,
        ],
      ]}
    />
  );
}

/** What may be called, and whether what that takes is held. */
export function Calls(
  { calls, held }: { readonly calls: readonly UsedRpc[]; readonly held: Held },
): VNode {
  const has = new Set(held.capabilities.map(({ key }) => key));
  return (
    <Table
      caption="Calls"
      rows={calls}
      keyOf={({ contract, name }) => `${contract} ${name}`}
      empty="Nothing: its contract uses no other one, or is not accepted."
      columns={[
        { heading: "RPC", cell: ({ name }) => printable(name) },
        { heading: "Of", cell: ({ contract }) => printable(contract) },
        {
          heading: "Takes",
          cell: ({ capabilities }) =>
            capabilities.length === 0 ? "no capability" : (
              <ul class="plain">
                {capabilities.map((key) => (
                  <li key={key}>
                    {printable(held.catalogue.get(key)?.displayName ?? key)}{" "}
                    <Badge tone={has.has(key) ? "good" : "plain"}>
                      {has.has(key) ? "held" : "not held"}
                    </Badge>
                  </li>
                ))}
              </ul>
            ),
        },
      ]}
    />
  );
}
