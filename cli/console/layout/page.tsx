/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { Context } from "hono";
import type { ComponentChildren, VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { ConsoleEnv } from "../console_env.ts";
import type { Said } from "../said.ts";
import type { Visitor } from "../visitor.ts";
import { printable } from "../../terminal/printable.ts";
import { NAVIGATION, type Topic } from "./navigation.ts";

/** What stands around the content of a page. */
export interface PageProps {
  readonly title: string;
  /** Which entry of the navigation it belongs to; undefined: to none. */
  readonly topic: Topic | undefined;
  /** The way to it from the topic's first page. */
  readonly trail?: readonly { readonly text: string; readonly href: string }[];
  readonly children: ComponentChildren;
}

/** The status of a page that is no success, too. */
type PageStatus = 200 | 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 421 | 422 | 500 | 503 | 504;

/** Answers with a page for who is logged in; what was said to them since the last page stands on top. */
export function showPage(
  context: Context<ConsoleEnv>,
  { title, topic, trail = [], children }: PageProps,
  status: PageStatus = 200,
): Response | Promise<Response> {
  const { visitor } = context.var;
  return show(
    context,
    <Document title={title} top={<Top topic={topic} visitor={visitor} />}>
      {trail.length > 0 && (
        <nav class="trail" aria-label="Way here">
          {trail.map(({ text, href }) => <a key={href} href={href}>{text}</a>)}
        </nav>
      )}
      <h1>{title}</h1>
      <Notices said={visitor.takeSaid()} />
      {children}
    </Document>,
    status,
  );
}

/** Answers with a page for somebody who need not be logged in. */
export function showBarePage(
  context: Context<ConsoleEnv>,
  { title, children }: Pick<PageProps, "title" | "children">,
  status: PageStatus = 200,
): Response | Promise<Response> {
  return show(
    context,
    <Document title={title} isNarrow top={null}>
      <h1>{title}</h1>
      {children}
    </Document>,
    status,
  );
}

function show(
  context: Context<ConsoleEnv>,
  document: VNode,
  status: PageStatus,
): Response | Promise<Response> {
  return context.html(`<!DOCTYPE html>${renderToString(document)}`, status);
}

function Document(
  { title, top, isNarrow = false, children }: {
    readonly title: string;
    /** What stands at the top beside the name. */
    readonly top: ComponentChildren;
    readonly isNarrow?: boolean;
    readonly children: ComponentChildren;
  },
): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title} · Trellis Console</title>
        <link rel="stylesheet" href="/console.css" />
        <script type="module" src="/live.js"></script>
      </head>
      <body class={isNarrow ? "narrow" : undefined}>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
          <a class="brand" href="/">Trellis</a>
          {top}
        </header>
        <main id="content" tabIndex={-1}>{children}</main>
      </body>
    </html>
  );
}

function Top(
  { topic, visitor }: {
    readonly topic: Topic | undefined;
    readonly visitor: Pick<Visitor, "name" | "isUnverified">;
  },
): VNode {
  return (
    <>
      <nav aria-label="Pages">
        <ul>
          {NAVIGATION.map(({ name, text, href }) => (
            <li key={name}>
              <a href={href} aria-current={name === topic ? "page" : undefined}>{text}</a>
            </li>
          ))}
        </ul>
      </nav>
      <form class="person" method="post" action="/logout">
        <span>
          {printable(visitor.name)}
          {visitor.isUnverified && <small>(nobody checks who you are)</small>}
        </span>
        <button type="submit" class="quiet">Log out</button>
      </form>
    </>
  );
}

function Notices({ said }: { readonly said: readonly Said[] }): VNode {
  return (
    <>
      {said.map(({ kind, text }) => (
        <p key={text} class={`notice ${kind}`} role={kind === "problem" ? "alert" : "status"}>
          {text}
        </p>
      ))}
    </>
  );
}
