/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { isErr } from "../../../../contracts/result.ts";
import { isSecured } from "../../../../runtime/nats/connection.ts";
import type { KvBucket } from "../../../../runtime/kv/kv_bucket.ts";
import type { KVError } from "../../../../runtime/kv/kv_error.ts";
import { openKvBucket } from "../../../../runtime/kv/nats/open_typed_kv.ts";
import { type OpenKv, openKvAlias } from "../../../commands/kv/open_kv_alias.ts";
import { formOf } from "../../../pages/form_of.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { DataPlace } from "../../../program/data_audit.ts";
import { printable, printableJson } from "../../../terminal/printable.ts";
import type { ConsoleEnv } from "../../console_env.ts";
import { showPage } from "../../layout/page.tsx";
import { offsetOf } from "../../layout/pager.tsx";
import { problemStatus } from "../../layout/problem.tsx";
import { LastOpened } from "../reading/last_opened.ts";
import { resourceHref } from "../words/resource_href.ts";
import { resourcePage, showMissing } from "../words/resource_page.ts";
import { DeletePage } from "./delete_page.tsx";
import { comparedRevisions, KeyPage } from "./key_page.tsx";
import { KeysPage } from "./keys_page.tsx";
import { readKey, type ShownKey } from "./read_key.ts";
import { WritePage, type WritePageProps } from "../editing/write_page.tsx";
import { type TypedEntry, writeKey } from "./write_key.ts";

/** The bucket that each visitor has looked at last. */
const buckets = new LastOpened<KvBucket>();
/** Keys on a page. */
const PAGE_KEYS = 50;

/** The bucket that a request is about. */
interface Asked {
  readonly context: Context<ConsoleEnv>;
  readonly place: DataPlace;
  readonly opened: OpenKv;
}

/** Pages of the keys of a service. */
export function kvRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/:deployment/kv/:alias", (context) => withBucket(context, showKeys));
  app.get("/:deployment/kv/:alias/key", (context) => withKey(context, showKey));
  app.get("/:deployment/kv/:alias/new", (context) => withBucket(context, showNew));
  app.get("/:deployment/kv/:alias/edit", (context) => withKey(context, showEdit));
  app.post("/:deployment/kv/:alias/write", (context) => withBucket(context, write));
  app.get("/:deployment/kv/:alias/delete", (context) => withKey(context, showDelete));
  app.post("/:deployment/kv/:alias/delete", (context) => withBucket(context, remove));
  return app;
}

async function showKeys({ context, place, opened: { kv, need } }: Asked) {
  const { filter = "", offset } = context.req.query();
  const wanted = { offset: offsetOf(offset), limit: PAGE_KEYS };
  const trimmed = filter.trim();
  const [listed, status] = await Promise.all([
    kv.list(trimmed === "" ? wanted : { ...wanted, filter: trimmed }).take(),
    kv.status().take(),
  ]);
  const error = isErr(listed) ? explained(listed.error) : undefined;
  return showPage(context, {
    ...resourcePage(place),
    title: printable(place.alias),
    children: (
      <KeysPage
        place={place}
        need={need}
        status={isErr(status) ? undefined : status}
        filter={filter}
        page={isErr(listed) ? undefined : listed}
        error={error}
        now={Date.now()}
      />
    ),
  }, error === undefined ? 200 : problemStatus(error));
}

function showKey({ context, place, opened: { need } }: Asked, shown: ShownKey) {
  const { from, to } = context.req.query();
  const compared = comparedRevisions(shown, from, to);
  return showPage(context, {
    ...resourcePage(place, true),
    title: shown.key,
    children: (
      <KeyPage place={place} need={need} shown={shown} compared={compared} now={Date.now()} />
    ),
  });
}

function showNew(asked: Asked) {
  const key = asked.context.req.query("key") ?? "";
  return showForm(asked, { key, text: "", revision: "" }, true);
}

function showEdit(asked: Asked, { key, current }: ShownKey) {
  const { kind, revision, value, raw } = current;
  if (kind === "delete") {
    return asked.context.redirect(resourceHref(asked.place, "new", { key }), 303);
  }
  const text = value === undefined ? raw ?? "" : printableJson(value, 2);
  return showForm(asked, { key, text, revision }, false);
}

async function write(asked: Asked) {
  const { context, place, opened } = asked;
  const typed = typedEntry(await formOf(context));
  const outcome = await writeKey(opened, typed);
  const { key } = typed;
  if (outcome.kind === "written") {
    context.var.visitor.say({ kind: "done", text: `${key} has revision ${outcome.revision}.` });
    return context.redirect(resourceHref(place, "key", { key }), 303);
  }
  if (outcome.kind === "refused") return showForm(asked, typed, typed.revision === "", outcome);
  // What they try next takes the place of what they have seen by then.
  const revision = outcome.current?.revision ?? "";
  return showForm(asked, { ...typed, revision }, false, outcome);
}

function showForm(
  { context, place, opened: { need } }: Asked,
  { key, text, revision }: TypedEntry,
  isNew: boolean,
  outcome?: WritePageProps["outcome"],
) {
  const status = outcome?.kind === "conflict" ? 409 : outcome && problemStatus(outcome.error);
  return showPage(context, {
    ...resourcePage(place, true),
    title: isNew ? "New key" : `Edit ${printable(key)}`,
    children: (
      <WritePage
        action={resourceHref(place, "write")}
        cancel={isNew ? resourceHref(place) : resourceHref(place, "key", { key })}
        hidden={isNew ? {} : { key }}
        newKey={isNew ? key : undefined}
        text={text}
        revision={revision}
        schema={need.schema}
        readers="every service that reads the bucket sees it"
        isRecorded={isRecorded(context)}
        outcome={outcome}
      />
    ),
  }, status);
}

function showDelete(asked: Asked, shown: ShownKey, error?: ExplainedError) {
  const { context, place, opened: { need } } = asked;
  const { key, current } = shown;
  if (current.kind === "delete") {
    return context.redirect(resourceHref(place, "key", { key }), 303);
  }
  return showPage(context, {
    ...resourcePage(place, true),
    title: `Delete ${key}`,
    children: <DeletePage place={place} need={need} shown={shown} error={error} />,
  }, error === undefined ? 200 : problemStatus(error));
}

async function remove(asked: Asked) {
  const { context, place, opened } = asked;
  const { key, revision } = typedEntry(await formOf(context));
  const removed = await opened.kv.delete(key, { expectedRevision: revision }).take();
  if (!isErr(removed)) {
    context.var.visitor.say({ kind: "done", text: `${key} is deleted.` });
    return context.redirect(resourceHref(place), 303);
  }
  const error = explained(removed.error);
  if (error.code !== "revision_mismatch") {
    return showMissing(context, resourcePage(place, true), error);
  }
  const hint = "somebody has changed it meanwhile: look at what is there now";
  return await withKey(
    context,
    (again, shown) => showDelete(again, shown, { ...error, hint }),
    key,
  );
}

function typedEntry(form: Readonly<Partial<Record<string, string>>>): TypedEntry {
  const { key = "", value = "", revision = "" } = form;
  return { key: key.trim(), text: value, revision };
}

type Answer = Response | Promise<Response>;

async function withBucket(
  context: Context<ConsoleEnv>,
  answer: (asked: Asked) => Answer,
): Promise<Response> {
  const { deployment = "", alias = "" } = context.req.param();
  const place: DataPlace = { deployment, kind: "kv", alias };
  const { visitor } = context.var;
  const named = { service: deployment, alias };
  const opened = (await openKvAlias(
    named,
    visitor,
    (options) => buckets.open(visitor, options.binding.bucket, () => openKvBucket(options)),
  )).take();
  if (isErr(opened)) return await showMissing(context, resourcePage(place, true), opened.error);
  return await answer({ context, place, opened });
}

function withKey(
  context: Context<ConsoleEnv>,
  answer: (asked: Asked, shown: ShownKey) => Answer,
  key: string = context.req.query("key") ?? "",
): Promise<Response> {
  return withBucket(context, async (asked) => {
    const { place, opened } = asked;
    const shown = (await readKey(opened, key)).take();
    if (isErr(shown)) {
      return await showMissing(context, resourcePage(place, true), explained(shown.error));
    }
    if (shown !== undefined) return await answer(asked, shown);
    const message = `there is no key ${printable(key)}, and no earlier revision of it is kept`;
    return await showMissing(context, resourcePage(place, true), { code: "not_found", message });
  });
}

function explained({ message, reason }: KVError): ExplainedError {
  return { message, code: reason };
}

function isRecorded(context: Context<ConsoleEnv>): boolean {
  return isSecured(context.var.visitor.messaging.connection);
}
