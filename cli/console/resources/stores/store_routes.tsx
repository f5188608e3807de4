/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import { type Context, Hono } from "hono";
import { isErr } from "../../../../contracts/result.ts";
import { openObjectStore } from "../../../../runtime/store/nats/open_typed_store.ts";
import type { ObjectStore } from "../../../../runtime/store/object_store.ts";
import type { StoreError } from "../../../../runtime/store/store_error.ts";
import type { TypedStore } from "../../../../runtime/store/typed_store.ts";
import { TypedStoreEntry } from "../../../../runtime/store/typed_store_entry.ts";
import { openStoreAlias } from "../../../commands/store/open_store_alias.ts";
import { formOf } from "../../../pages/form_of.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { DataPlace } from "../../../program/data_audit.ts";
import { printable } from "../../../terminal/printable.ts";
import type { ConsoleEnv } from "../../console_env.ts";
import { showPage } from "../../layout/page.tsx";
import { offsetOf } from "../../layout/pager.tsx";
import { problemStatus } from "../../layout/problem.tsx";
import { LastOpened } from "../reading/last_opened.ts";
import { resourceHref } from "../words/resource_href.ts";
import { resourcePage, showMissing } from "../words/resource_page.ts";
import { dispositionOf, FOREIGN_BYTES, pictureType } from "./object_kind.ts";
import { DeleteObjectPage, ObjectPage } from "./object_page.tsx";
import { ObjectsPage } from "./objects_page.tsx";
import { readPreview } from "./read_preview.ts";

/** The store that each visitor has looked at last. */
const stores = new LastOpened<ObjectStore>();
/** Objects on a page. */
const PAGE_OBJECTS = 50;

/** The store that a request is about. */
interface Asked {
  readonly context: Context<ConsoleEnv>;
  readonly place: DataPlace;
  readonly store: TypedStore;
  /** Keys whose entries cannot be read, once they are listed. */
  readonly unreadable: readonly string[];
}

/** Pages of the objects of a service. */
export function storeRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>();
  app.get("/:deployment/store/:alias", (context) => withStore(context, showObjects));
  app.get("/:deployment/store/:alias/object", (context) => withObject(context, showObject));
  app.get("/:deployment/store/:alias/download", (context) => withObject(context, download));
  app.get("/:deployment/store/:alias/picture", (context) => withObject(context, picture));
  app.get("/:deployment/store/:alias/delete", (context) => withObject(context, showDelete));
  app.post("/:deployment/store/:alias/delete", (context) => withStore(context, remove));
  return app;
}

async function showObjects({ context, place, store, unreadable }: Asked) {
  const { prefix = "", offset } = context.req.query();
  const [listed, status] = await Promise.all([
    store.list({ prefix, offset: offsetOf(offset), limit: PAGE_OBJECTS }).take(),
    store.status().take(),
  ]);
  const error = isErr(listed) ? explained(listed.error) : undefined;
  const children = (
    <ObjectsPage
      place={place}
      status={isErr(status) ? undefined : status}
      prefix={prefix}
      page={isErr(listed) ? undefined : listed}
      unreadable={unreadable}
      error={error}
      now={Date.now()}
    />
  );
  const page = { ...resourcePage(place), title: printable(place.alias), children };
  return showPage(context, page, error === undefined ? 200 : problemStatus(error));
}

async function showObject({ context, place }: Asked, entry: TypedStoreEntry) {
  const preview = (await readPreview(entry, signalOf(context))).take();
  return showPage(context, {
    ...resourcePage(place, true),
    title: printable(entry.key),
    children: (
      <ObjectPage
        place={place}
        info={entry.info}
        cause={TypedStoreEntry.causeOf(entry)}
        preview={isErr(preview) ? explained(preview.error) : preview}
        now={Date.now()}
      />
    ),
  });
}

/** The bytes go as they come; a browser that leaves ends the reading. */
async function download({ context, place }: Asked, entry: TypedStoreEntry) {
  return await bytesOf(context, place, entry, {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": dispositionOf(entry.key),
  });
}

async function picture({ context, place }: Asked, entry: TypedStoreEntry) {
  const type = pictureType(entry.info.contentType);
  if (type !== undefined) return await bytesOf(context, place, entry, { "Content-Type": type });
  const message = `${printable(entry.key)} is no picture that is safe to show`;
  return await showMissing(context, resourcePage(place, true), {
    code: "not_found",
    message,
    hint: "download it",
  });
}

async function bytesOf(
  context: Context<ConsoleEnv>,
  place: DataPlace,
  entry: TypedStoreEntry,
  headers: Readonly<Record<string, string>>,
) {
  const stream = await entry.stream({ signal: signalOf(context) }).take();
  if (isErr(stream)) {
    return await showMissing(context, resourcePage(place, true), explained(stream.error));
  }
  const body = stream instanceof ReadableStream ? stream : ReadableStream.from(stream);
  return context.body(body, 200, {
    ...headers,
    ...FOREIGN_BYTES,
    "Content-Length": String(entry.info.size),
  });
}

function showDelete({ context, place }: Asked, { key, info }: TypedStoreEntry) {
  return showPage(context, {
    ...resourcePage(place, true),
    title: `Delete ${printable(key)}`,
    children: <DeleteObjectPage place={place} info={info} />,
  });
}

async function remove({ context, place, store }: Asked) {
  const { key = "" } = await formOf(context);
  const found = await store.get(key).take();
  // What is not there need not be removed; here it is a page that is out of date.
  const removed = isErr(found) ? found : await store.delete(key).take();
  if (isErr(removed)) {
    return await showMissing(context, resourcePage(place, true), explained(removed.error));
  }
  context.var.visitor.say({ kind: "done", text: `${printable(key)} is deleted.` });
  return context.redirect(resourceHref(place), 303);
}

type Answer = Response | Promise<Response>;

async function withStore(
  context: Context<ConsoleEnv>,
  answer: (asked: Asked) => Answer,
): Promise<Response> {
  const { deployment = "", alias = "" } = context.req.param();
  const place: DataPlace = { deployment, kind: "store", alias };
  const { visitor } = context.var;
  const unreadable: string[] = [];
  const opened = (await openStoreAlias(deployment, alias, visitor, {
    open: (options) => stores.open(visitor, options.binding.name, () => openObjectStore(options)),
    onUnreadable: (key) => unreadable.push(key),
  })).take();
  if (isErr(opened)) return await showMissing(context, resourcePage(place, true), opened.error);
  return await answer({ context, place, store: opened, unreadable });
}

function withObject(
  context: Context<ConsoleEnv>,
  answer: (asked: Asked, entry: TypedStoreEntry) => Answer,
): Promise<Response> {
  return withStore(context, async (asked) => {
    const entry = await asked.store.get(context.req.query("key") ?? "").take();
    if (isErr(entry)) {
      return await showMissing(context, resourcePage(asked.place, true), explained(entry.error));
    }
    return await answer(asked, entry);
  });
}

function explained({ message, reason }: StoreError): ExplainedError {
  return { message, code: reason };
}

/** Ends with the request, and with the visitor. */
function signalOf(context: Context<ConsoleEnv>): AbortSignal {
  return AbortSignal.any([context.req.raw.signal, context.var.visitor.signal]);
}
