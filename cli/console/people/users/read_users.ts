import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import type { AuthorityError } from "../../../../reconcile/records/authority_error.ts";
import type { UserRecord } from "../../../../reconcile/users/user_record.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { Visitor } from "../../visitor.ts";
import { visitorUsers } from "../parts/visitor_parts.ts";
import { openOnes, readSessions, sessionsOfPerson } from "../sessions/read_sessions.ts";

/** A user as they are listed. */
export interface UserRow {
  readonly user: UserRecord;
  /** Sessions that may come in. */
  readonly open: number;
  /** Those that are connected at this moment. */
  readonly live: number;
}

/** Users that were looked for. */
export interface FoundUsers {
  readonly rows: readonly UserRow[];
  /** How many there are in all. */
  readonly all: number;
  /** What cannot be read of others. */
  readonly problems: readonly AuthorityError[];
}

/** Finds users by a part of their name, of what is shown for them, or of their id; all by nothing. */
export async function readUsers(
  visitor: Visitor,
  query: string,
): Promise<Result<FoundUsers, ExplainedError>> {
  const opened = (await visitorUsers(visitor)).take();
  if (isErr(opened)) return opened;
  const loaded = (await opened.users.store.loadAll()).take();
  if (isErr(loaded)) return loaded;
  const listed = (await readSessions(visitor, { connections: true })).take();
  if (isErr(listed)) return listed;
  const open = openOnes(listed.sessions);
  const { found, problems } = loaded;
  const rows = found.filter((user) => isMeant(user, query)).map((user) => {
    const { own } = sessionsOfPerson(user.id, open);
    return { user, open: own.length, live: own.filter(({ state }) => state === "live").length };
  });
  return ok({ rows, all: found.length, problems });
}

function isMeant({ name, display = "", id }: UserRecord, query: string): boolean {
  const wanted = query.trim().toLowerCase();
  return [name, display.toLowerCase(), id].some((text) => text.includes(wanted));
}
