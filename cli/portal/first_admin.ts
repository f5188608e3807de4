import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { AuthorityError } from "../../reconcile/records/authority_error.ts";
import type { NewUser } from "../../reconcile/users/new_user.ts";
import type { PassingRecords } from "../../reconcile/users/passing_records.ts";
import type { UserRecord } from "../../reconcile/users/user_record.ts";
import type { Users } from "../../reconcile/users/users.ts";
import { isSameSecret } from "../pages/same_secret.ts";
import type { PortalSecret } from "./portal_secret.ts";

/** The link is valid this long. */
const LINK_MS = 24 * 3_600_000;
/** In whose name the first admin is added: whoever has started Trellis has the link. */
const BY = "admin:local";

/** Whoever becomes the first admin at this moment. */
const CLAIM = "first-admin";

/** What the link is made with. */
export interface FirstAdminParts {
  readonly users: Pick<Users, "add" | "list">;
  readonly records: PassingRecords;
  readonly secret: PortalSecret;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The link that makes the first admin. It is good at each portal of one Trellis, also after that was started
 * again, and for nothing as soon as there is an admin.
 */
export class FirstAdmin {
  readonly #parts: FirstAdminParts;
  readonly #token: string;

  /** @param parts the same secret in each process */
  constructor(parts: FirstAdminParts) {
    this.#parts = parts;
    const until = (parts.now() + LINK_MS).toString(36);
    this.#token = `${until}.${parts.secret.token("first-admin", until)}`;
  }

  /** The token of the link; undefined when there is one already. */
  async token(): Promise<Result<string | undefined, AuthorityError>> {
    return (await this.#hasAdmin()).map((hasAdmin) => hasAdmin ? undefined : this.#token);
  }

  /** Whether somebody may still become the first admin with a token. Errors: `link_refused`. */
  async check(token: string): Promise<Result<void, AuthorityError>> {
    const { secret, now } = this.#parts;
    const [until = "", proof] = token.split(".");
    const isRight = isSameSecret(proof, secret.token("first-admin", until));
    if (!isRight || now() >= parseInt(until, 36)) {
      return err(refused("this link is unknown, or old", "start Trellis again for a new one"));
    }
    return (await this.#hasAdmin())
      .andThen((hasAdmin) =>
        hasAdmin
          ? err(refused("there is an admin already", "log in, or ask an admin to add you"))
          : ok()
      );
  }

  /** Others may be there already: a provider may bring them in before anybody runs this. */
  async #hasAdmin(): Promise<Result<boolean, AuthorityError>> {
    return (await this.#parts.users.list()).map((users) =>
      users.some(({ admin }) => admin === true)
    );
  }

  /**
   * Adds the first admin. Of two who have the link at once one becomes it, wherever they ask. Errors:
   * `link_refused`, and those of adding a user.
   */
  async add(
    token: string,
    asked: Pick<NewUser, "name" | "password">,
  ): Promise<Result<UserRecord, AuthorityError>> {
    const { records, users } = this.#parts;
    const claimed = (await records.write(CLAIM, "", undefined)).take();
    if (isErr(claimed)) return claimed;
    if (claimed !== "written") {
      return err(
        refused("somebody becomes the first admin at this moment", "try again in a minute"),
      );
    }
    try {
      const checked = (await this.check(token)).take();
      return isErr(checked) ? checked : await users.add({ ...asked, admin: true }, BY);
    } finally {
      await records.remove(CLAIM);
    }
  }
}

function refused(message: string, hint: string): AuthorityError {
  return new AuthorityError("link_refused", message, hint);
}
