/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { sessionOf } from "../../../../contracts/identity/caller.ts";
import { isErr, type Result } from "../../../../contracts/result.ts";
import { letInInstance } from "../../../commands/sessions/let_in_instance.ts";
import { formOf } from "../../../pages/form_of.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import { printable } from "../../../terminal/printable.ts";
import type { ConsoleEnv } from "../../console_env.ts";
import { Empty } from "../../layout/parts.tsx";
import { Problem, problemStatus } from "../../layout/problem.tsx";
import type { Visitor } from "../../visitor.ts";
import { Choice, Field } from "../parts/fields.tsx";
import { OnceShown } from "../parts/once_shown.tsx";
import { showFailure, showPeople } from "../parts/people_page.tsx";
import { typedKey } from "../parts/typed_key.ts";
import { visitorSessions } from "../parts/visitor_parts.ts";

const TAB = "sessions";

/** Pages that let in an instance of a service that runs elsewhere. */
export function instanceRoutes(): Hono<ConsoleEnv> {
  return new Hono<ConsoleEnv>()
    .get("/", (context) => showForm(context, { deployment: "", publicKey: "" }))
    .post("/", add);
}

/** What was typed. */
interface InstanceDraft {
  readonly deployment: string;
  readonly publicKey: string;
}

async function showForm(
  context: Context<ConsoleEnv>,
  { deployment, publicKey }: InstanceDraft,
  problem?: ExplainedError,
): Promise<Response> {
  const records = (await context.var.visitor.authority.list()).take();
  if (isErr(records)) return showFailure(context, { tab: TAB, title: TITLE, error: records.error });
  const services = records.filter(({ desired }) => desired?.needs.kind === "service");
  const options = services.map(({ deployment: value }) => ({ value, text: printable(value) }));
  const children = options.length === 0
    ? (
      <Empty>
        No service is accepted yet. Accept its plan under <a href="/services">Services</a> first.
      </Empty>
    )
    : (
      <section class="sheet form">
        {problem && <Problem error={problem} />}
        <p>
          A service that Trellis does not run itself comes in by a key of its own, and may do what
          its accepted contract says until the session is revoked.
        </p>
        <form method="post">
          <Choice name="deployment" label="The service" value={deployment} options={options} />
          <Field
            name="publicKey"
            label="Public key"
            value={publicKey}
            hint="U…, where the service has made its key. Left empty, a key is made here, and its secret shown once"
          />
          <div class="buttons">
            <button type="submit">Let it in</button>
            <a class="button quiet" href="/people/sessions">Cancel</a>
          </div>
        </form>
      </section>
    );
  const page = { tab: TAB, title: TITLE, isDeep: true, children } as const;
  return await showPeople(context, page, problem ? problemStatus(problem) : 200);
}

const TITLE = "Let in an instance of a service";

async function add(context: Context<ConsoleEnv>): Promise<Response> {
  const { deployment = "", publicKey: given = "" } = await formOf(context);
  const publicKey = given.trim();
  const added = (await letIn({ deployment, publicKey }, context.var.visitor)).take();
  if (isErr(added)) return await showForm(context, { deployment, publicKey }, added.error);
  const { session, seed } = added;
  const children = (
    <>
      {seed !== undefined && (
        <OnceShown what="The secret of its key" secret={seed}>
          <p>The service takes it from TRELLIS_SESSION_KEY_SEED.</p>
        </OnceShown>
      )}
      <p>
        <a class="button" href={`/people/sessions/${session}`}>Go on to the session</a>
      </p>
    </>
  );
  context.header("Cache-Control", "no-store");
  const title = printable(`Let in an instance of ${deployment}`);
  return await showPeople(context, { tab: TAB, title, isDeep: true, children });
}

async function letIn(
  { deployment, publicKey: given }: InstanceDraft,
  visitor: Visitor,
): Promise<Result<{ readonly session: string; readonly seed?: string }, ExplainedError>> {
  const key = typedKey(given).take();
  if (isErr(key)) return key;
  const { publicKey, seed } = key;
  const records = (await visitorSessions(visitor)).take();
  if (isErr(records)) return records;
  const asked = { deployment, publicKey, by: visitor.by };
  return (await letInInstance(asked, visitor.authority, records))
    .map(() => ({ session: sessionOf(publicKey), ...(seed === undefined ? {} : { seed }) }));
}
