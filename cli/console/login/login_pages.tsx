/** @jsxRuntime automatic */
/** @jsxImportSource preact */
import type { Context } from "hono";
import type { ComponentChildren, VNode } from "preact";
import { type Advice, adviceText } from "../../program/command_text.ts";
import type { ConsoleEnv } from "../console_env.ts";
import { showBarePage } from "../layout/page.tsx";

type Answer = Response | Promise<Response>;

/** What went wrong, and what to do. */
export interface Problem extends Advice {
  readonly message: string;
}

/** Has somebody log in at the portal. */
export function showLogin(
  context: Context<ConsoleEnv>,
  { next, problem }: { readonly next: string; readonly problem?: Problem | undefined },
  status: 200 | 401 | 403 | 503 = 200,
): Answer {
  const children = (
    <>
      {problem && <ProblemNotice problem={problem} />}
      <p>
        The Console shows what runs here, and lets an admin decide and change it. You say who you
        are where everybody does, and come back.
      </p>
      <LoginForm next={next} />
    </>
  );
  return showBarePage(context, { title: "Log in", children }, status);
}

/**
 * Sends a browser to the portal by a form: so it says there which page has sent it. Behind a redirect of a
 * form it would say nothing.
 */
export function showGoToPortal(context: Context<ConsoleEnv>, url: string): Answer {
  const children = (
    <form method="post" action={url} data-go>
      <p>You say who you are at {new URL(url).origin}, and come back.</p>
      <div class="buttons">
        <button type="submit">Go on</button>
      </div>
    </form>
  );
  return showBarePage(context, { title: "Going on", children });
}

/** Has somebody open the link of an open server. */
export function showNoLink(context: Context<ConsoleEnv>, isWrong: boolean): Answer {
  const children = (
    <>
      {isWrong && (
        <ProblemNotice
          problem={{
            message: "the link is not the one of this start",
            hint: "open the one that was printed last",
          }}
        />
      )}
      <p>
        Open the link of the Console that <code>trellis dev</code> or <code>trellis start</code>
        {" "}
        has printed: it ends with <code>?token=…</code>, and is another one for each start.
      </p>
      <p>
        If you have just done so, <a href="/">go on</a>.
      </p>
    </>
  );
  return showBarePage(context, { title: "Open the Console by its link", children }, 401);
}

/** Says that somebody is logged out. */
export function showLoggedOut(context: Context<ConsoleEnv>, again: boolean): Answer {
  const children = (
    <>
      <p>Your session is over, and nothing of it is left in this browser.</p>
      {again && <LoginForm next="/" />}
    </>
  );
  return showBarePage(context, { title: "You are logged out", children });
}

/** Sends a browser on by itself: behind a redirect that another site began, Strict cookies stay behind. */
export function showGoOn(context: Context<ConsoleEnv>, path: string): Answer {
  context.header("Refresh", `0; url=${path}`);
  const children = (
    <p>
      <a href={path}>Go on</a>, if this page does not do so by itself.
    </p>
  );
  return showBarePage(context, { title: "Going on", children });
}

/** Says why somebody cannot be shown anything. */
export function showProblem(
  context: Context<ConsoleEnv>,
  { title, problem, children }: {
    readonly title: string;
    readonly problem: Problem;
    readonly children?: ComponentChildren;
  },
  status: 403 | 503 | 504,
): Answer {
  return showBarePage(
    context,
    {
      title,
      children: (
        <>
          <ProblemNotice problem={problem} />
          {children}
        </>
      ),
    },
    status,
  );
}

/** A form that leads to the portal. */
export function LoginForm(
  { next, text = "Log in" }: { readonly next: string; readonly text?: string },
): VNode {
  return (
    <form method="post" action="/login">
      <input type="hidden" name="next" value={next} />
      <div class="buttons">
        <button type="submit">{text}</button>
      </div>
    </form>
  );
}

/** Given as one: what is spread out of an error lacks its message. */
function ProblemNotice({ problem }: { readonly problem: Problem }): VNode {
  const { message } = problem;
  const words = adviceText(problem);
  return (
    <p class="notice problem" role="alert">
      {message[0]?.toUpperCase()}
      {message.slice(1)}
      {words === undefined ? "." : `: ${words}.`}
    </p>
  );
}
