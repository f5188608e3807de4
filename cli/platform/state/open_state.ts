import { principalText } from "../../../contracts/identity/principal_text.ts";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import { err, ok, type Result } from "../../../contracts/result.ts";
import type { AuditLog } from "../../../reconcile/audit/audit_log.ts";
import type { Authority } from "../../../reconcile/authority/authority.ts";
import { inboxPrefix } from "../../../runtime/nats/connection.ts";
import type { ServedPlatform } from "../../../runtime/platform/serve_contract.ts";
import { NatsStateStore } from "../../../runtime/platform/state/nats/nats_state_store.ts";
import { type AdminChange, serveState } from "../../../runtime/platform/state/serve_state.ts";
import type { NatsMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { openingFailure } from "./opening_failure.ts";
import { type DeclaredState, StateContracts } from "./state_contracts.ts";
import { claimedHolders, type KnownSessions, sessionHolders } from "./state_holders.ts";

/** What keeping state for others takes. */
export interface StateParts {
  /** The platform's own connection, which may do everything with the data. */
  readonly messaging: NatsMessaging;
  readonly authority: Pick<Authority, "list">;
  readonly declared: DeclaredState;
  /** Who callers are and who is told of what admins do; missing on a server that checks nobody. */
  readonly secured?: KnownSessions & { readonly audit: Pick<AuditLog, "append"> };
}

/** Opens the bucket of State, and serves what is in it. */
export async function openState(
  parts: StateParts,
): Promise<Result<ServedPlatform, TransportError>> {
  try {
    return ok(serveStateFrom(await openStateStore(parts.messaging), parts));
  } catch (cause) {
    return err(openingFailure("the bucket of State cannot be opened", cause));
  }
}

/** Opens the bucket of State. Rejects when NATS does not do its part. */
export function openStateStore({ line, session }: NatsMessaging): Promise<NatsStateStore> {
  return NatsStateStore.open({ line, inboxPrefix: inboxPrefix(session) });
}

/** Serves what is in the bucket of State. */
export function serveStateFrom(
  store: NatsStateStore,
  { messaging, authority, declared, secured }: StateParts,
): ServedPlatform {
  const contracts = new StateContracts(declared);
  return serveState(messaging, {
    store,
    holderOf: secured ? sessionHolders(secured, contracts) : claimedHolders(authority, contracts),
    acceptedContract: (id) => contracts.accepted(id),
    noteChange: async (change) => {
      // Every process that keeps state carries it out, and one of them tells it.
      const told = await secured?.audit.append(auditEvent(change), change.operation);
      told?.orThrow();
    },
  });
}

function auditEvent({ action, by, holder, store, key, requestId }: AdminChange) {
  const { principal } = by;
  return {
    kind: action === "put" ? "state.written" : "state.deleted",
    by: principal.kind === "anonymous" ? by.session : principalText(principal),
    subject: principalText(holder.principal),
    details: {
      contract: holder.contract.id,
      store,
      ...(key === undefined ? {} : { key }),
      request: requestId,
    },
  } as const;
}
