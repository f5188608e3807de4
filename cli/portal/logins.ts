import { randomBytes, randomInt } from "node:crypto";
import type { UserRecord } from "../../reconcile/users/user_record.ts";
import { Expiring } from "../pages/expiring.ts";
import type { LoginRequest } from "./login_request.ts";

/** A link is valid this long. */
const LINK_MS = 10 * 60_000;
/** Links at once; each may hold a contract. */
const LINKS = { lifetimeMs: LINK_MS, most: 500, mostEach: 50 };
const CHALLENGES = { lifetimeMs: 60_000, most: 10_000, mostEach: 200 };
/** Without letters and digits that look alike. */
const CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789";

/** What became of a login, as whoever waits for it is told. */
export type LoginState = "waiting" | "bound" | "refused";

/** A login that somebody asks for. */
export interface Login {
  /** Whoever knows it has the link. */
  readonly id: string;
  /** Shown by the device and by the page, so that a person sees that both mean the same. */
  readonly code: string;
  readonly request: LoginRequest;
  /** Where it was asked from. */
  readonly address: string;
  /** For the browser in which a page has begun it. */
  readonly ticket: string;
  /** When the link ends; milliseconds since 1970. */
  readonly until: number;
  state: LoginState;
  /** Who has signed in on its page; the ticket is in their browser. */
  person?: { readonly user: UserRecord; readonly ticket: string };
  /** What their decision leads to, while it is carried out and afterwards. */
  decision?: Promise<Decision>;
}

/** A contract that is not approved yet. */
export interface PendingApproval {
  /** Who has to decide, and why. */
  readonly words: string;
  /** What shows it to them. */
  readonly command: string;
}

/** What a decision has led to. */
export type Decision =
  | {
    readonly kind: "bound";
    /** What has to be decided first. */
    readonly pending?: PendingApproval;
  }
  | { readonly kind: "refused" }
  | { readonly kind: "failed"; readonly message: string; readonly hint: string };

/** The logins that wait. They are forgotten when the process ends: whoever waits asks again. */
export class Logins {
  readonly #challenges: Expiring<string>;
  readonly #logins: Expiring<Login>;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#challenges = new Expiring({ ...CHALLENGES, now });
    this.#logins = new Expiring({ ...LINKS, now });
  }

  /** A challenge to sign, for an address; undefined when too many were given. */
  challenge(address: string): string | undefined {
    return this.#challenges.add((id) => id, address);
  }

  /** Whether a challenge was given; it is used up. */
  takeChallenge(challenge: string): boolean {
    return this.#challenges.take(challenge) !== undefined;
  }

  /** Makes the link of a login; undefined when too many wait. */
  add(request: LoginRequest, address: string): Login | undefined {
    return this.#logins.add((id, until) => ({
      id,
      code: newCode(),
      ticket: newTicket(),
      request,
      address,
      until,
      state: "waiting",
    }), address);
  }

  /** The login of a link; undefined when the link is unknown or has expired. */
  get(id: string): Login | undefined {
    return this.#logins.get(id);
  }
}

/** Notes who has signed in on the page of a login, and answers what their browser shows from then on. */
export function signedIn(login: Login, user: UserRecord): string {
  const ticket = newTicket();
  login.person = { user, ticket };
  return ticket;
}

/** Carries out a decision once, however often it is sent; one that failed may be made again. */
export async function decideOnce(login: Login, decide: () => Promise<Decision>): Promise<Decision> {
  login.decision ??= decide();
  try {
    const decision = await login.decision;
    if (decision.kind === "failed") delete login.decision;
    else login.state = decision.kind;
    return decision;
  } catch (cause) {
    delete login.decision;
    throw cause;
  }
}

/**
 * Where a login goes on in a browser. A page sends its own browser there by a form, and not by a link: so
 * the browser says which page that was, and a link that is passed on leads nowhere.
 */
export function pathOf({ id, request: { page } }: Login): string {
  return page?.returnTo === undefined ? `/login/${id}` : `/begin/${id}`;
}

function newTicket(): string {
  return randomBytes(24).toString("base64url");
}

function newCode(): string {
  const letters = Array.from({ length: 8 }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]);
  return `${letters.slice(0, 4).join("")}-${letters.slice(4).join("")}`;
}
