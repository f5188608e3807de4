/**
 * What the holder of a key signs to ask for a login: the challenge that the portal gave, and the address
 * that it was asked at, so that another site cannot pass the signature on.
 *
 * @param origin the portal's, as `http://127.0.0.1:41234`
 */
export function loginProof(origin: string, challenge: string): Uint8Array {
  return new TextEncoder().encode(`trellis.login.v1\0${origin}\0${challenge}`);
}
