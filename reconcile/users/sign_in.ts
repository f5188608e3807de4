import { err, isErr, type Result } from "../../contracts/result.ts";
import type { AuditLog } from "../audit/audit_log.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import { forgiven, type KnownAttempts, oneMore } from "./attempts.ts";
import type { LoginLimits } from "./login_limits.ts";
import type { PasswordHasher } from "./password_hash.ts";
import { mayBePassword } from "./password_rule.ts";
import { NOBODY, type ProofOfIdentity, type SignInRefusal } from "./proof_of_identity.ts";
import { plainUserName, readUserName } from "./user_name.ts";
import type { UserRecord } from "./user_record.ts";
import type { UserStore } from "./user_store.ts";

/** Passwords that are looked at, or wait for it; each takes a fifth of a second, two at once. */
const MOST_AT_ONCE = 32;

/** What signing in stands on. */
export interface SignInParts {
  readonly store: Pick<UserStore, "byName">;
  readonly audit: Pick<AuditLog, "append">;
  readonly hasher: Pick<PasswordHasher, "matches">;
  readonly limits: LoginLimits;
  /** Counts failures, to tell of them. */
  readonly attempts: KnownAttempts;
}

/** What somebody types. */
export interface NameAndPassword {
  readonly name: string;
  readonly password: string;
}

/** Proves who somebody is by name and password. */
export class SignIn implements ProofOfIdentity<NameAndPassword> {
  readonly #parts: SignInParts;
  #running = 0;

  /** @param parts the same limits for all who sign in */
  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /** The user of a name and a password. Refusals: `wrong`, also for whoever is disabled; `wait`; `busy`. */
  async signIn(
    { name: typed, password }: NameAndPassword,
    address: string,
  ): Promise<Result<UserRecord, SignInRefusal | AuthorityError>> {
    const { limits } = this.#parts;
    const name = readUserName(plainUserName(typed)).take();
    const account = isErr(name) ? "" : name;
    // Before it counts: whoever was not looked at has not guessed.
    if (this.#running >= MOST_AT_ONCE) return err(BUSY);
    this.#running++;
    try {
      const wait = (await limits.begin(account, address)).take();
      if (isErr(wait)) return wait;
      if (wait > 0) return err(mustWait(wait));
      return await this.#look(account, password, address);
    } finally {
      this.#running--;
    }
  }

  async #look(
    account: string,
    password: string,
    address: string,
  ): Promise<Result<UserRecord, SignInRefusal | AuthorityError>> {
    const { store, hasher, limits } = this.#parts;
    const stored = account === "" ? undefined : (await store.byName(account)).take();
    if (isErr(stored)) {
      // Whoever comes while NATS is down must not wait when it is back.
      await limits.takeBack(account, address);
      return stored;
    }
    const user = stored?.value;
    // Hashes for nobody, too: the time does not show whether there is such a user.
    const isRight = mayBePassword(password) && await hasher.matches(password, user?.password);
    return user !== undefined && isRight && user.disabledAt === undefined
      ? await this.#succeeded(user, address)
      : await this.#failed(user, address);
  }

  async #succeeded(user: UserRecord, address: string): Promise<Result<UserRecord, AuthorityError>> {
    const { audit, limits, attempts } = this.#parts;
    const { id, name } = user;
    const before = (await attempts.get("failures", id)).take();
    if (isErr(before)) return before;
    const failures = before?.count ?? 0;
    const subject = `user:${id}`;
    const details = {
      name,
      address,
      ...(failures === 0 ? {} : { failures: `failures before: ${failures}` }),
    };
    const told = (await audit.append({ kind: "login.succeeded", by: subject, subject, details }))
      .take();
    if (isErr(told)) return told;
    const cleared = (await limits.succeeded(name, address)).take();
    if (isErr(cleared)) return cleared;
    return (await attempts.change("failures", id, forgiven)).map(() => user);
  }

  /** Tells of the first failure of a burst, of the tenth, of the hundredth. */
  async #failed(
    user: UserRecord | undefined,
    address: string,
  ): Promise<Result<never, SignInRefusal | AuthorityError>> {
    const counted = (await this.#parts.attempts.change("failures", user?.id ?? NOBODY, oneMore))
      .take();
    if (isErr(counted)) return counted;
    const failures = counted?.count ?? 0;
    if (!Number.isInteger(Math.log10(failures))) return err(WRONG);
    const told = (await this.#parts.audit.append({
      kind: "login.failed",
      by: address,
      subject: user === undefined ? NOBODY : `user:${user.id}`,
      details: {
        address,
        failures: `failure ${failures}`,
        ...(user === undefined ? {} : { name: user.name }),
      },
    })).take();
    return isErr(told) ? told : err(WRONG);
  }
}

const WRONG: SignInRefusal = {
  code: "wrong",
  message: "there is no such user, or the password is another one",
  hint: "check both; whoever runs Trellis here can give you a link to choose a new password",
};

const BUSY: SignInRefusal = {
  code: "busy",
  message: "too many people are logging in at this moment",
  hint: "try again in a few seconds",
};

function mustWait(waitMs: number): SignInRefusal {
  const seconds = Math.ceil(waitMs / 1000);
  return {
    code: "wait",
    message: "there were too many attempts to log in",
    hint: seconds < 120
      ? `try again in ${seconds} seconds`
      : `try again in ${Math.ceil(seconds / 60)} minutes`,
    waitMs,
  };
}
