import { encodeUserJwt } from "../../../contracts/identity/user_jwt.ts";
import type { KeyMaterial } from "./key_material.ts";
import { ACCOUNT } from "./server_config.ts";

/**
 * The credentials of the first admin in the form that NATS' own tools read, as
 * `nats --creds admin.creds`. The token says which key is meant and the seed proves it; what the admin may
 * do is decided when they connect. Equal for equal keys.
 */
export function adminCreds({ admin, issuer, createdAt }: KeyMaterial): string {
  const jwt = encodeUserJwt({
    subject: admin.publicKey,
    name: "admin",
    account: ACCOUNT.trellis,
    issuedAt: createdAt,
  }, issuer);
  return `-----BEGIN NATS USER JWT-----
${jwt}
------END NATS USER JWT------

Whoever has this file is an admin of this deployment: give it to nobody.

-----BEGIN USER NKEY SEED-----
${admin.seed}
------END USER NKEY SEED------
`;
}
