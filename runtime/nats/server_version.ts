/** The oldest nats-server that has what Trellis needs (stream metadata, several filters, callout). */
export const MIN_SERVER_VERSION = "2.10.0";

/**
 * The oldest nats-server that keeps apart the sessions of a secured server. An older one takes any
 * message for an order, so that an acknowledgement led to its management empties a foreign stream.
 */
export const MIN_SECURED_VERSION = "2.12.0";

/** A version in parts; a pre-release sorts before its release. */
export interface ServerVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** What follows the hyphen, as `RC.1`; empty for a release. */
  readonly preRelease: string;
}

const VERSION = /^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

/** Reads `2.14.0`, `v2.14.0` or `2.15.0-RC.1`; undefined for anything else. Build data is ignored. */
export function parseVersion(text: string): ServerVersion | undefined {
  const match = VERSION.exec(text.trim());
  if (match === null) return undefined;
  const [, major, minor, patch, preRelease = ""] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), preRelease };
}

/** Negative when `a` is older than `b`, zero when they are equal, positive when it is newer. */
export function compareVersions(a: ServerVersion, b: ServerVersion): number {
  return compareReleases(a, b) || comparePreReleases(a.preRelease, b.preRelease);
}

function compareReleases(a: ServerVersion, b: ServerVersion): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

function comparePreReleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "" || b === "") return a === "" ? 1 : -1;
  const left = a.split(".");
  const right = b.split(".");
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareIdentifiers(left[i], right[i]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers by value and before words, words by code unit, a missing part first (semver 11.4). */
function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const numeric = /^\d+$/;
  const aIsNumber = numeric.test(a);
  const bIsNumber = numeric.test(b);
  if (aIsNumber && bIsNumber) return Number(a) - Number(b);
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  return a < b ? -1 : 1;
}

/** True when Trellis works with a server of this version; false also for text that is no version. */
export function isSupported(version: string): boolean {
  const parsed = parseVersion(version);
  const oldest = parseVersion(MIN_SERVER_VERSION);
  if (parsed === undefined || oldest === undefined) return false;
  const order = compareReleases(parsed, oldest);
  // Pages load this: which of two pre-releases is older is for those who ask for it.
  return order > 0 || (order === 0 && parsed.preRelease === "");
}

/** True for a version that is not older than another; false also for text that is no version. */
export function isAtLeast(version: string, oldest: string): boolean {
  const parsed = parseVersion(version);
  const wanted = parseVersion(oldest);
  return parsed !== undefined && wanted !== undefined && compareVersions(parsed, wanted) >= 0;
}

/**
 * One line that says to upgrade when security fixes are missing from this version, undefined when
 * it has them (or is no version). For people who run a server in production; on a developer's
 * loopback it is noise.
 */
export function securityAdvice(version: string): string | undefined {
  const parsed = parseVersion(version);
  if (parsed === undefined) return undefined;
  const onOldLine = parsed.major < 2 || (parsed.major === 2 && parsed.minor <= 12);
  const fixedIn = onOldLine ? "2.12.12" : "2.14.3";
  if (isAtLeast(version, fixedIn)) return undefined;
  return `nats-server ${version} lacks security fixes: upgrade to ${fixedIn} or later.`;
}
