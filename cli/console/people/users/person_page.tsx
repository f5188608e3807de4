/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { VNode } from "preact";
import { deletionOf, type KeptState } from "../../../commands/state/kept_state.ts";
import type { UserNames } from "../../../program/person_text.ts";
import { printable } from "../../../terminal/printable.ts";
import type { HistoryLine } from "../../../../reconcile/audit/merged_history.ts";
import type { UserRecord } from "../../../../reconcile/users/user_record.ts";
import { Facts, Section, Table } from "../../layout/parts.tsx";
import { AuditTable } from "../audit/audit_table.tsx";
import type { Held } from "../grants/read_held.ts";
import { GrantsSection } from "../grants/grants_section.tsx";
import { When } from "../parts/when.tsx";
import { SessionTable } from "../sessions/session_table.tsx";
import type { Person } from "./read_person.ts";
import { USER_ACTIONS } from "./user_actions.ts";
import { UserBadge } from "./users_page.tsx";

/** Audit lines on the page of a person; the others are one link away. */
const SHOWN_LINES = 20;

/** What there is of a person, and what can be done. */
export function PersonPage(
  { person, held, lines, names }: {
    readonly person: Person;
    readonly held: Held;
    /** What they did and what was done to them, the newest first. */
    readonly lines: readonly HistoryLine[];
    readonly names: UserNames;
  },
): VNode {
  const { user, own, ofAgents, kept, isSelf } = person;
  const lastLogin = lines.find(({ kind, by, subject }) =>
    kind === "login.succeeded" && [by, subject].some((text) => text.endsWith(`:${user.id}`))
  );
  const about = `/people/audit?about=${encodeURIComponent(user.id)}`;
  return (
    <>
      <Section title="Who they are" id="who">
        <Facts
          facts={[
            ["Name", `${printable(user.name)}${isSelf ? " (you)" : ""}`],
            ...(user.display === undefined ? [] : [["Shown as", printable(user.display)] as const]),
            ["State", <UserBadge key="state" user={user} />],
            ["May", user.admin ? "everything" : "what is granted to them"],
            ["Signs in with", signInText(user)],
            ["Added", <When key="added" at={user.createdAt} />],
            [
              "Last login",
              lastLogin === undefined ? "not known" : <When key="last" at={lastLogin.at} />,
            ],
            ["Id", <code key="id">{user.id}</code>],
          ]}
        />
        <Actions person={person} />
      </Section>
      <Section title="Sessions" id="sessions">
        <SessionTable
          sessions={own}
          names={names}
          caption="Sessions"
          showHolder={false}
          empty="They have not logged in yet, or all that they had is gone."
        />
      </Section>
      <GrantsSection
        held={held}
        names={names}
        {...(user.admin
          ? {
            note: "An admin may do everything without any grant; these count when they are none.",
          }
          : {})}
      />
      <Section title="Agents that act for them" id="agents">
        <SessionTable
          sessions={ofAgents}
          names={names}
          caption="Agents that act for them"
          empty="None. An agent is let in with whom it acts for, and is shut out with them."
        />
      </Section>
      <Section title="What apps keep of them" id="state">
        <KeptTable user={user} kept={kept} />
      </Section>
      <Section title="What happened" id="audit">
        <AuditTable
          lines={lines.slice(0, SHOWN_LINES)}
          names={names}
          signers={undefined}
          empty="The audit history says nothing of them yet."
        />
        {lines.length > SHOWN_LINES && (
          <p>
            <a href={about}>All that happened</a>
          </p>
        )}
      </Section>
    </>
  );
}

function signInText({ password, identities = [], links }: UserRecord): string {
  const ways = [
    ...(password === undefined ? [] : ["a password"]),
    ...identities.map(({ issuer }) => `who they are at ${printable(issuer)}`),
  ];
  if (ways.length > 0) return ways.join(", and ");
  return links?.password === undefined
    ? "nothing yet: reset their password to give them a link"
    : "nothing yet: a link was given to them";
}

function Actions({ person }: { readonly person: Person }): VNode {
  const { id } = person.user;
  const offered = [...USER_ACTIONS].filter(([, { isOffered }]) => isOffered(person));
  return (
    <div class="buttons" role="group" aria-label="What can be done">
      <a class="button quiet" href={`/people/users/${id}/rename`}>Rename</a>
      {offered.map(([name, { label, isDangerous }]) => (
        <a
          key={name}
          class={isDangerous ? "button danger" : "button quiet"}
          href={`/people/users/${id}/${name}`}
        >
          {label}
        </a>
      ))}
    </div>
  );
}

function KeptTable(
  { user: { id }, kept }: {
    readonly user: UserRecord;
    readonly kept: readonly KeptState[] | undefined;
  },
): VNode {
  if (kept === undefined) {
    return <p class="empty">No Trellis process says what apps keep of them. Start one.</p>;
  }
  return (
    <Table
      caption="State"
      rows={kept}
      keyOf={({ contract, store }) => `${contract} ${store}`}
      empty="Nothing. Apps whose contract declares state keep it for each user."
      columns={[
        {
          heading: "Store",
          cell: ({ contract, store }) => (
            <>
              <a href={`/resources/state?${new URLSearchParams({ contract, store, holder: id })}`}>
                {printable(store)}
              </a>
              <span class="second">{printable(contract)}</span>
            </>
          ),
        },
        { heading: "Entries", cell: ({ entries }) => entries, isNumber: true },
        { heading: "To delete it", cell: (state) => <Deletion state={state} id={id} /> },
      ]}
    />
  );
}

function Deletion({ state, id }: { readonly state: KeptState; readonly id: string }): VNode {
  const [command, does] = deletionOf(state, id);
  return (
    <>
      <code>{printable(command)}</code>
      <span class="second">{does}</span>
    </>
  );
}
