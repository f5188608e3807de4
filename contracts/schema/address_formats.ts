/** A part of a host's name (RFC 1123, section 2.1): letters, digits, and hyphens between them. */
const LABEL = "[a-z0-9]+(?:-+[a-z0-9]+)*";
const WHOLE_LABEL = new RegExp(`^${LABEL}$`, "i");

/** A name of RFC 1123, with the lengths of RFC 1035, section 2.3.4; a dot may end it. */
export function isHostname(text: string): boolean {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  return name.length <= 253 &&
    name.split(".").every((label) => label.length <= 63 && WHOLE_LABEL.test(label));
}

const ATOM = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+";
const EMAIL = new RegExp(`^${ATOM}(?:\\.${ATOM})*@(?:${LABEL}\\.)+${LABEL}$`, "i");

/** `Dot-string "@" Domain` of RFC 5321, section 4.1.2, where the domain has two labels at least. */
export function isEmail(text: string): boolean {
  return EMAIL.test(text);
}

/** `dec-octet` of RFC 3986, section 3.2.2, but for its bound. */
const OCTET = /^(?:0|[1-9]\d{0,2})$/;
/** An octet of an address in a URI: zeros may lead it. The RFC has none, stored values may. */
const URI_OCTET = /^\d{1,3}$/;
/** `h16` of RFC 3986. */
const GROUP = /^[0-9a-f]{1,4}$/i;

/** `IPv4address` of RFC 3986: four octets. */
export function isIpv4(text: string, octet = OCTET): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => octet.test(part) && Number(part) <= 255);
}

/**
 * An address of RFC 4291, section 2.2: eight groups, of which the last two may be an IPv4 address. Two
 * colons stand for what is left out, once, and for one group at least.
 */
export function isIpv6(text: string, octet = OCTET): boolean {
  const [before = "", after, ...more] = text.split("::");
  if (after === undefined) return countGroups(before, octet) === 8;
  return more.length === 0 && countGroups(before) + countGroups(after, octet) <= 7;
}

/** How many groups there are, or NaN; with a pattern for octets, an IPv4 address may be the last two. */
function countGroups(text: string, octet?: RegExp): number {
  if (text === "") return 0;
  const groups = text.split(":");
  const last = groups.at(-1) ?? "";
  const hasIpv4 = octet !== undefined && isIpv4(last, octet);
  const hexadecimal = hasIpv4 ? groups.slice(0, -1) : groups;
  return hexadecimal.every((group) => GROUP.test(group)) ? groups.length + (hasIpv4 ? 1 : 0) : NaN;
}

const PERCENT = "%[0-9a-f]{2}";
const SUB_DELIMS = "!$&'()*+,;=";
const charOf = (more: string) => `(?:[a-z0-9\\-._~${SUB_DELIMS}${more}]|${PERCENT})`;

/**
 * The grammar of RFC 3986, appendix A. Its first group is an IPv6 address.
 *
 * It takes more than the RFC does, as stored values may have it: an authority behind a single slash,
 * and in references a colon in the first segment and quotes. It takes less in a URI that is a scheme
 * alone: something other than a query has to follow.
 */
function uriPattern({ isReference }: { readonly isReference: boolean }): RegExp {
  const quote = isReference ? '"' : "";
  const pathChar = charOf(`:@${quote}`);
  const moreOfPath = charOf(`:@/${quote}`);
  const queryChar = charOf(`:@/?${quote}`);
  const scheme = "(?:[a-z][a-z0-9+\\-.]*:)";
  const literal = `\\[(?:([0-9a-f:.]+)|v[0-9a-f]+\\.[a-z0-9\\-._~${SUB_DELIMS}:]+)\\]`;
  const host = `(?:${literal}|${charOf(quote)}*)`;
  const authority = `(?:${charOf(":")}*@)?${host}(?::\\d*)?`;
  const hierarchy = `(?:/?/${authority}(?:/${moreOfPath}*)?|/?${pathChar}${moreOfPath}*)`;
  const optional = isReference ? "?" : "";
  return new RegExp(
    `^${scheme}${optional}${hierarchy}${optional}(?:\\?${queryChar}*)?(?:#${queryChar}*)?$`,
    "i",
  );
}

const URI = uriPattern({ isReference: false });
const REFERENCE = uriPattern({ isReference: true });

/** `URI` of RFC 3986. */
export function isUri(text: string): boolean {
  return fitsUri(URI, text);
}

/** `URI-reference` of RFC 3986. */
export function isUriReference(text: string): boolean {
  return fitsUri(REFERENCE, text);
}

function fitsUri(pattern: RegExp, text: string): boolean {
  const parts = pattern.exec(text);
  return parts !== null && (parts[1] === undefined || isIpv6(parts[1], URI_OCTET));
}

const VARIABLE = `(?:[a-z0-9_]|${PERCENT})+(?::[1-9]\\d{0,3}|\\*)?`;
const EXPRESSION = `\\{[+#./;?&=,!@|]?${VARIABLE}(?:,${VARIABLE})*\\}`;
const TEMPLATE = new RegExp(
  `^(?:[^\\0-\\x20"'<>%\\\\^\`{|}]|${PERCENT}|${EXPRESSION})*$`,
  "i",
);

/** `URI-Template` of RFC 6570, section 2, but that names of variables have no dots. */
export function isUriTemplate(text: string): boolean {
  return TEMPLATE.test(text);
}

const SCHEME = /^(?:https?|ftp):\/\//iu;
const WORD = "[a-z0-9\\u00a1-\\uffff]+";
/** A host with a port, up to a slash or the end; its first group is an IPv4 address. */
const HOST = new RegExp(
  `(?:(\\d+(?:\\.\\d+){3})|(?:${WORD}(?:-${WORD})*\\.)+[a-z\\u00a1-\\uffff]{2,})(?::\\d{2,5})?(?=/|$)`,
  "iuy",
);

/**
 * A URL of the public web. No standard defines it: it is http, https or ftp, perhaps a user, then an
 * IPv4 address that anybody can reach or a name with a domain, and perhaps a port and a path.
 *
 * Anything but white space may stand before an `@`, also a slash and another `@`: each may be the one
 * before the host. A host ends at the next, so all of them together are read once.
 */
export function isUrl(text: string): boolean {
  const start = SCHEME.exec(text)?.[0].length;
  if (start === undefined) return false;
  const words = text.split(/\s/);
  const endOfUser = words[0]?.length ?? 0;
  const startOfPath = text.length - (words.at(-1)?.length ?? 0);
  for (let from = start;;) {
    HOST.lastIndex = from;
    const host = HOST.exec(text);
    const fits = host !== null && (host[1] === undefined || isPublicIpv4(host[1]));
    if (fits && from + host[0].length >= startOfPath) return true;
    const sign = text.indexOf("@", Math.max(from, start + 1));
    if (sign < 0 || sign >= endOfUser) return false;
    from = sign + 1;
  }
}

/** The middle octets may have a leading zero before a single digit: stored values may be so. */
function isPublicIpv4(text: string): boolean {
  const octets = text.split(".");
  const [first = 0, second = 0, , last = 0] = octets.map(Number);
  if (!octets.every((part, at) => (at % 3 === 0 ? OCTET : MIDDLE_OCTET).test(part))) return false;
  if (first < 1 || first > 223 || last < 1 || last > 254) return false;
  if (octets.some((part) => Number(part) > 255)) return false;
  const isPrivate = first === 10 || (first === 172 && second >= 16 && second <= 31) ||
    (first === 192 && second === 168);
  return !isPrivate && first !== 127 && !(first === 169 && second === 254);
}

const MIDDLE_OCTET = /^(?:\d{1,2}|[12]\d\d)$/;
