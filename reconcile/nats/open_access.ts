import type { NatsConnection } from "@nats-io/nats-core";
import type { Result } from "../../contracts/result.ts";
import { Access } from "../access/access.ts";
import type { Authority } from "../authority/authority.ts";
import type { AuthorityError } from "../records/authority_error.ts";
import type { Signer } from "../records/chain.ts";
import { NatsHoldingStore } from "./access/nats_holding_store.ts";

/**
 * Who holds what, as it is on a NATS server. Makes the bucket where it is not there. The connection must be
 * allowed to.
 *
 * @param signer signs what is changed; missing where nobody has a key
 */
export async function openAccess(
  connection: NatsConnection,
  authority: Pick<Authority, "list">,
  signer?: Signer,
): Promise<Result<Access, AuthorityError>> {
  return (await NatsHoldingStore.open(connection)).map((store) =>
    new Access(store, authority, signer)
  );
}
