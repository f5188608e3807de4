import type { Context } from "hono";
import { isErr } from "../../contracts/result.ts";
import type { OutsideProof, OutsideSignIn } from "../../reconcile/users/outside_sign_in.ts";
import type { Users } from "../../reconcile/users/users.ts";
import type { PageEnv } from "../pages/page_env.ts";
import { sentence } from "./layout.ts";
import { refusedLink, savedPage, unknownLink, usedLink } from "./link_pages.ts";
import { signInPage } from "./login_pages.ts";
import { keepSignedIn } from "./login_ticket.ts";
import type { Login, Logins } from "./logins.ts";
import type { OtherWay } from "./other_ways.ts";
import { passwordPage } from "./password_pages.ts";
import { goOn } from "./go_on.ts";
import type { OidcPurpose } from "./oidc_attempts.ts";

/** What went wrong, and the status of the page that says so. */
export interface Trouble {
  readonly problem: string;
  readonly status: 401 | 403 | 429 | 503;
}

/** What somebody goes to a provider for. */
export interface Errand {
  /** The page that they came from, with what went wrong: they may go on in another way. */
  again(trouble: Trouble): Response | Promise<Response>;
  /** Goes on with whom the provider has proved. */
  proved(proof: OutsideProof): Promise<Response>;
}

/** What errands are done with. */
export interface ErrandParts {
  readonly users: Users;
  readonly logins: Logins;
  readonly signIn: OutsideSignIn;
  readonly ways: readonly OtherWay[];
}

/** What the link that somebody has is good for; a page where it is good for nothing. */
export async function openErrand(
  context: Context<PageEnv>,
  purpose: OidcPurpose,
  parts: ErrandParts,
): Promise<Errand | Response> {
  if ("login" in purpose) {
    const login = parts.logins.get(purpose.login);
    if (login === undefined) return unknownLink(context);
    return login.state === "waiting" ? loginErrand(context, login, parts) : usedLink(context);
  }
  const { invitation: token } = purpose;
  const user = (await parts.users.peek(token, "password")).take();
  if (isErr(user)) {
    // The audit is told of a second use.
    if (user.error.code === "link_refused") await parts.users.redeem(token, "password");
    return refusedLink(context, user.error);
  }
  return invitationErrand(context, token, user.name, parts);
}

function loginErrand(
  context: Context<PageEnv>,
  login: Login,
  { signIn, ways }: ErrandParts,
): Errand {
  const again = ({ problem, status }: Trouble) =>
    context.html(signInPage(login, ways, { name: "", problem }), status);
  return {
    again,
    async proved(proof) {
      const user = (await signIn.signIn(proof, context.env.address)).take();
      if (isErr(user)) return again(troubleOf(user.error));
      // Somebody else was faster.
      if (login.decision !== undefined) return usedLink(context);
      return goOn(context, "your login", keepSignedIn(context, login, user));
    },
  };
}

function invitationErrand(
  context: Context<PageEnv>,
  token: string,
  name: string,
  { signIn, ways }: ErrandParts,
): Errand {
  const again = ({ problem, status }: Trouble) =>
    context.html(passwordPage(token, name, ways, problem), status);
  return {
    again,
    async proved(proof) {
      const user = (await signIn.link(token, proof)).take();
      if (!isErr(user)) return savedPage(context, user.name);
      const { error } = user;
      return error.code === "link_refused" ? refusedLink(context, error) : again(troubleOf(error));
    },
  };
}

function troubleOf(
  error: { readonly code: string; readonly message: string; readonly hint: string },
) {
  const isRefused = error.code === "stranger" || error.code === "disabled";
  return { problem: sentence(error), status: isRefused ? 403 : 503 } as const;
}
