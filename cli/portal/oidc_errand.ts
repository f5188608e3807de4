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
import type { OidcPurpose } from "./oidc_attempt.ts";

/** What went wrong, and the status of the page that says so. */
export interface Trouble {
  readonly problem: string;
  readonly status: 401 | 403 | 503;
}

/** What somebody goes to a provider for. */
export interface Errand {
  /** The page that they came from, with what went wrong: they may go on in another way. */
  again(trouble: Trouble): Response | Promise<Response>;
  /** Notes that their browser goes to a provider. */
  visits(state: string): Promise<void>;
  /** Whether it went there, and comes back for the first time. */
  comesBack(state: string): Promise<boolean>;
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
    const login = await parts.logins.get(purpose.login);
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
  { signIn, logins, ways }: ErrandParts,
): Errand {
  const again = ({ problem, status }: Trouble) =>
    context.html(signInPage(login, ways, { name: "", problem }), status);
  return {
    again,
    async visits(state) {
      await logins.visit(login.id, state);
    },
    comesBack: (state) => logins.comesBack(login.id, state),
    async proved(proof) {
      const user = (await signIn.signIn(proof, context.env.address)).take();
      if (isErr(user)) return again(troubleOf(user.error));
      const next = await keepSignedIn(context, { login, logins }, user);
      return next === undefined ? usedLink(context) : goOn(context, "your login", next);
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
    // Their link is good once, whoever comes back how often.
    visits: () => Promise.resolve(),
    comesBack: () => Promise.resolve(true),
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
