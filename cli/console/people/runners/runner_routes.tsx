/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { isErr } from "../../../../contracts/result.ts";
import { letInDevice } from "../../../commands/devices/let_in_device.ts";
import type { RunnerKind } from "../../../commands/sessions/runner_contract.ts";
import { isSecured } from "../../../../runtime/nats/connection.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import { userNames } from "../../../program/named_users.ts";
import type { UserNames } from "../../../program/person_text.ts";
import type { ConsoleEnv } from "../../console_env.ts";
import { offsetOf } from "../../layout/pager.tsx";
import { Section } from "../../layout/parts.tsx";
import { Problem, problemStatus } from "../../layout/problem.tsx";
import { Confirm, type Consequence } from "../parts/consequence.tsx";
import { formOf } from "../../../pages/form_of.ts";
import { NoPeople } from "../parts/no_people.tsx";
import { OnceShown } from "../parts/once_shown.tsx";
import { partOf } from "../parts/part_of.ts";
import { showFailure, showPeople } from "../parts/people_page.tsx";
import { visitorSessions } from "../parts/visitor_parts.ts";
import { openOnes, readSessions, whoIsThere } from "../sessions/read_sessions.ts";
import { revokeSession } from "../sessions/revoke_session.ts";
import { addAgent, addDevices, type AddedRunners } from "./add_runner.ts";
import { readRunner, type Runner } from "./read_runner.ts";
import { type RunnerDraft, RunnerForm } from "./runner_forms.tsx";
import { RUNNER_WORDS } from "./runner_kind.ts";
import { Calls, RunnerFacts, RunnerPage } from "./runner_page.tsx";
import { foundRunners, RunnersPage } from "./runners_page.tsx";

type Answer = Response | Promise<Response>;
type Asked = Context<ConsoleEnv>;

/** Pages about devices, or about agents. */
export function runnerRoutes(kind: RunnerKind): Hono<ConsoleEnv> {
  const pages = new RunnerPages(kind);
  const app = new Hono<ConsoleEnv>();
  app.get("/", (context) => pages.list(context));
  app.get("/new", (context) => pages.form(context, emptyDraft(context.req.query("name") ?? "")));
  app.post("/", (context) => pages.add(context));
  app.get("/:id", (context) => pages.with(context, (one) => pages.show(context, one)));
  app.get(
    "/:id/revoke",
    (context) => pages.with(context, (one) => pages.confirmRevoke(context, one)),
  );
  app.post("/:id/revoke", (context) => pages.with(context, (one) => pages.revoke(context, one)));
  if (kind === "agent") return app;
  app.get("/:id/activate", (context) => pages.with(context, (one) => pages.review(context, one)));
  app.post(
    "/:id/activate",
    (context) => pages.with(context, (one) => pages.activate(context, one)),
  );
  return app;
}

function emptyDraft(name: string): RunnerDraft {
  return { contract: "", keys: "", activate: false, name, person: "" };
}

class RunnerPages {
  readonly #kind: RunnerKind;

  constructor(kind: RunnerKind) {
    this.#kind = kind;
  }

  get #words() {
    return RUNNER_WORDS[this.#kind];
  }

  async list(context: Asked): Promise<Response> {
    const { visitor } = context.var;
    const { tab } = this.#words;
    const { connection } = visitor.messaging;
    if (!isSecured(connection)) {
      return showPeople(context, { tab, title: "People", children: <NoPeople /> });
    }
    const sessions = (await readSessions(visitor, ({ principal }) => principal.kind === this.#kind))
      .take();
    if (isErr(sessions)) return this.#failed(context, sessions.error);
    const names = (await userNames(connection)).take();
    if (isErr(names)) return this.#failed(context, names.error);
    const query = context.req.query("q") ?? "";
    const found = foundRunners(sessions, query, names);
    const part = partOf(found, offsetOf(context.req.query("offset")));
    const { sessions: entries, gap } = await whoIsThere(part.entries, visitor);
    const children = (
      <RunnersPage
        kind={this.#kind}
        part={{ ...part, entries: [...entries] }}
        isAny={sessions.length > 0}
        names={names}
        query={query}
        gap={gap}
      />
    );
    return showPeople(context, { tab, title: "People", children });
  }

  async form(context: Asked, draft: RunnerDraft, problem?: ExplainedError): Promise<Response> {
    const { visitor } = context.var;
    const records = (await visitor.authority.list()).take();
    if (isErr(records)) return this.#failed(context, records.error);
    const names = (await userNames(visitor.messaging.connection)).take();
    if (isErr(names)) return this.#failed(context, names.error);
    const contracts = records.flatMap(({ desired }) =>
      desired?.needs.kind === this.#kind ? [desired.needs.contract] : []
    );
    const children = (
      <RunnerForm
        kind={this.#kind}
        draft={draft}
        contracts={contracts.sort()}
        people={[...names.values()].sort()}
        problem={problem}
      />
    );
    const title = this.#kind === "device" ? "Provision devices" : "Let in an agent";
    const page = { tab: this.#words.tab, title, isDeep: true, children } as const;
    return showPeople(context, page, problem ? problemStatus(problem) : 200);
  }

  async add(context: Asked): Promise<Response> {
    const { visitor } = context.var;
    const { contract = "", keys = "", activate, name = "", person = "" } = await formOf(context);
    const draft: RunnerDraft = {
      contract,
      keys: keys.trim(),
      activate: activate === "yes",
      name: name.trim(),
      person: person.trim(),
    };
    const added = (await (this.#kind === "device" ? addDevices : addAgent)(draft, visitor)).take();
    if (isErr(added)) return await this.form(context, draft, added.error);
    return this.#showAdded(context, draft, added);
  }

  #showAdded(context: Asked, { name }: RunnerDraft, { added, secret }: AddedRunners): Answer {
    const { tab, one, many, secret: what, secretUse } = this.#words;
    const [first] = added;
    const id = name === "" ? first?.device ?? "" : name;
    const taken = added.filter(({ state }) => state === "key_taken");
    const count = added.length - taken.length;
    const children = (
      <>
        {secret !== undefined && (
          <OnceShown what={what} secret={secret}>
            <p>{secretUse}</p>
          </OnceShown>
        )}
        <Section title="What was added" id="added">
          <ul class="plain">
            {added.map(({ device, state }) => (
              <li key={device}>
                <a href={`/people/${tab}/${name === "" ? device : name}`}>
                  {name === "" ? device : name}
                </a>
                {state === "waits" && " waits until you activate it"}
                {state === "key_taken" && " was not added: its key has, or had, a session"}
              </li>
            ))}
          </ul>
          {added.length === 1 && first?.state === "waits" && (
            <p>
              <a class="button" href={`/people/${tab}/${id}/activate`}>Review and activate</a>
            </p>
          )}
        </Section>
      </>
    );
    context.header("Cache-Control", "no-store");
    const title = `Added ${count === 1 ? `the ${one} ${id}` : `${count} ${many}`}`;
    return showPeople(context, { tab, title, isDeep: true, children });
  }

  async show(context: Asked, runner: Runner): Promise<Response> {
    const names = await this.#names(context);
    const children = <RunnerPage kind={this.#kind} runner={runner} names={names} />;
    return showPeople(context, { tab: this.#words.tab, title: runner.id, isDeep: true, children });
  }

  async review(context: Asked, runner: Runner, problem?: ExplainedError): Promise<Response> {
    const { id, held, calls } = runner;
    const names = await this.#names(context);
    const { state } = runner.sessions[0];
    const error = problem ?? (state === "waits" ? undefined : {
      code: "conflict",
      message: `${id} does not wait for activation`,
    } as const);
    const children = (
      <>
        {error && <Problem error={error} />}
        <Section title="Is it the one that you mean?" id="who">
          <RunnerFacts kind={this.#kind} runner={runner} names={names} />
        </Section>
        <Section title="What its contract lets it call" id="calls">
          <Calls calls={calls} held={held} />
        </Section>
        {state === "waits" && (
          <Confirm
            consequence={activation(id)}
            label="Activate"
            back={`/people/devices/${id}`}
          />
        )}
      </>
    );
    return this.#showBelow(context, id, `Activate ${id}`, children, error);
  }

  async activate(context: Asked, runner: Runner): Promise<Response> {
    const { visitor } = context.var;
    const { id } = runner;
    const records = (await visitorSessions(visitor)).take();
    if (isErr(records)) return this.#failed(context, records.error);
    const activated = (await letInDevice(id, visitor.by, records)).take();
    if (isErr(activated)) return await this.review(context, runner, activated.error);
    visitor.say({ kind: "done", text: `Activated ${id}` });
    return context.redirect(`/people/devices/${id}`, 303);
  }

  confirmRevoke(context: Asked, { id, sessions }: Runner): Answer {
    const { tab } = this.#words;
    const isOpen = openOnes(sessions).length > 0;
    const error = isOpen
      ? undefined
      : { code: "conflict", message: `${id} has no key that lets it in` } as const;
    const children = error ? <Problem error={error} /> : (
      <Confirm
        consequence={revocation(this.#kind, id)}
        label="Revoke"
        isDangerous
        back={`/people/${tab}/${id}`}
      />
    );
    return this.#showBelow(context, id, `Revoke ${id}`, children, error);
  }

  async revoke(context: Asked, { id, sessions }: Runner): Promise<Response> {
    const { visitor } = context.var;
    for (const { session } of openOnes(sessions)) {
      const revoked = (await revokeSession(session, visitor)).take();
      if (isErr(revoked)) return this.#failed(context, revoked.error);
    }
    visitor.say({ kind: "done", text: `Revoked ${id}` });
    return context.redirect(`/people/${this.#words.tab}/${id}`, 303);
  }

  async with(context: Asked, run: (runner: Runner) => Answer): Promise<Response> {
    const id = context.req.param("id") ?? "";
    const asked = { connections: !context.req.path.endsWith("/revoke") };
    const runner = (await readRunner(this.#kind, id, context.var.visitor, asked)).take();
    return isErr(runner) ? this.#failed(context, runner.error) : await run(runner);
  }

  async #names(context: Asked): Promise<UserNames> {
    return (await userNames(context.var.visitor.messaging.connection)).orThrow();
  }

  #showBelow(
    context: Asked,
    id: string,
    title: string,
    children: ReturnType<typeof Problem>,
    problem: ExplainedError | undefined,
  ): Answer {
    const { tab } = this.#words;
    const trail = [{ text: id, href: `/people/${tab}/${id}` }];
    const page = { tab, title, isDeep: true, trail, children } as const;
    return showPeople(context, page, problem ? problemStatus(problem) : 200);
  }

  #failed(context: Asked, error: ExplainedError): Promise<Response> {
    const { tab } = this.#words;
    return Promise.resolve(showFailure(context, { tab, title: "People", error }));
  }
}

function activation(id: string): Consequence {
  return {
    ends: [
      `${id} comes in with its next attempt, and may do what its contract and its grants say.`,
    ],
    stays: ["Everybody else. You can revoke it at any time, which is for ever."],
    notices: ["The device, the next time that it asks: that is within seconds while it waits."],
  };
}

function revocation(kind: RunnerKind, id: string): Consequence {
  return {
    ends: [
      kind === "device"
        ? `${id} comes in no more, for ever: it comes back only with another root secret.`
        : `The key of ${id} lets nobody in any more.`,
    ],
    stays: [
      kind === "device"
        ? "What was granted to it, what it keeps, and the audit history."
        : "What was granted to it, for another key under the same name; what it keeps; the audit.",
    ],
    notices: ["Its connections are closed within a second."],
  };
}
