/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { isErr } from "../../../../contracts/result.ts";
import type { AdminState } from "../../../commands/state/admin_state.ts";
import { readPage } from "../../../commands/state/list_entries.ts";
import { entryOf } from "../../../commands/state/write_entry.ts";
import { formOf } from "../../../pages/form_of.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import { isSecured } from "../../../../runtime/nats/connection.ts";
import { printable, printableJson } from "../../../terminal/printable.ts";
import type { ConsoleEnv } from "../../console_env.ts";
import { showPage } from "../../layout/page.tsx";
import { offsetOf } from "../../layout/pager.tsx";
import { problemStatus } from "../../layout/problem.tsx";
import { type PagePlace, RESOURCES, showMissing } from "../words/resource_page.ts";
import { WritePage, type WritePageProps } from "../editing/write_page.tsx";
import { stateHref, type StateQuery } from "../words/state_href.ts";
import { DeleteEntryPage, EntryPage } from "./entry_page.tsx";
import { findStore, knownHolders, openState, schemaOf, type StateStore } from "./open_state.ts";
import { readEntry, type ShownEntry } from "./read_entry.ts";
import { StatePage } from "./state_page.tsx";
import { type TypedState, writeState } from "./write_state.ts";

/** Entries on a page. */
const PAGE_ENTRIES = 50;

/** The entry, or what somebody keeps, that a request is about. */
interface Asked {
  readonly context: Context<ConsoleEnv>;
  readonly query: StateQuery & { readonly holder: string };
  readonly state: AdminState;
}

/** Pages of what users, devices and agents keep. */
export function stateRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/state", (context) => withStore(context, showState));
  app.get("/state/entry", (context) => withState(context, showEntry));
  app.get("/state/new", (context) => withState(context, showNew));
  app.get("/state/edit", (context) => withState(context, showEdit));
  app.post("/state/write", (context) => withState(context, write));
  app.get("/state/delete", (context) => withState(context, showDelete));
  app.post("/state/delete", (context) => withState(context, remove));
  return app;
}

async function showState(context: Context<ConsoleEnv>, store: StateStore) {
  const { visitor } = context.var;
  const { holder = "", prefix = "", offset } = context.req.query();
  const names = await knownHolders(store, visitor);
  const state = holder === "" ? undefined : (await openState(store, holder, visitor)).take();
  const page = state === undefined || isErr(state) ? state : (await readPage({
    prefix: prefix === "" ? undefined : prefix,
    limit: PAGE_ENTRIES,
    offset: offsetOf(offset),
  }, state)).take();
  const error = isErr(page) ? page.error : undefined;
  const children = (
    <StatePage
      state={store}
      holder={holder}
      names={names}
      prefix={prefix}
      page={isErr(page) ? undefined : page}
      error={error}
      now={Date.now()}
    />
  );
  const title = printable(`${store.store} of ${store.contract}`);
  return showPage(
    context,
    { topic: "resources", trail: [RESOURCES], title, children },
    error === undefined ? 200 : problemStatus(error),
  );
}

async function showEntry({ context, query, state }: Asked) {
  const entry = (await readEntry(state, query.key)).take();
  const missing = entry === undefined ? notThere(query) : undefined;
  if (missing !== undefined) return await showMissing(context, ALL, missing);
  const shown = isErr(entry) ? entry.error : entry ?? notThere(query);
  const version = "code" in shown ? undefined : shown.stateVersion;
  return await showPage(context, {
    ...pageOf(query),
    title: titleOf(query),
    children: (
      <EntryPage query={query} entry={shown} schema={schemaOf(state, version)} now={Date.now()} />
    ),
  });
}

function showNew(asked: Asked) {
  return showForm(asked, { key: "", text: "", revision: "", ttl: "" }, true);
}

async function showEdit(asked: Asked) {
  const { context, query, state } = asked;
  const key = query.key ?? "";
  const entry = (await readEntry(state, query.key)).take();
  if (entry === undefined) return await showMissing(context, ALL, notThere(query));
  // What cannot be read can be replaced, whatever it is.
  if (isErr(entry)) return await showForm(asked, { key, text: "", revision: "", ttl: "" }, false);
  const text = printableJson(entry.value as object | null, 2);
  return await showForm(asked, { key, text, revision: entry.revision, ttl: ttlText(entry) }, false);
}

async function write(asked: Asked) {
  const { context, query, state } = asked;
  const { key = "", value = "", revision = "", ttl = "", replace } = await formOf(context);
  const typed: TypedState = { key, text: value, revision, ttl };
  const outcome = await writeState(state, typed, replace !== undefined);
  const isMap = state.place.need?.kind === "map";
  if (outcome.kind === "written") {
    const text = `The entry has revision ${outcome.revision}.`;
    context.var.visitor.say({ kind: "done", text });
    return context.redirect(stateHref({ ...query, key: isMap ? key : undefined }, "entry"), 303);
  }
  if (outcome.kind === "refused") {
    return await showForm(asked, typed, revision === "" && replace === undefined, outcome);
  }
  const next = { ...typed, revision: outcome.current?.revision ?? "" };
  return await showForm(asked, next, false, outcome);
}

function showForm(
  { context, query, state }: Asked,
  { key, text, revision, ttl }: TypedState,
  isNew: boolean,
  outcome?: WritePageProps["outcome"],
) {
  const status = outcome?.kind === "conflict" ? 409 : outcome && problemStatus(outcome.error);
  const { contract, store, holder } = query;
  const place = { contract, store, holder };
  const isMap = state.place.need?.kind === "map";
  const entry = isMap ? { ...place, key } : place;
  // An entry that cannot be read has no revision to hold on to.
  const replaces: Record<string, string> = !isNew && revision === "" && outcome?.kind !== "conflict"
    ? { replace: "yes" }
    : {};
  return showPage(context, {
    ...pageOf(query),
    title: isNew ? "New entry" : `Edit ${titleOf({ ...query, key })}`,
    children: (
      <WritePage
        action={stateHref(place, "write")}
        cancel={isNew ? stateHref(place) : stateHref(entry, "entry")}
        hidden={isNew && isMap ? {} : { key, ...replaces }}
        newKey={isNew && isMap ? key : undefined}
        text={text}
        revision={revision}
        schema={schemaOf(state)}
        readers={`the app of ${printable(state.place.holder)} sees it`}
        isRecorded={isSecured(context.var.visitor.messaging.connection)}
        outcome={outcome}
      >
        <label>
          Expires after
          <small>
            A time as <code>30s</code>, <code>2m</code> or{" "}
            <code>1h</code>. Empty: it stays until it is deleted.
          </small>
          <input name="ttl" value={ttl} autocomplete="off" />
        </label>
      </WritePage>
    ),
  }, status);
}

async function showDelete({ context, query, state }: Asked, error?: ExplainedError) {
  const entry = (await readEntry(state, query.key)).take();
  if (entry === undefined) return await showMissing(context, ALL, notThere(query));
  const revision = isErr(entry) ? "" : entry.revision;
  return await showPage(context, {
    ...pageOf(query),
    title: `Delete ${titleOf(query)}`,
    children: (
      <DeleteEntryPage query={query} revision={revision} whose={state.place.holder} error={error} />
    ),
  }, error === undefined ? 200 : problemStatus(error));
}

async function remove(asked: Asked) {
  const { context, query, state } = asked;
  const { revision = "" } = await formOf(context);
  const named = entryOf(state.place, query.key).take();
  if (isErr(named)) return await showMissing(context, ALL, named.error);
  const condition = revision === "" ? {} : { expectedRevision: revision };
  const removed = (await state.call("Delete", { ...named.input, ...condition })).take();
  if (isErr(removed)) return await showDelete(asked, removed.error);
  if (!removed.deleted) {
    const message = "nothing was deleted: the entry has changed meanwhile";
    return await showDelete(asked, { code: "revision_mismatch", message });
  }
  context.var.visitor.say({ kind: "done", text: "The entry is deleted." });
  const { contract, store, holder } = query;
  return context.redirect(stateHref({ contract, store, holder }), 303);
}

type Answer = Response | Promise<Response>;

async function withStore(
  context: Context<ConsoleEnv>,
  answer: (context: Context<ConsoleEnv>, store: StateStore) => Answer,
): Promise<Response> {
  const { contract = "", store = "" } = context.req.query();
  const found = (await findStore(contract, store, context.var.visitor)).take();
  return isErr(found) ? await showMissing(context, ALL, found.error) : await answer(context, found);
}

function withState(
  context: Context<ConsoleEnv>,
  answer: (asked: Asked) => Answer,
): Promise<Response> {
  return withStore(context, async (_, found) => {
    const { contract, store } = found;
    const { holder = "", key } = context.req.query();
    const state = (await openState(found, holder, context.var.visitor)).take();
    if (isErr(state)) return await showMissing(context, ALL, state.error);
    return await answer({ context, query: { contract, store, holder, key }, state });
  });
}

const ALL: PagePlace = { topic: "resources", trail: [RESOURCES] };

function pageOf({ contract, store, holder }: StateQuery): PagePlace {
  const href = stateHref({ contract, store, holder });
  return {
    topic: "resources",
    trail: [RESOURCES, { text: printable(`${store} of ${holder}`), href }],
  };
}

function titleOf({ key, store = "" }: StateQuery): string {
  return printable(key === undefined || key === "" ? store : key);
}

function notThere(query: StateQuery): ExplainedError {
  const message = `${query.holder} has no entry ${titleOf(query)}`;
  return { code: "not_found", message };
}

/** How long an entry has left, as a person types it. */
function ttlText({ expiresAt }: Pick<ShownEntry, "expiresAt">): string {
  if (expiresAt === undefined) return "";
  const seconds = Math.ceil((Date.parse(expiresAt) - Date.now()) / 1000);
  if (seconds >= 100 * 3600) return `${Math.ceil(seconds / 3600)}h`;
  return `${Math.max(1, seconds)}s`;
}
