/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { Context } from "hono";
import type { ComponentChildren, VNode } from "preact";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { ConsoleEnv } from "../../console_env.ts";
import { showPage } from "../../layout/page.tsx";
import { Problem, problemStatus } from "../../layout/problem.tsx";

/** What there is to see of people. */
const TABS = [
  { name: "users", text: "Users" },
  { name: "devices", text: "Devices" },
  { name: "agents", text: "Agents" },
  { name: "sessions", text: "Sessions" },
  { name: "grants", text: "Grants and groups" },
  { name: "audit", text: "Audit" },
] as const;

/** A part of the topic. */
export type PeopleTab = (typeof TABS)[number]["name"];

type Status = 200 | 403 | 404 | 409 | 422 | 500;

/** A page of the topic. */
export interface PeoplePage {
  readonly tab: PeopleTab;
  readonly title: string;
  /** Whether it stands below the first page of its tab. */
  readonly isDeep?: boolean;
  /** What stands between the tab and the page. */
  readonly trail?: readonly { readonly text: string; readonly href: string }[];
  readonly children: ComponentChildren;
}

/** Answers with a page about people. */
export function showPeople(
  context: Context<ConsoleEnv>,
  { tab, title, isDeep = false, trail = [], children }: PeoplePage,
  status: Status = 200,
): Response | Promise<Response> {
  const { text = "" } = TABS.find(({ name }) => name === tab) ?? {};
  const way = [{ text, href: `/people/${tab}` }, ...trail];
  return showPage(context, {
    title,
    topic: "people",
    ...(isDeep ? { trail: way } : {}),
    children: isDeep ? children : <Tabbed tab={tab}>{children}</Tabbed>,
  }, status);
}

/** Answers with what went wrong, on a page of its own. */
export function showFailure(
  context: Context<ConsoleEnv>,
  { tab, title, error, trail }: Omit<PeoplePage, "children" | "isDeep"> & {
    readonly error: ExplainedError;
  },
): Response | Promise<Response> {
  const page = { tab, title, isDeep: true, children: <Problem error={error} /> };
  return showPeople(context, trail ? { ...page, trail } : page, problemStatus(error));
}

function Tabbed(
  { tab, children }: { readonly tab: PeopleTab; readonly children: ComponentChildren },
): VNode {
  return (
    <>
      <nav class="tabs" aria-label="Parts of People">
        <ul>
          {TABS.map(({ name, text }) => (
            <li key={name}>
              <a href={`/people/${name}`} aria-current={name === tab ? "page" : undefined}>
                {text}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {children}
    </>
  );
}
