import { principalText } from "../../../contracts/identity/principal_text.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { AuthorityError } from "../../../reconcile/records/authority_error.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import { isSecured } from "../../../runtime/nats/connection.ts";
import { NatsSessionStore } from "../../../runtime/platform/nats/nats_session_store.ts";
import type { ByKey, Needs } from "../../../reconcile/needs/need_types.ts";
import { servedRpcs } from "../../calls/served_rpc.ts";
import { servedSurfaces } from "../../calls/served_surface.ts";
import { PLATFORM_NEEDS } from "../../platform/accepted_contracts.ts";
import { userNames } from "../../program/named_users.ts";
import type { Visitor } from "../visitor.ts";
import type { ExplorerGroup } from "./explorer_page.tsx";
import type { Candidates } from "./rpc_page.tsx";

/** Principals that are offered; others can be typed. */
const MOST_PRINCIPALS = 200;
/** Sessions that are read to offer devices and agents, on each page of an RPC. */
const MOST_SESSIONS = 256;

/** What is accepted of everything that serves RPCs. */
export async function readGroups(
  { authority }: Pick<Visitor, "authority">,
): Promise<Result<readonly ExplorerGroup[], AuthorityError>> {
  return (await authority.list()).map(groupsOf);
}

/** What can be called, followed, sent to and fetched from, by what serves it; that of Trellis itself last. */
export function groupsOf(records: readonly AuthorityRecord[]): readonly ExplorerGroup[] {
  const deployed = records.flatMap(({ deployment, desired }): readonly ExplorerGroup[] => {
    if (desired === undefined) return [];
    const { needs } = desired;
    const group = groupOf(deployment, { [needs.contract]: needs });
    const isEmpty = [group.rpcs, group.feeds, group.files].every(({ length }) => length === 0);
    return isEmpty ? [] : [{ ...group, deployment }];
  });
  return [...deployed, groupOf("Trellis itself", PLATFORM_NEEDS)];
}

function groupOf(title: string, accepted: ByKey<Needs>): ExplorerGroup {
  return {
    title,
    rpcs: servedRpcs(accepted),
    feeds: servedSurfaces("feeds", accepted),
    files: [...servedSurfaces("operations", accepted), ...servedSurfaces("rpc", accepted)]
      .filter(({ surface }) => surface.transfer !== undefined),
  };
}

/** As whom a call can be made; undefined where everybody is let in and nobody is checked. */
export async function readCandidates(
  { messaging: { connection } }: Pick<Visitor, "messaging">,
  records: readonly AuthorityRecord[],
): Promise<Result<Candidates | undefined, AuthorityError>> {
  if (!isSecured(connection)) return ok(undefined);
  const [names, sessions] = await Promise.all([
    userNames(connection),
    NatsSessionStore.open(connection).then((store) => store.list(MOST_SESSIONS)),
  ]);
  const users = names.take();
  if (isErr(users)) return users;
  const others = sessions.filter(({ principal: { kind }, revokedAt }) =>
    (kind === "device" || kind === "agent") && revokedAt === undefined
  ).map(({ principal }) => principalText(principal));
  const needs = records.flatMap(({ desired }) => desired === undefined ? [] : [desired.needs]);
  const services = records.filter(({ desired }) => desired?.needs.kind === "service")
    .map(({ deployment }) => `service:${deployment}`);
  const people = [...users.values()].map((name) => `user:${name}`);
  const principals = [...new Set([...people.sort(), ...others.sort(), ...services.sort()])];
  return ok({
    principals: principals.slice(0, MOST_PRINCIPALS),
    contracts: needs.filter(({ kind }) => kind !== "service").map(({ contract }) => contract)
      .sort(),
  });
}
