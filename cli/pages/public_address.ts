import { err, ok, type Result } from "../../contracts/result.ts";

/**
 * The address under which people reach the portal through a proxy that brings TLS. The error is to be read
 * behind the name of its place: `must …`.
 */
export function readPublicUrl(text: string): Result<string, string> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url?.protocol === "https:" && [url.origin, `${url.origin}/`].includes(text);
  return isOrigin ? ok(url.origin) : err("must be an address as https://trellis.example.org");
}

/**
 * Where a request comes from: through a proxy it is what the proxy has added last, because what stands
 * before may be made up.
 */
export function addressBehindProxy(forwardedFor: string | null, proxy: string): string {
  return forwardedFor?.split(",").at(-1)?.trim() || proxy;
}
