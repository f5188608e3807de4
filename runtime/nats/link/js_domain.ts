import type { ServerInfo } from "@nats-io/nats-core";
import type { Link } from "./link.ts";

/**
 * JetStream domains: a server that is connected to others as a leaf node may have a JetStream of its own, so that
 * whoever means that of another has to say so in each subject. All of Trellis says `$JS.API`; the connection says
 * the rest, and it alone.
 *
 * @module
 */

const domains = new WeakMap<object, string>();
/** The name of the domain in an address, as `nats://leaf:4222?domain=hub`. */
const IN_ADDRESS = /\?domain=([^&,]*)$/;

/** A subject as it is written in a domain; those that are the same in all domains stay. */
export function inDomain(subject: string, domain: string): string {
  if (subject.startsWith("$JS.API.")) return `$JS.${domain}.API.${subject.slice(8)}`;
  // Writes of values as well: leaf nodes keep those of the two sides apart.
  return subject.startsWith("$KV.") ? `$JS.${domain}.API.${subject}` : subject;
}

/** The subject that {@link inDomain} was given. */
export function outOfDomain(subject: string, domain: string): string {
  const prefix = `$JS.${domain}.API.`;
  if (!subject.startsWith(prefix)) return subject;
  const rest = subject.slice(prefix.length);
  return rest.startsWith("$KV.") ? rest : `$JS.API.${rest}`;
}

/** Has all that is sent over a connection reach the JetStream of a domain. Changes the connection. */
export function useDomain<L extends Link>(link: L, domain: string): L {
  const { publish, request } = link;
  link.publish = (subject, ...rest) => publish.call(link, inDomain(subject, domain), ...rest);
  link.request = (subject, ...rest) => request.call(link, inDomain(subject, domain), ...rest);
  domains.set(link, domain);
  return link;
}

/** The domain whose JetStream a connection reaches; undefined: that of its server. */
export function domainOf(link: Link): string | undefined {
  return domains.get(link);
}

/**
 * The name under which those behind leaf nodes reach the JetStream that a connection reaches; undefined where it has
 * none. Whoever is connected to a server of that domain need not say it.
 */
export function domainNameOf(link: Pick<Link, "info">): string | undefined {
  // The library passes all on that the server says; its types leave this out.
  const info: (ServerInfo & { readonly domain?: string }) | undefined = link.info;
  return domains.get(link) ?? info?.domain;
}

/** Whether the JetStream that a connection reaches may be that of a cluster. */
export function mayBeClustered(
  link: { readonly info?: { readonly cluster?: string } | undefined },
): boolean {
  // Of the servers of another domain it is not known.
  return link.info?.cluster !== undefined || domains.has(link);
}

/** Addresses with a domain in each. */
export function withDomain(addresses: string, domain: string): string {
  return addresses.split(",").map((address) => `${splitDomain(address).address}?domain=${domain}`)
    .join(",");
}

/** An address and the domain that it names. */
export function splitDomain(
  address: string,
): { readonly address: string; readonly domain: string | undefined } {
  const domain = IN_ADDRESS.exec(address)?.[1];
  return { address: address.replace(IN_ADDRESS, ""), domain: domain || undefined };
}

/** Whether a name can be that of a domain: one token of a subject. */
export function isDomain(name: string): boolean {
  return /^[^\s.*>?&,]+$/.test(name);
}
