import { type Link, linkHash, type Place } from "../records/chain.ts";
import { signatureState, type TrustedKeys } from "../records/trusted_keys.ts";
import type { ChainReport, Find, FindingCode } from "./verify_report.ts";

/** What a chain is checked against. */
export interface ChainRules<T> {
  /** The name of the chain, which its signatures hold. */
  readonly chain: string;
  /** What a link is called, as `decision`. */
  readonly noun: string;
  /** The finding for a link that is not as it was made. */
  readonly changed: FindingCode;
  /** Whose signatures count; undefined where nobody's key is known. */
  readonly trusted: TrustedKeys | undefined;
  /** Hash of the last link that is older than signatures are. */
  readonly unsignedThrough: string | undefined;
  /** When a link says it was made. */
  readonly at: (link: T) => string;
  /** Is told of each link that somebody has signed who is trusted. */
  readonly proven?: (link: T) => void;
}

/**
 * Checks that each link is as it was made, follows the one before it, and is signed.
 *
 * @param first place of the first link that is there, where older ones were not kept, or are no links
 */
export function verifyChain<T extends Partial<Link>>(
  links: readonly T[],
  rules: ChainRules<T>,
  find: Find,
  first: Partial<Place> = { seq: 1, previous: "" },
): Pick<ChainReport, "hashes" | "signedFrom"> {
  const { chain, noun, changed, trusted, unsignedThrough } = rules;
  const older = unsignedThrough === undefined
    ? -1
    : links.findIndex(({ hash }) => hash === unsignedThrough);
  let signedFrom: number | undefined;
  let unsigned: number[] = [];
  const tellUnsigned = () => {
    const [from, to] = [unsigned.at(0), unsigned.at(-1)];
    unsigned = [];
    if (from === undefined || to === undefined) return;
    const where = from === to ? `${noun} ${from}` : `${noun} ${from} to ${to}`;
    find("signature.missing", where, "nobody has signed it: anybody may have written it");
  };
  for (const [index, link] of links.entries()) {
    const seq = (first.seq ?? 1) + index;
    const where = `${noun} ${seq}`;
    const { hash } = link;
    if (hash === undefined) {
      find("chain.broken", where, "it is not part of the chain: anybody may have written it");
      continue;
    }
    if (link.seq !== seq) find("chain.broken", where, `it says of itself that it is ${link.seq}`);
    const previous = index === 0 ? first.previous : links[index - 1]?.hash;
    if (link.previous !== previous && (index > 0 || previous !== undefined)) {
      find("chain.broken", where, `it does not follow the ${noun} before it`);
    }
    if (hash !== linkHash(link)) find(changed, where, "it was changed after it was made");
    const state = signatureState(link, chain, hash, trusted, rules.at(link));
    if (state === "missing") {
      const mayBe = trusted === undefined ? signedFrom === undefined : index <= older;
      if (!mayBe) unsigned.push(seq);
      signedFrom = undefined;
      continue;
    }
    tellUnsigned();
    signedFrom ??= seq;
    if (state === "foreign") find("signature.foreign", where, foreign(link, trusted));
    else if (state === "wrong") find("signature.wrong", where, `${link.signedBy} did not sign it`);
    else rules.proven?.(link);
  }
  tellUnsigned();
  return { hashes: links.flatMap(({ hash }) => hash ?? []), signedFrom };
}

function foreign({ signedBy = "" }: Partial<Link>, trusted: TrustedKeys | undefined): string {
  const { name, until } = trusted?.get(signedBy) ?? {};
  return name === undefined
    ? `${signedBy} has signed it, a key that nobody vouches for`
    : `the key of ${name} has signed it, which was revoked at ${until}`;
}
