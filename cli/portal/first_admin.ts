import { randomBytes, timingSafeEqual } from "node:crypto";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { AuthorityError } from "../../reconcile/records/authority_error.ts";
import type { NewUser } from "../../reconcile/users/new_user.ts";
import type { UserRecord } from "../../reconcile/users/user_record.ts";
import type { Users } from "../../reconcile/users/users.ts";

/** The link is valid this long. */
const LINK_MS = 24 * 3_600_000;
/** In whose name the first admin is added: whoever has started Trellis has the link. */
const BY = "admin:local";

/**
 * The link that makes the first admin. Only this process knows it, and it is good for nothing as soon as
 * there is an admin.
 */
export class FirstAdmin {
  readonly #users: Pick<Users, "add" | "list">;
  readonly #now: () => number;
  readonly #until: number;
  readonly #token = randomBytes(24).toString("base64url");
  /** Two who have the link at once must not both become it. */
  #adding: Promise<unknown> = Promise.resolve();

  /** @param now milliseconds since 1970 */
  constructor(users: Pick<Users, "add" | "list">, now: () => number) {
    this.#users = users;
    this.#now = now;
    this.#until = now() + LINK_MS;
  }

  /** The token of the link; undefined when there is one already. */
  async token(): Promise<Result<string | undefined, AuthorityError>> {
    return (await this.#hasAdmin()).map((hasAdmin) => hasAdmin ? undefined : this.#token);
  }

  /** Whether somebody may still become the first admin with a token. Errors: `link_refused`. */
  async check(token: string): Promise<Result<void, AuthorityError>> {
    const given = new TextEncoder().encode(token);
    const right = new TextEncoder().encode(this.#token);
    const isRight = given.length === right.length && timingSafeEqual(given, right);
    if (!isRight || this.#now() >= this.#until) return err(refused("this link is unknown, or old"));
    return (await this.#hasAdmin())
      .andThen((hasAdmin) => hasAdmin ? err(refused("there is an admin already")) : ok());
  }

  /** Others may be there already: a provider may bring them in before anybody runs this. */
  async #hasAdmin(): Promise<Result<boolean, AuthorityError>> {
    return (await this.#users.list()).map((users) => users.some(({ admin }) => admin === true));
  }

  /** Adds the first admin. Errors: `link_refused`, and those of adding a user. */
  add(
    token: string,
    asked: Pick<NewUser, "name" | "password">,
  ): Promise<Result<UserRecord, AuthorityError>> {
    const added = this.#adding.then(async () => {
      const checked = (await this.check(token)).take();
      return isErr(checked) ? checked : await this.#users.add({ ...asked, admin: true }, BY);
    });
    this.#adding = added.catch(() => {});
    return added;
  }
}

function refused(message: string): AuthorityError {
  return new AuthorityError("link_refused", message, "start Trellis again for a new one");
}
