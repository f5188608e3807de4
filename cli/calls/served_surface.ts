import { isSurfaceName, surfaceSubject } from "../../contracts/manifest/names.ts";
import { sdk as core } from "../../contracts/platform/core_sdk.ts";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { ByKey, Needs, SurfaceNeed } from "../../reconcile/needs/need_types.ts";
import { closest } from "../command_line/did_you_mean.ts";
import { PLATFORM_NEEDS } from "../platform/accepted_contracts.ts";
import type { ExplainedError } from "../program/command_context.ts";

/** What callers reach by a command of its own. */
export type CalledSection = "rpc" | "operations" | "feeds";

/** A surface that is accepted, and of which contract. */
export interface ServedSurface {
  readonly contract: string;
  readonly subject: string;
  readonly surface: SurfaceNeed;
}

/** How each kind is named, and reached. */
const KINDS = {
  rpc: {
    noun: "RPC",
    article: "an",
    verb: "called",
    notFound: "rpc_not_found",
    hint: "call it",
    command: ["call"],
  },
  operations: {
    noun: "operation",
    article: "an",
    verb: "started",
    notFound: "operation_not_found",
    hint: "start it, and follow it to its end",
    command: ["operations", "start", "--watch"],
  },
  feeds: {
    noun: "feed",
    article: "a",
    verb: "followed",
    notFound: "feed_not_found",
    hint: "follow it",
    command: ["feed"],
  },
} as const;

/** The surfaces of a section of what is accepted, by contract and name. */
export function servedSurfaces(
  section: CalledSection,
  accepted: ByKey<Needs>,
): readonly ServedSurface[] {
  return Object.values(accepted).flatMap(({ contract, surfaces }) =>
    Object.entries(surfaces)
      .filter(([, { kind }]) => kind === section)
      .map(([subject, surface]) => ({ contract, subject, surface }))
  ).sort((a, b) =>
    a.contract.localeCompare(b.contract) || a.surface.name.localeCompare(b.surface.name)
  );
}

/**
 * The surface of a name. Errors: `rpc_not_found` and the like, with the one that may be meant.
 *
 * @param accepted undefined where it cannot be read: then the deployment alone checks what it gets
 */
export function findSurface(
  section: CalledSection,
  name: string,
  accepted: ByKey<Needs> | undefined,
): Result<ServedSurface, ExplainedError> {
  const served = servedSurfaces(section, accepted ?? PLATFORM_NEEDS);
  const found = served.find(({ surface }) => surface.name === name);
  if (found !== undefined) return ok(found);
  if (accepted === undefined && isSurfaceName(name)) return ok(unread(section, name));
  const { noun, verb, notFound: code } = KINDS[section];
  const other = otherKind(name, accepted ?? PLATFORM_NEEDS);
  if (other !== undefined) {
    const { article, noun, verb: itsVerb, hint, command } = other;
    const message = `${name} is ${article} ${noun}, which is ${itsVerb} and not ${verb}`;
    return err({ code, message, hint, command: [...command, name] });
  }
  const names = served.map(({ surface }) => surface.name);
  const meant = closest(name, names);
  const there = names.length === 0 ? undefined : `there are: ${names.join(", ")}`;
  const hint = meant === undefined ? there : `did you mean ${meant}?`;
  return err({ code, message: `no deployment serves the ${noun} ${name}`, hint });
}

function otherKind(name: string, accepted: ByKey<Needs>) {
  const surfaces = Object.values(accepted).flatMap(({ surfaces }) => Object.values(surfaces));
  const kinds = surfaces.filter((surface) => surface.name === name).map(({ kind }) => kind);
  return Object.entries(KINDS).find(([kind]) => kinds.includes(kind))?.[1];
}

function unread(section: CalledSection, name: string): ServedSurface {
  const surface = { kind: section, name, schemas: {}, errors: [], capabilities: {} };
  return { contract: core.id, subject: surfaceSubject(section, "v1", name), surface };
}
