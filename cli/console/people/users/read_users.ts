import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import type { PageResponse } from "../../../../contracts/schema/page.ts";
import type { AuthorityError } from "../../../../reconcile/records/authority_error.ts";
import type { UserRecord } from "../../../../reconcile/users/user_record.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import type { Visitor } from "../../visitor.ts";
import { visitorUsers } from "../parts/visitor_parts.ts";
import { partOf } from "../parts/part_of.ts";
import { openOnes, readSessions, whoIsThere } from "../sessions/read_sessions.ts";

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
  readonly part: PageResponse<UserRow>;
  /** How many there are in all. */
  readonly all: number;
  /** Why it is not known of each whether they are connected; undefined where it is. */
  readonly gap: string | undefined;
  /** What cannot be read of others. */
  readonly problems: readonly AuthorityError[];
}

/** Finds users by a part of their name, of what is shown for them, or of their id; all by nothing. */
export async function readUsers(
  visitor: Visitor,
  query: string,
  offset: number,
): Promise<Result<FoundUsers, ExplainedError>> {
  const opened = (await visitorUsers(visitor)).take();
  if (isErr(opened)) return opened;
  const loaded = (await opened.users.store.loadAll()).take();
  if (isErr(loaded)) return loaded;
  const { found, problems } = loaded;
  const part = partOf(found.filter((user) => isMeant(user, query)), offset);
  const shown = new Set(part.entries.map(({ id }) => id));
  const listed = (await readSessions(
    visitor,
    ({ principal: { kind, id } }) => (kind === "user" || kind === "admin") && shown.has(id),
  )).take();
  if (isErr(listed)) return listed;
  const seen = await whoIsThere(openOnes(listed), visitor);
  const byPerson = Map.groupBy(seen.sessions, ({ record }) => record.principal.id);
  const entries = part.entries.map((user) => {
    const own = byPerson.get(user.id) ?? [];
    return { user, open: own.length, live: own.filter(({ state }) => state === "live").length };
  });
  return ok({ part: { ...part, entries }, all: found.length, problems, gap: seen.gap });
}

function isMeant({ name, display = "", id }: UserRecord, query: string): boolean {
  const wanted = query.trim().toLowerCase();
  return [name, display.toLowerCase(), id].some((text) => text.includes(wanted));
}
