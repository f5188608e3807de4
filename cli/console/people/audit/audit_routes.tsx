/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { setTimeout as delay } from "node:timers/promises";
import { type Context, Hono } from "hono";
import type { VNode } from "preact";
import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import type { HistoryLine } from "../../../../reconcile/audit/merged_history.ts";
import type { AuthorityError } from "../../../../reconcile/records/authority_error.ts";
import { userNames } from "../../../program/named_users.ts";
import type { UserNames } from "../../../program/person_text.ts";
import type { ConsoleEnv } from "../../console_env.ts";
import { liveRoute } from "../../layout/live_route.ts";
import { offsetOf, Pager } from "../../layout/pager.tsx";
import { Live } from "../../layout/parts.tsx";
import type { Visitor } from "../../visitor.ts";
import { Choice, Field } from "../parts/fields.tsx";
import { listHref, partOf } from "../parts/part_of.ts";
import { showFailure, showPeople } from "../parts/people_page.tsx";
import { readSigners } from "../parts/read_signers.ts";
import { AuditTable, type Signers } from "./audit_table.tsx";
import { type AuditFilter, filtered, readLines } from "./read_lines.ts";

const TAB = "audit";
const PATH = "/people/audit";
/** Milliseconds between two looks at whether anything has happened. */
const LOOK_MS = 500;

/** Pages of the audit history, which tell what happens while it does. */
export function auditRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/", showAudit);
  app.get("/live", (context) => {
    const { visitor } = context.var;
    const filter = filterOf(context);
    const render = async () => {
      const read = (await readAudit(visitor)).orThrow();
      return <AuditList read={read} filter={filter} offset={0} />;
    };
    return liveRoute(context, render, (signal) => changes(visitor, signal));
  });
  return app;
}

/** All that has happened, and who is who in it. */
interface ReadAudit {
  readonly lines: readonly HistoryLine[];
  readonly names: UserNames;
  readonly signers: Signers;
}

async function showAudit(context: Context<ConsoleEnv>): Promise<Response> {
  const read = (await readAudit(context.var.visitor)).take();
  if (isErr(read)) return showFailure(context, { tab: TAB, title: "Audit", error: read.error });
  const filter = filterOf(context);
  const offset = offsetOf(context.req.query("offset"));
  const list = <AuditList read={read} filter={filter} offset={offset} />;
  const children = (
    <>
      <FilterForm filter={filter} lines={read.lines} />
      {offset === 0
        ? <Live id="audit-list" from={listHref(`${PATH}/live`, { ...filter })(0)}>{list}</Live>
        : list}
    </>
  );
  return showPeople(context, { tab: TAB, title: "People", children });
}

function AuditList(
  { read: { lines, names, signers }, filter, offset }: {
    readonly read: ReadAudit;
    readonly filter: AuditFilter;
    readonly offset: number;
  },
): VNode {
  const part = partOf(filtered(lines, filter, names), offset);
  return (
    <>
      <AuditTable
        lines={part.entries}
        names={names}
        signers={signers}
        empty={lines.length === 0
          ? "Nothing has happened yet. Decisions, grants, logins and changes of users stand here."
          : "Nothing like this has happened. Look for less of it."}
      />
      {part.count > 0 && (
        <Pager
          page={part}
          noun={["entry", "entries"]}
          hrefOf={listHref(PATH, { ...filter })}
        />
      )}
    </>
  );
}

function FilterForm(
  { filter: { by, about, kind }, lines }: {
    readonly filter: AuditFilter;
    readonly lines: readonly HistoryLine[];
  },
): VNode {
  const kinds = new Set(lines.map(({ kind }) => kind.split(".")[0] ?? ""));
  const options = [...kinds].sort().map((value) => ({ value, text: value }));
  return (
    <form class="filter" role="search" method="get" action={PATH}>
      <Field name="by" label="Done by" value={by} />
      <Field name="about" label="About" value={about} />
      <Choice
        name="kind"
        label="Kind"
        value={kind}
        options={[{ value: "", text: "everything" }, ...options]}
      />
      <button type="submit" class="quiet">Show</button>
    </form>
  );
}

function filterOf(context: Context<ConsoleEnv>): AuditFilter {
  const { by = "", about = "", kind = "" } = context.req.query();
  return { by: by.trim(), about: about.trim(), kind };
}

async function readAudit(visitor: Visitor): Promise<Result<ReadAudit, AuthorityError>> {
  const lines = (await readLines(visitor)).take();
  if (isErr(lines)) return lines;
  const { connection } = visitor.messaging;
  const names = (await userNames(connection)).take();
  if (isErr(names)) return names;
  const signers = await readSigners(visitor, names);
  return ok({ lines, names, signers });
}

/** Gives something each time that anything has happened, and at the beginning. */
async function* changes(visitor: Visitor, signal: AbortSignal): AsyncGenerator<unknown> {
  let shown: readonly HistoryLine[] | undefined;
  while (!signal.aborted) {
    const lines = (await readLines(visitor)).take();
    // While the server does not answer, the page stays as it is.
    if (!isErr(lines) && lines !== shown) yield shown = lines;
    await delay(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}
