/**
 * Checks a manifest from anywhere: an author's contract, another tool, a hostile peer. Everything
 * that is wrong is reported at once; unknown members are ignored.
 *
 * @module
 */
import { canonicalJson, NotCanonicalError } from "../json/canonical_json.ts";
import { isRecord } from "../json/json.ts";
import { firstMisfit, MANIFEST_SCHEMA } from "./manifest_schema.ts";
import { CONTRACT_FORMAT, type ContractManifest } from "./manifest.ts";
import type { Mistake } from "./mistake.ts";
import {
  DEFAULT_STATE_VERSION,
  isAlias,
  isContractId,
  isSurfaceName,
  isVersion,
  surfaceSubject,
} from "./names.ts";
import { err, ok, type Result } from "../result.ts";
import { checkChanges, checkGroup, checkOutbox, checkProjection } from "./consumer_check.ts";
import { checkJob, checkOperation } from "./job_check.ts";
import { checkReferences } from "./reference_check.ts";
import { checkSchema } from "../schema/declared/schema_check.ts";
import { SECTIONS, SURFACE_KINDS } from "./sections.ts";
import { Shape } from "./shape.ts";
import { surfacePath } from "./surface_path.ts";
import { checkFeed, checkTransfer } from "./transfer_check.ts";

const HUNDRED_YEARS_MS = 3_155_760_000_000;
const MAX_INT32 = 2_147_483_647;
/** NATS refuses a shorter maximum age. */
const MIN_TTL_MS = 100;

/** Reads a manifest: the typed data, or every mistake in it. */
export function parseManifest(value: unknown): Result<ContractManifest, readonly Mistake[]> {
  const known = knownMembers(value);
  const root = new Shape(known);
  if (root.object() && isCarriable(root)) {
    checkManifest(root);
    const misfit = root.mistakes.length > 0 ? undefined : firstMisfit(known);
    if (misfit !== undefined) {
      root.at(misfit.path)
        .report("shape", misfit.message, "use the type that a manifest has there");
    }
  }
  return root.mistakes.length > 0 ? err(root.mistakes) : ok(value as ContractManifest);
}

/** Unknown members of the top level are ignored, whatever they hold. */
function knownMembers(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => Object.hasOwn(MANIFEST_SCHEMA.properties, name)),
  );
}

/** Whether the manifest can be written as canonical JSON at all; if not, nothing else is looked at. */
function isCarriable(root: Shape): boolean {
  try {
    canonicalJson(root.value);
    return true;
  } catch (error) {
    if (!(error instanceof NotCanonicalError)) throw error;
    root.at(error.path).report("shape", error.reason, "use JSON values, nested 256 deep at most");
    return false;
  }
}

function checkManifest(root: Shape): void {
  root.member("format").oneOf([CONTRACT_FORMAT], false);
  const id = root.member("id");
  const text = id.text("give the contract an id such as orders-service@v1");
  if (text !== undefined && !isContractId(text)) {
    id.report("name", `"${text.slice(0, 60)}" is not a contract id`, ID_HINT);
  }
  root.member("displayName").text("name the contract in a few words");
  root.member("description").text("describe the contract in one sentence");
  root.member("kind").oneOf(["service", "app", "agent", "device"], false);
  checkDocs(root);
  for (const [, capability] of root.member("capabilities").entries("capability", isCapability)) {
    if (!capability.object()) continue;
    capability.member("displayName").text("name the capability in a few words");
    capability.member("description").text("say what holding it allows");
  }
  for (const [, schema] of root.member("schemas").entries("schema", isSchemaName)) {
    for (const problem of checkSchema(schema.value)) {
      root.at(schema.path + problem.path)
        .report("schema.invalid", problem.message, problem.fix);
    }
  }
  checkSections(root);
  checkSurfaces(root);
  checkEventSubjects(root);
  checkUses(root);
  checkResources(root);
  for (const [, state] of root.member("state").entries("state store", isAlias)) {
    if (!state.object()) continue;
    state.member("kind").oneOf(["value", "map"], false);
    state.member("stateVersion").optionalText("name the version of the persisted shape");
    checkAcceptedVersions(state);
    checkDocs(state);
  }
  for (const [, job] of root.member("jobs").entries("job queue", isAlias)) {
    if (!job.object()) continue;
    checkDocs(job);
    checkJob(root, job);
  }
  for (const [name, operation] of root.member("operations").entries("operation", () => true)) {
    checkOperation(root, name, operation);
    checkTransfer(root, "operations", operation);
  }
  for (const [, rpc] of root.member("rpc").entries("rpc", () => true)) {
    checkTransfer(root, "rpc", rpc);
  }
  for (const [name, feed] of root.member("feeds").entries("feed", () => true)) {
    checkFeed(name, feed);
  }
  for (const [, group] of root.member("eventConsumers").entries("event consumer", isAlias)) {
    if (!group.object()) continue;
    checkDocs(group);
    checkGroup(group);
  }
  checkRenames(root.member("eventConsumers"));
  for (const [, event] of root.member("events").entries("event", () => true)) {
    event.member("keep").oneOf(["forever"]);
  }
  checkReferences(root);
}

/** What is written now is read by `schema`; a second schema for it would never be asked. */
function checkAcceptedVersions(state: Shape): void {
  const accepted = state.member("acceptedVersions");
  const current = state.member("stateVersion").value ?? DEFAULT_STATE_VERSION;
  if (typeof current !== "string" || !isRecord(accepted.value)) return;
  if (!Object.hasOwn(accepted.value, current)) return;
  accepted.member(current).report(
    "state.version",
    `is the version that is written now: ${JSON.stringify(current.slice(0, 60))}`,
    "leave it out, or give the new shape a stateVersion of its own",
  );
}

const ID_HINT = "use lower-case letters, digits, dots and hyphens, then @v and a number: orders@v1";

function checkDocs(shape: Shape): void {
  const docs = shape.member("docs");
  if (docs.absent || !docs.object()) return;
  docs.member("markdown").text("write the text, or leave docs out");
  docs.member("summary").optionalText("write one line, or leave the summary out");
}

/** Members that only one kind of contract has. */
const OWNERS = Object.entries<{ readonly owner: string }>({
  capabilities: { owner: "service" },
  ...SECTIONS,
});

/** Services own resources and answer; apps, agents and devices have state. */
function checkSections(root: Shape): void {
  const kind = root.member("kind").value;
  if (kind !== "service" && kind !== "app" && kind !== "device" && kind !== "agent") return;
  for (const [name, { owner }] of OWNERS) {
    const section = root.member(name);
    if (section.absent || (owner === "service") === (kind === "service")) continue;
    if (owner === "service") {
      section.report("section.misplaced", "is for services only", "move it to a service contract");
    } else {
      section.report(
        "section.misplaced",
        "is not for services: it belongs to apps, agents and devices",
        "keep the data of a service in resources.kv",
      );
    }
  }
}

function checkSurfaces(root: Shape): void {
  for (const kind of SURFACE_KINDS) {
    const paths = new Map<string, string>();
    for (const [name, surface] of root.member(kind).entries(kind, isSurfaceName)) {
      if (!surface.object()) continue;
      checkDocs(surface);
      checkPath(surface, name, paths);
      const version = surface.member("version");
      if (!(typeof version.value === "string" && isVersion(version.value))) {
        version.report("shape", "is not a version", 'use "v1"');
        continue;
      }
      const params = kind === "events" ? surface.member("params").value : undefined;
      const list = Array.isArray(params) ? params : [];
      if (!list.every(isText)) continue;
      const expected = surfaceSubject(kind, version.value, name, list);
      if (surface.member("subject").value !== expected) {
        surface.member("subject").report("surface.subject", "is wrong", `use "${expected}"`);
      }
    }
  }
}

/** `events.v1.Orders.{/id}` also matches what is published to `events.v1.Orders.Created`. */
function checkEventSubjects(root: Shape): void {
  const events = [...root.member("events").entries("events", isSurfaceName)].map(
    ([name, event]) => {
      const params = event.member("params").value;
      const known = `${textOf(event.member("version").value)}.${name}`.split(".");
      return {
        name,
        event,
        known,
        length: known.length + (Array.isArray(params) ? params.length : 0),
      };
    },
  );
  const byLength = new Map<number, typeof events>();
  for (const event of events) {
    const same = byLength.get(event.length);
    if (same === undefined) byLength.set(event.length, [event]);
    else same.push(event);
  }
  for (const { name, event, known, length } of events) {
    const wider = byLength.get(length)?.find((other) =>
      other.known.length < known.length && other.known.every((token, i) => token === known[i])
    );
    if (wider === undefined) continue;
    event.report(
      "surface.collision",
      `"${name}" shares subjects with the params of "${wider.name}"`,
      "rename one of them",
    );
  }
}

/** Two names with the same client path, or a name that is also a group, cannot both be called. */
function checkPath(surface: Shape, name: string, paths: Map<string, string>): void {
  const [group, leaf] = surfacePath(name);
  const path = leaf === undefined ? group : `${group}.${leaf}`;
  const taken = paths.get(path) ?? paths.get(leaf === undefined ? `${group}.` : group);
  if (taken !== undefined && taken !== name) {
    surface.report(
      "surface.collision",
      `"${name}" and "${taken}" both have the path ${path} on a client`,
      "rename one of them",
    );
  }
  paths.set(path, name);
  if (leaf !== undefined) paths.set(`${group}.`, name);
}

function checkUses(root: Shape): void {
  for (const need of ["required", "optional"]) {
    for (const [, use] of root.member("uses").member(need).entries("use", isAlias)) {
      if (!use.object()) continue;
      const contract = use.member("contract");
      const id = contract.text("name the contract that is used");
      if (id !== undefined && !isContractId(id)) {
        contract.report("name", `"${id.slice(0, 60)}" is not a contract id`, ID_HINT);
      }
    }
  }
}

function checkResources(root: Shape): void {
  const resources = root.member("resources");
  if (resources.absent || !resources.object()) return;
  checkRenames(resources.member("kv"));
  checkRenames(resources.member("store"));
  for (const [, kv] of resources.member("kv").entries("KV resource", isAlias)) {
    if (!kv.object()) continue;
    checkResource(kv);
    kv.member("history").integer(1, 64);
    kv.member("maxValueBytes").integer(1, MAX_INT32);
    kv.member("outbox").oneOf([true, false]);
    checkOutbox(kv);
    checkProjection(kv);
    checkChanges(kv);
  }
  for (const [, store] of resources.member("store").entries("store", isAlias)) {
    if (!store.object()) continue;
    checkResource(store);
    store.member("maxTotalBytes").integer(1, Number.MAX_SAFE_INTEGER);
    store.member("maxObjectBytes").integer(1, Number.MAX_SAFE_INTEGER);
  }
}

function checkResource(resource: Shape): void {
  checkDocs(resource);
  resource.member("purpose").text("say why the service needs it");
  resource.member("required").oneOf([true, false]);
  const ttl = resource.member("ttlMs");
  ttl.integer(0, HUNDRED_YEARS_MS);
  if (typeof ttl.value === "number" && ttl.value > 0 && ttl.value < MIN_TTL_MS) {
    ttl.report("value.range", `is ${ttl.value}`, `use 0 (never) or at least ${MIN_TTL_MS}`);
  }
}

/** A resource or a group is renamed once, from an alias that is free now. */
function checkRenames(resources: Shape): void {
  if (!isRecord(resources.value)) return;
  const taken = new Map<string, string>();
  for (const [alias, resource] of Object.entries(resources.value)) {
    if (!isRecord(resource) || resource.renamedFrom === undefined) continue;
    const at = resources.member(alias).member("renamedFrom");
    const from = at.text("name the alias that the data had before");
    if (from === undefined) continue;
    const sibling = taken.get(from);
    if (Object.hasOwn(resources.value, from)) {
      at.report("name", `${from} is still declared`, "remove the old alias or renamedFrom");
    } else if (sibling !== undefined) {
      at.report("name", `${sibling} was renamed from ${from} already`, "keep one of the two");
    } else taken.set(from, alias);
  }
}

function textOf(value: unknown): string {
  return isText(value) ? value : "";
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isSchemaName(name: string): boolean {
  return name !== "" && name.length <= 128 && name !== "__proto__";
}

function isCapability(key: string): boolean {
  return key.length <= 256 && /^[^\s]+$/.test(key) && key !== "__proto__";
}
