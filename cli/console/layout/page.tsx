/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { Context } from "hono";
import type { ComponentChildren, VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { ConsoleEnv } from "../console_env.ts";
import { NAVIGATION, type Topic } from "./navigation.ts";
import type { Said } from "../said.ts";

/** What stands around the content of a page. */
export interface PageProps {
  readonly title: string;
  /** Which entry of the navigation it belongs to. */
  readonly topic: Topic;
  /** The way to it from the topic's first page. */
  readonly trail?: readonly { readonly text: string; readonly href: string }[];
  readonly children: ComponentChildren;
}

/** Answers with a page for who is logged in; what was said to them since the last page stands on top. */
export function showPage(
  context: Context<ConsoleEnv>,
  page: PageProps,
  status: 200 | 400 | 403 | 404 | 409 | 422 | 500 = 200,
): Response | Promise<Response> {
  const { visitor } = context.var;
  const document = (
    <Document
      page={page}
      person={visitor.isUnverified ? `${visitor.by} (nobody checks)` : visitor.by}
      said={visitor.takeSaid()}
    />
  );
  return context.html(`<!DOCTYPE html>${renderToString(document)}`, status);
}

function Document(
  { page: { title, topic, trail = [], children }, person, said }: {
    readonly page: PageProps;
    readonly person: string;
    readonly said: readonly Said[];
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
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
          <a class="brand" href="/">Trellis</a>
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
            <span>{person}</span>
            <button type="submit" class="quiet">Log out</button>
          </form>
        </header>
        <main id="content">
          {trail.length > 0 && (
            <nav class="trail" aria-label="Way here">
              {trail.map(({ text, href }) => <a key={href} href={href}>{text}</a>)}
            </nav>
          )}
          <h1>{title}</h1>
          {said.map(({ kind, text }) => (
            <p key={text} class={`notice ${kind}`} role={kind === "problem" ? "alert" : "status"}>
              {text}
            </p>
          ))}
          {children}
        </main>
      </body>
    </html>
  );
}
