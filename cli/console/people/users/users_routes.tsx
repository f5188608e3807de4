/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { isErr } from "../../../../contracts/result.ts";
import { passwordLink, portalOf } from "../../../commands/users/password_link.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import { userNames } from "../../../program/named_users.ts";
import { printable } from "../../../terminal/printable.ts";
import { isSecured } from "../../../../runtime/nats/connection.ts";
import type { ConsoleEnv } from "../../console_env.ts";
import { offsetOf } from "../../layout/pager.tsx";
import { Problem, problemStatus } from "../../layout/problem.tsx";
import { linesAbout } from "../audit/read_lines.ts";
import { readHeld } from "../grants/read_held.ts";
import { Confirm } from "../parts/consequence.tsx";
import { NoPeople } from "../parts/no_people.tsx";
import { OnceShown } from "../parts/once_shown.tsx";
import { showFailure, showPeople } from "../parts/people_page.tsx";
import { formOf } from "../../../pages/form_of.ts";
import { visitorUsers } from "../parts/visitor_parts.ts";
import { PersonPage } from "./person_page.tsx";
import { type Person, readPerson } from "./read_person.ts";
import { readUsers } from "./read_users.ts";
import { type Done, USER_ACTIONS, type UserAction } from "./user_actions.ts";
import { NewUserForm, RenameForm, type UserDraft } from "./user_forms.tsx";
import { UsersPage } from "./users_page.tsx";

const TAB = "users";
type Answer = Response | Promise<Response>;

/** Pages about people who log in. */
export function usersRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/", listUsers);
  app.get("/new", (context) => newUser(context, { name: "", display: "", isAdmin: false }));
  app.post("/", addUser);
  app.get("/:id", showPerson);
  app.get(
    "/:id/rename",
    (context) => withPerson(context, (person) => renameForm(context, person, person.user.name)),
  );
  app.post("/:id/rename", (context) => withPerson(context, (person) => rename(context, person)));
  app.get(
    "/:id/:action",
    (context) => withAction(context, (person, action) => confirmAction(context, person, action)),
  );
  app.post(
    "/:id/:action",
    (context) => withAction(context, (person, action) => runAction(context, person, action)),
  );
  return app;
}

async function listUsers(context: Context<ConsoleEnv>): Promise<Response> {
  const { visitor } = context.var;
  if (!isSecured(visitor.messaging.connection)) {
    return showPeople(context, { tab: TAB, title: "People", children: <NoPeople /> });
  }
  const query = context.req.query("q") ?? "";
  const found = (await readUsers(visitor, query, offsetOf(context.req.query("offset")))).take();
  if (isErr(found)) return failed(context, found.error);
  const children = <UsersPage found={found} query={query} />;
  return showPeople(context, { tab: TAB, title: "People", children });
}

function newUser(
  context: Context<ConsoleEnv>,
  draft: UserDraft,
  problem?: ExplainedError,
): Answer {
  const children = <NewUserForm draft={draft} problem={problem} />;
  const page = { tab: TAB, title: "Add a user", isDeep: true, children } as const;
  return showPeople(context, page, problem ? problemStatus(problem) : 200);
}

async function addUser(context: Context<ConsoleEnv>): Promise<Response> {
  const { visitor } = context.var;
  const { name: typed = "", display: shown = "", admin: asAdmin } = await formOf(context);
  const draft = { name: typed.trim(), display: shown.trim(), isAdmin: asAdmin === "yes" };
  const opened = (await visitorUsers(visitor)).take();
  if (isErr(opened)) return failed(context, opened.error);
  // Known before anybody is added whom no link could be given.
  const portal = (await portalOf(visitor.messaging.connection)).take();
  if (isErr(portal)) return newUser(context, draft, portal.error);
  const { name, display, isAdmin: admin } = draft;
  const { users } = opened;
  const asked = { name, admin, ...(display === "" ? {} : { display }) };
  const added = (await users.add(asked, visitor.by)).take();
  if (isErr(added)) return newUser(context, draft, added.error);
  const link = (await passwordLink(users, added.id, portal, visitor.by)).take();
  if (isErr(link)) return failed(context, link.error);
  return linkPage(context, `Added ${added.name}`, added, link.url);
}

async function showPerson(context: Context<ConsoleEnv>): Promise<Response> {
  const { visitor } = context.var;
  const id = context.req.param("id") ?? "";
  const [found, holds, happened, named] = await Promise.all([
    readPerson(id, visitor, { connections: true }),
    readHeld({ kind: "user", id }, visitor),
    linesAbout(id, visitor),
    userNames(visitor.messaging.connection),
  ]);
  const person = found.take();
  if (isErr(person)) return failed(context, person.error);
  const { user } = person;
  const held = holds.take();
  if (isErr(held)) return failed(context, held.error);
  const lines = happened.take();
  if (isErr(lines)) return failed(context, lines.error);
  const names = named.take();
  if (isErr(names)) return failed(context, names.error);
  const children = <PersonPage person={person} held={held} lines={lines} names={names} />;
  return showPeople(context, { tab: TAB, title: printable(user.name), isDeep: true, children });
}

function renameForm(
  context: Context<ConsoleEnv>,
  { user: { id, name } }: Person,
  typed: string,
  problem?: ExplainedError,
): Answer {
  const children = <RenameForm id={id} name={name} typed={typed} problem={problem} />;
  return showBelow(context, { id, name }, `Rename ${name}`, children, problem);
}

async function rename(context: Context<ConsoleEnv>, person: Person): Promise<Response> {
  const { visitor } = context.var;
  const { id, name } = person.user;
  const { name: wanted = "" } = await formOf(context);
  const opened = (await visitorUsers(visitor)).take();
  if (isErr(opened)) return failed(context, opened.error);
  const renamed = (await opened.users.rename(id, wanted.trim(), visitor.by)).take();
  if (isErr(renamed)) return renameForm(context, person, wanted, renamed.error);
  visitor.say({ kind: "done", text: `${name} is ${renamed.name} from now on` });
  return context.redirect(`/people/users/${id}`, 303);
}

async function confirmAction(
  context: Context<ConsoleEnv>,
  person: Person,
  action: UserAction,
  problem?: ExplainedError,
): Promise<Response> {
  const { user: { id, name }, isLastAdmin } = person;
  const isRefused = isLastAdmin && ["Take admin", "Disable", "Remove"].includes(action.label);
  const opened = isRefused ? (await visitorUsers(context.var.visitor)).take() : undefined;
  if (isErr(opened)) return failed(context, opened.error);
  const refused = (await opened?.users.checkOtherAdmins(id))?.take();
  const error = isErr(refused) ? refused.error : problem;
  const children = (
    <>
      {error && <Problem error={error} />}
      {!isErr(refused) && (
        <Confirm
          consequence={action.consequence(person)}
          label={action.label}
          back={`/people/users/${id}`}
          {...(action.isDangerous ? { isDangerous: true } : {})}
          {...(action.isTyped ? { typed: name } : {})}
        />
      )}
    </>
  );
  return await showBelow(context, { id, name }, action.title(name), children, error);
}

async function runAction(
  context: Context<ConsoleEnv>,
  person: Person,
  action: UserAction,
): Promise<Response> {
  const { visitor } = context.var;
  const { user } = person;
  const { typed = "" } = await formOf(context);
  if (action.isTyped && typed.trim() !== user.name) {
    const message = `what was typed is not ${user.name}; nothing was done`;
    return await confirmAction(context, person, action, { code: "usage", message });
  }
  const opened = (await visitorUsers(visitor)).take();
  if (isErr(opened)) return failed(context, opened.error);
  const done = (await action.run(person, visitor, opened)).take();
  if (isErr(done)) return await confirmAction(context, person, action, done.error);
  return await answerDone(context, person, done);
}

function answerDone(context: Context<ConsoleEnv>, { user }: Person, done: Done): Answer {
  if (done.link !== undefined) return linkPage(context, "A link for a password", user, done.link);
  context.var.visitor.say({ kind: "done", text: done.text });
  return context.redirect(done.isGone ? "/people/users" : `/people/users/${user.id}`, 303);
}

/** Shows a link this once. */
function linkPage(
  context: Context<ConsoleEnv>,
  title: string,
  { id, name }: { readonly id: string; readonly name: string },
  link: string,
): Answer {
  const children = (
    <>
      <OnceShown what="The link" secret={link}>
        <p>
          {name}{" "}
          chooses a password there. It is good once, and for a day. If it is lost, or somebody else
          has opened it, reset the password: that ends it.
        </p>
      </OnceShown>
      <p>
        <a class="button" href={`/people/users/${id}`}>Go on to {name}</a>
      </p>
    </>
  );
  context.header("Cache-Control", "no-store");
  return showPeople(context, { tab: TAB, title, isDeep: true, children });
}

async function withPerson(
  context: Context<ConsoleEnv>,
  run: (person: Person) => Answer,
): Promise<Response> {
  const id = context.req.param("id") ?? "";
  const person = (await readPerson(id, context.var.visitor, { connections: false })).take();
  return isErr(person) ? failed(context, person.error) : await run(person);
}

function withAction(
  context: Context<ConsoleEnv>,
  run: (person: Person, action: UserAction) => Answer,
): Promise<Response> {
  return withPerson(context, (person) => {
    const { user: { id, name }, isSelf } = person;
    const action = USER_ACTIONS.get(context.req.param("action") ?? "");
    if (action === undefined) {
      return failed(context, { code: "not_found", message: "there is no such page" });
    }
    if (action.isOffered(person)) return run(person, action);
    const message = isSelf
      ? "nobody does this to themselves here: they would be shut out half-way"
      : `nothing was done: ${name} is so already`;
    const error = {
      code: "conflict",
      message,
      ...(isSelf ? { hint: "have another admin do it" } : {}),
    } as const;
    return showBelow(context, { id, name }, action.title(name), <Problem error={error} />, error);
  });
}

function showBelow(
  context: Context<ConsoleEnv>,
  { id, name }: { readonly id: string; readonly name: string },
  title: string,
  children: ReturnType<typeof Problem>,
  problem: ExplainedError | undefined,
): Answer {
  const trail = [{ text: name, href: `/people/users/${id}` }];
  const page = { tab: TAB, title, isDeep: true, trail, children } as const;
  return showPeople(context, page, problem ? problemStatus(problem) : 200);
}

function failed(context: Context<ConsoleEnv>, error: ExplainedError): Promise<Response> {
  return Promise.resolve(showFailure(context, { tab: TAB, title: "People", error }));
}
