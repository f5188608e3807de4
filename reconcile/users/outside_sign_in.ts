import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import type { AuditLog } from "../audit/audit_log.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import { type KnownAttempts, oneMore } from "./attempts.ts";
import type { OutsideProfile } from "./outside_identity.ts";
import { NOBODY, type ProofOfIdentity, type SignInRefusal } from "./proof_of_identity.ts";
import { type NewcomerRefusal, type NewcomerRule, userFromOutside } from "./user_from_outside.ts";
import type { UserRecord } from "./user_record.ts";
import type { Users } from "./users.ts";

/** What a provider has proved. */
export interface OutsideProof {
  readonly profile: OutsideProfile;
  readonly provider: {
    readonly name: string;
    /** As people call it. */
    readonly title: string;
    readonly createUsers?: NewcomerRule;
  };
}

/** What signing in by providers stands on. */
export interface OutsideSignInParts {
  readonly users: Users;
  readonly audit: Pick<AuditLog, "append">;
  /** Counts failures, to tell of them. */
  readonly attempts: KnownAttempts;
}

type Answer = Promise<Result<UserRecord, SignInRefusal | AuthorityError>>;

/**
 * Knows users by who they are elsewhere: by issuer and subject, and by nothing else. An address or a name
 * that somebody has there makes them nobody here.
 */
export class OutsideSignIn implements ProofOfIdentity<OutsideProof> {
  readonly #parts: OutsideSignInParts;

  /** @param parts users that may be written */
  constructor(parts: OutsideSignInParts) {
    this.#parts = parts;
  }

  /** The user whom a provider knows, or who becomes one by it. Refusals: `stranger`, `disabled`. */
  async signIn({ profile, provider }: OutsideProof, address: string): Answer {
    const { store } = this.#parts.users;
    const known = (await store.byIdentity(profile)).take();
    if (isErr(known)) return known;
    if (known !== undefined) return await this.#letIn(known.value, provider.name, address);
    const newcomer = userFromOutside(profile, provider.createUsers, provider.name).take();
    if (isErr(newcomer)) {
      const told = (await this.#failed(NOBODY, {
        address,
        provider: provider.name,
        reason: newcomer.error,
      })).take();
      return isErr(told) ? told : err(stranger(newcomer.error, provider.title));
    }
    const { issuer, subject } = profile;
    const { names, display } = newcomer;
    for (const name of names) {
      const identity = { issuer, subject };
      const added =
        (await this.#parts.users.add({ name, display, identity }, `oidc:${provider.name}`)).take();
      if (!isErr(added)) return await this.#letIn(added, provider.name, address);
      if (added.error.code !== "user_exists") return added;
      // Of two browsers of one person, the other one may have been first.
      const other = (await store.byIdentity(profile)).take();
      if (isErr(other)) return other;
      if (other !== undefined) return await this.#letIn(other.value, provider.name, address);
    }
    return err(stranger("no_name", provider.title));
  }

  /**
   * Has the user whose link it is sign in by a provider from now on, instead of a password. Refusals:
   * `stranger`, where the identity lets in somebody else, and `link_refused`.
   */
  async link(token: string, { profile, provider }: OutsideProof): Answer {
    const { users } = this.#parts;
    const user = (await users.peek(token, "password")).take();
    if (isErr(user)) return user;
    const { issuer, subject } = profile;
    const claimed = (await users.store.claimIdentity(profile, user.id)).take();
    if (isErr(claimed)) return claimed;
    if (!claimed) return err(stranger("taken", provider.title));
    return await users.redeem(token, "password", { identities: [{ issuer, subject }] });
  }

  async #letIn(user: UserRecord, provider: string, address: string): Answer {
    const { id, name, disabledAt } = user;
    const by = `user:${id}`;
    const details = { name, address, provider };
    if (disabledAt !== undefined) {
      const told = (await this.#failed(by, { ...details, reason: "disabled" })).take();
      return isErr(told) ? told : err(DISABLED);
    }
    const event = { kind: "login.succeeded", by, subject: by, details } as const;
    return (await this.#parts.audit.append(event)).map(() => user);
  }

  /** Tells of the first failure of a burst, of the tenth, of the hundredth. */
  async #failed(
    subject: string,
    details: Readonly<Record<string, string>>,
  ): Promise<Result<void, AuthorityError>> {
    const { audit, attempts } = this.#parts;
    const counted = (await attempts.change("failures", subject, oneMore)).take();
    if (isErr(counted)) return counted;
    const failures = counted?.count ?? 0;
    if (!Number.isInteger(Math.log10(failures))) return ok();
    const by = details.address ?? subject;
    return (await audit.append({ kind: "login.failed", by, subject, details })).map(() => {});
  }
}

const DISABLED: SignInRefusal = {
  code: "disabled",
  message: "this user is not let in",
  hint: "ask whoever runs Trellis here",
};

const ASK = "ask whoever runs Trellis here to invite you, and open the link that you get";

function stranger(why: NewcomerRefusal | "no_name" | "taken", title: string): SignInRefusal {
  const words = {
    not_invited: `nobody here signs in by this account of ${title}`,
    email_unverified: `${title} does not say that your e-mail address is yours`,
    email_elsewhere: `your account of ${title} is not one of those that are let in here`,
    no_name: `too many users have a name like yours`,
    taken: `this account of ${title} lets in somebody else here`,
  };
  return {
    code: "stranger",
    message: words[why],
    hint: why === "taken" ? `sign out of ${title}, and take another account` : ASK,
  };
}
