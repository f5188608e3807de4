/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { sessionOf } from "../../../../contracts/identity/caller.ts";
import { isErr } from "../../../../contracts/result.ts";
import { isSecured } from "../../../../runtime/nats/connection.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import { userNames } from "../../../program/named_users.ts";
import { namedText, type UserNames } from "../../../program/person_text.ts";
import { printable } from "../../../terminal/printable.ts";
import { counted } from "../../../view/session_view.ts";
import type { ConsoleEnv } from "../../console_env.ts";
import { offsetOf, Pager } from "../../layout/pager.tsx";
import { Facts, Section, Table } from "../../layout/parts.tsx";
import { Problem, problemStatus } from "../../layout/problem.tsx";
import { Confirm } from "../parts/consequence.tsx";
import { Search } from "../parts/fields.tsx";
import { HolderLink, Named } from "../parts/holder_link.tsx";
import { NoPeople } from "../parts/no_people.tsx";
import { listHref, partOf } from "../parts/part_of.ts";
import { showFailure, showPeople } from "../parts/people_page.tsx";
import { When } from "../parts/when.tsx";
import { type KnownSession, readSession, readSessions, whoIsThere } from "./read_sessions.ts";
import { instanceRoutes } from "./instance_routes.tsx";
import { disconnectSession, revokeSession } from "./revoke_session.ts";
import { contractText, SessionBadge, SessionTable } from "./session_table.tsx";

const TAB = "sessions";
const PATH = "/people/sessions";
type Answer = Response | Promise<Response>;

/** Pages about keys that are let in. */
export function sessionsRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/", listSessions);
  app.route("/new", instanceRoutes());
  app.get("/:session", (context) => withSession(context, (found) => showSession(context, found)));
  app.get(
    "/:session/revoke",
    (context) => withSession(context, (found) => confirmRevoke(context, found)),
  );
  app.get(
    "/:session/disconnect",
    (context) => withSession(context, (found) => confirmDisconnect(context, found)),
  );
  app.post(
    "/:session/disconnect",
    (context) => withSession(context, (found) => disconnect(context, found)),
  );
  app.post(
    "/:session/revoke",
    (context) => withSession(context, (found) => revoke(context, found)),
  );
  return app;
}

/** A session, and who is who. */
interface Found {
  readonly session: KnownSession;
  readonly names: UserNames;
  /** It is the one by which the visitor acts. */
  readonly isOwn: boolean;
}

async function listSessions(context: Context<ConsoleEnv>): Promise<Response> {
  const { visitor } = context.var;
  const { connection } = visitor.messaging;
  if (!isSecured(connection)) {
    return showPeople(context, { tab: TAB, title: "People", children: <NoPeople /> });
  }
  const read = (await readSessions(visitor)).take();
  if (isErr(read)) return failed(context, read.error);
  const names = (await userNames(connection)).take();
  if (isErr(names)) return failed(context, names.error);
  const query = context.req.query("q") ?? "";
  const wanted = query.trim().toLowerCase();
  // Whoever looks for those who are there has to know of all; else those that are shown are enough.
  const isByPresence = wanted !== "" && ["live", "away"].some((state) => state.includes(wanted));
  const all = isByPresence ? await whoIsThere(read, visitor) : { sessions: read };
  const found = all.sessions.filter(({ session, state, record }) =>
    [session, state, contractText(record), namedText(record.principal, names)]
      .some((text) => text.toLowerCase().includes(wanted))
  );
  const part = partOf(found, offsetOf(context.req.query("offset")));
  const shown = isByPresence
    ? { ...all, sessions: part.entries }
    : await whoIsThere(part.entries, visitor);
  const children = (
    <>
      <div class="toolbar">
        <Search
          action={PATH}
          label="Find a session: whose, its state, its contract"
          value={query}
        />
        <a class="button" href={`${PATH}/new`}>Let in a service</a>
      </div>
      {shown.gap !== undefined && <p class="notice">{shown.gap}</p>}
      <SessionTable
        sessions={shown.sessions}
        names={names}
        caption="Sessions"
        empty="There is none like this. Look for less of it."
      />
      {part.count > 0 && (
        <Pager page={part} noun={["session", "sessions"]} hrefOf={listHref(PATH, query)} />
      )}
    </>
  );
  return showPeople(context, { tab: TAB, title: "People", children });
}

function showSession(
  context: Context<ConsoleEnv>,
  { session: found, names, isOwn }: Found,
): Answer {
  const { session, state, record, connections } = found;
  const { principal, createdAt, expiresAt, revokedAt, revokedBy, actsFor } = record;
  const isOpen = revokedAt === undefined && state !== "expired";
  const children = (
    <>
      <Section title="This session" id="who">
        <Facts
          facts={[
            ["Who", <HolderLink key="who" principal={principal} names={names} />],
            ["State", <SessionBadge key="state" state={state} />],
            ["Runs", printable(contractText(record))],
            ...(actsFor === undefined ? [] : [
              [
                "Acts for",
                <HolderLink key="for" principal={{ kind: "user", id: actsFor }} names={names} />,
              ] as const,
            ]),
            ["Opened", <When key="opened" at={createdAt} />],
            [
              "Ends",
              expiresAt === undefined ? "by itself never" : <When key="ends" at={expiresAt} />,
            ],
            ...(revokedAt === undefined ? [] : [
              [
                "Revoked",
                <span key="revoked">
                  <When at={revokedAt} />
                  {revokedBy !== undefined && (
                    <>
                      {" by "}
                      <Named text={revokedBy} names={names} />
                    </>
                  )}
                </span>,
              ] as const,
            ]),
            ["Public key", <code key="key">{record.publicKey}</code>],
          ]}
        />
        {isOpen && (
          <div class="buttons">
            {connections.length > 0 && (
              <a class="button quiet" href={`${PATH}/${session}/disconnect`}>Disconnect</a>
            )}
            <a class="button danger" href={`${PATH}/${session}/revoke`}>Revoke</a>
          </div>
        )}
        {isOwn && <p class="faint">You act by this session now.</p>}
      </Section>
      <Section title="Open connections" id="connections">
        <Table
          caption="Connections"
          rows={connections}
          keyOf={({ client, host, since }) => `${client} ${host} ${since}`}
          empty="None is open. When it was connected last is not kept."
          columns={[
            { heading: "Client", cell: ({ client }) => printable(client) },
            { heading: "From", cell: ({ host }) => printable(host) },
            { heading: "Since", cell: ({ since }) => <When at={since} /> },
          ]}
        />
      </Section>
    </>
  );
  return showPeople(context, { tab: TAB, title: session, isDeep: true, children });
}

function confirmRevoke(
  context: Context<ConsoleEnv>,
  { session: { session, record, connections }, names, isOwn }: Found,
  problem?: ExplainedError,
): Answer {
  const who = namedText(record.principal, names);
  const count = connections.length;
  const error = problem ?? (record.revokedAt === undefined ? undefined : {
    code: "conflict",
    message: `${session} was revoked already`,
  } as const);
  const children = error ? <Problem error={error} /> : (
    <Confirm
      consequence={{
        ends: [
          `The key of this session of ${who} lets nobody in any more, for ever.`,
          ...(count === 0 ? [] : ["What it has open is closed."]),
        ],
        stays: [
          record.principal.kind === "service"
            ? "Other instances. One that Trellis runs itself gets a new session when it starts again."
            : "Who they are, their grants, and their other sessions. A person can log in again.",
        ],
        notices: [
          "Its connections are closed within a second, and nothing that was on its way comes in " +
          "after two.",
        ],
        warning: isOwn ? "You act by this session: you are logged out." : undefined,
      }}
      label="Revoke"
      isDangerous
      back={`${PATH}/${session}`}
    />
  );
  const trail = [{ text: session, href: `${PATH}/${session}` }];
  const page = { tab: TAB, title: `Revoke ${session}`, isDeep: true, trail, children } as const;
  return showPeople(context, page, error ? problemStatus(error) : 200);
}

async function revoke(context: Context<ConsoleEnv>, found: Found): Promise<Response> {
  const { visitor } = context.var;
  const { session } = found.session;
  const revoked = (await revokeSession(session, visitor)).take();
  if (isErr(revoked)) return await confirmRevoke(context, found, revoked.error);
  visitor.say({ kind: "done", text: `Revoked ${session}` });
  return context.redirect(`${PATH}/${session}`, 303);
}

function confirmDisconnect(
  context: Context<ConsoleEnv>,
  { session: { session, record, connections }, names, isOwn }: Found,
  problem?: ExplainedError,
): Answer {
  const who = namedText(record.principal, names);
  const children = (
    <>
      {problem && <Problem error={problem} />}
      <Confirm
        consequence={{
          ends: [
            `${counted(connections.length, "connection")} of ${who} under this session.`,
            "Requests that are on their way over them fail.",
          ],
          stays: [
            "The session: its key is good, and its client comes in again by itself within a moment, " +
            "with what it may do then. To shut it out, revoke it.",
          ],
          notices: ["At once: the client sees its connection closed, and connects anew."],
          warning: isOwn ? "You act by this session: this page may take a moment." : undefined,
        }}
        label="Disconnect"
        back={`${PATH}/${session}`}
      />
    </>
  );
  const trail = [{ text: session, href: `${PATH}/${session}` }];
  const title = `Disconnect ${session}`;
  const page = { tab: TAB, title, isDeep: true, trail, children } as const;
  return showPeople(context, page, problem ? problemStatus(problem) : 200);
}

async function disconnect(context: Context<ConsoleEnv>, found: Found): Promise<Response> {
  const { visitor } = context.var;
  const { session } = found.session;
  const closed = (await disconnectSession(session, visitor)).take();
  if (isErr(closed)) return await confirmDisconnect(context, found, closed.error);
  visitor.say({ kind: "done", text: `Closed the connections of ${session}` });
  return context.redirect(`${PATH}/${session}`, 303);
}

async function withSession(
  context: Context<ConsoleEnv>,
  run: (found: Found) => Answer,
): Promise<Response> {
  const { visitor } = context.var;
  const name = context.req.param("session") ?? "";
  const read = (await readSession(name, visitor)).take();
  if (isErr(read)) return failed(context, read.error);
  const [session = read] = context.req.method === "GET"
    ? (await whoIsThere([read], visitor)).sessions
    : [];
  const names = (await userNames(visitor.messaging.connection)).take();
  if (isErr(names)) return failed(context, names.error);
  const isOwn = visitor.signer !== undefined && sessionOf(visitor.signer.publicKey) === name;
  return await run({ session, names, isOwn });
}

function failed(context: Context<ConsoleEnv>, error: ExplainedError): Promise<Response> {
  return Promise.resolve(showFailure(context, { tab: TAB, title: "Sessions", error }));
}
