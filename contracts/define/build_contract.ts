import { Kind as TypeBoxKind, TransformKind } from "@sinclair/typebox";
import type { Contract, Use, UsedContract } from "./contract.ts";
import { contractChecks } from "./contract_checks.ts";
import { type ContractBody, usedContract } from "./declaration.ts";
import { keyedUses } from "./keyed_uses.ts";
import type { ErrorRegistry, Ref, Registry, SchemaRegistry } from "./registry.ts";
import { embedSchema } from "../schema/declared/embed_schema.ts";
import { type ErrorClass, wireType } from "../errors/trellis_error.ts";
import { isRecord } from "../json/json.ts";
import { appendPointer } from "../json/json_pointer.ts";
import { CONTRACT_FORMAT, type ContractKind, type ContractManifest } from "../manifest/manifest.ts";
import { ContractError, type Mistake } from "../manifest/mistake.ts";
import { globalCapability, surfaceSubject } from "../manifest/names.ts";
import { manifestDigest } from "../manifest/projection.ts";
import { ok, type Result } from "../result.ts";
import { SURFACE_KINDS, type SurfaceKind, type UseSelection } from "../manifest/sections.ts";

/** Turns a body and its registries into a contract, or throws every mistake at once. */
export function buildContract<B extends ContractBody>(
  kind: ContractKind,
  registry: Registry<SchemaRegistry, ErrorRegistry>,
  // The builder sees its own registries' types; here they are only names.
  build: ((ref: never) => B) | undefined,
): Contract<B> {
  const mistakes: Mistake[] = [];
  const body = build?.(REFS as never);
  if (!isRecord(body)) throw new ContractError("(unknown)", [NO_BODY]);
  const unwritable = jsonMisfit(body);
  if (unwritable !== undefined) throw new ContractError(String(body.id), [unwritable]);
  const errors = collectErrors(registry.errors ?? {}, mistakes);
  const used = collectUses(body, mistakes);
  mistakes.push(...keyedUses(body, used));
  const manifest = {
    ...emitBody(body, registry.errors ?? {}, mistakes),
    format: CONTRACT_FORMAT,
    kind,
    schemas: emitSchemas(registry.schemas ?? {}, body, errors, mistakes),
    errors: emitErrors(errors),
  };
  const plain = JSON.parse(JSON.stringify(withoutEmpty(manifest)));
  const parsed: Result<ContractManifest, readonly Mistake[]> = contractChecks()?.manifest(plain) ??
    ok(plain);
  if (parsed.isErr()) {
    // Where something could not be copied, there is nothing that the check could like.
    const known = new Set(mistakes.map(({ path }) => path));
    mistakes.push(...parsed.error.filter(({ path }) => !known.has(path)));
  }
  if (parsed.isErr() || mistakes.length > 0) {
    throw new ContractError(typeof body.id === "string" ? body.id : "(unknown)", mistakes);
  }
  return new DefinedContract<B>(kind, deepFreeze(parsed.value), errors, used);
}

const REFS: Ref<SchemaRegistry, ErrorRegistry> = {
  schema: (name) => ({ schema: name }),
  error: (name) => ({ error: name }),
};

const NO_BODY: Mistake = {
  code: "shape",
  path: "",
  message: "the builder returned no object",
  fix: "return the contract's body: (ref) => ({ id: …, … })",
};

/** A body that JSON cannot carry at all; nothing else can be looked at then. */
function jsonMisfit(body: object): Mistake | undefined {
  try {
    JSON.stringify(body);
    return undefined;
  } catch (error) {
    const message = `cannot be written as JSON: ${error instanceof Error ? error.message : error}`;
    return { code: "shape", path: "", message, fix: "use texts, numbers, lists and objects" };
  }
}

class DefinedContract<B extends ContractBody> implements Contract<B> {
  readonly id: B["id"];
  readonly body?: B;
  #digest: string | undefined;

  constructor(
    readonly kind: ContractKind,
    readonly manifest: ContractManifest,
    readonly errors: ReadonlyMap<string, ErrorClass>,
    readonly used: ReadonlyMap<string, UsedContract>,
  ) {
    this.id = manifest.id as B["id"];
  }

  get digest(): string {
    return this.#digest ??= manifestDigest(this.manifest);
  }

  use<const S extends UseSelection>(selection: S): Use<B, S> {
    return { ...selection, contract: this.id, [usedContract]: this };
  }
}

function emitBody(
  body: Readonly<Record<string, unknown>>,
  errors: ErrorRegistry,
  mistakes: Mistake[],
): object {
  const id = typeof body.id === "string" ? body.id : "";
  const local = isRecord(body.capabilities) ? body.capabilities : {};
  const capability = (key: unknown) =>
    typeof key === "string" && Object.hasOwn(local, key) ? globalCapability(id, key) : key;

  const surface = (kind: SurfaceKind) => (declaration: unknown, name: string) => {
    if (!isRecord(declaration)) return declaration;
    if (declaration.subject !== undefined) {
      mistakes.push({
        code: "surface.subject",
        path: appendPointer("", kind, name, "subject"),
        message: "cannot be chosen: it follows from the name, the version and the params",
        fix: "remove subject",
      });
    }
    const params = Array.isArray(declaration.params) ? declaration.params.map(String) : [];
    return {
      ...declaration,
      subject: surfaceSubject(kind, String(declaration.version), name, params),
      capabilities: mapMembers(
        declaration.capabilities,
        (keys) => Array.isArray(keys) ? keys.map(capability) : keys,
      ),
      errors: Array.isArray(declaration.errors)
        ? declaration.errors.map((ref) => ({ type: errorType(ref, errors) }))
        : declaration.errors,
    };
  };

  return {
    ...body,
    capabilities: isRecord(body.capabilities)
      ? Object.fromEntries(Object.keys(local).map((key) => [capability(key), local[key]]))
      : body.capabilities,
    exports: isRecord(body.exports) && Array.isArray(body.exports.schemas)
      ? { ...body.exports, schemas: body.exports.schemas.map(schemaName) }
      : body.exports,
    ...Object.fromEntries(
      SURFACE_KINDS.map((kind) => [kind, mapMembers(body[kind], surface(kind))]),
    ),
  };
}

function errorType(ref: unknown, errors: ErrorRegistry): unknown {
  if (!isRecord(ref) || typeof ref.error !== "string") return ref;
  const declared = Object.hasOwn(errors, ref.error) ? errors[ref.error] : undefined;
  return declared === undefined ? ref.error : wireType(declared) ?? ref.error;
}

function schemaName(ref: unknown): unknown {
  return isRecord(ref) ? ref.schema : ref;
}

function collectErrors(
  registry: ErrorRegistry,
  mistakes: Mistake[],
): ReadonlyMap<string, ErrorClass> {
  const errors = new Map<string, ErrorClass>();
  for (const [name, error] of Object.entries(registry)) {
    const path = appendPointer("/errors", name);
    const type = typeof error === "function" ? wireType(error) : undefined;
    const report = (message: string, fix: string) =>
      mistakes.push({ code: "error.invalid", path, message, fix });
    if (type === undefined) {
      report("has no wire type in its static schema", "use defineError, or a literal type");
    } else if (typeof error.fromSerializable !== "function") {
      report("has no static fromSerializable", "use defineError, or add it to the class");
    } else if (errors.has(type) && errors.get(type) !== error) {
      report(`shares the wire type "${type}" with another error`, "give each its own type");
    } else errors.set(type, error);
  }
  return errors;
}

function emitErrors(errors: ReadonlyMap<string, ErrorClass>): object | undefined {
  if (errors.size === 0) return undefined;
  return Object.fromEntries(
    [...errors.keys()].map((type) => [type, { type, schema: { schema: errorSchemaName(type) } }]),
  );
}

/** The name under which an error's data schema stands among the manifest's schemas. */
function errorSchemaName(type: string): string {
  return `${type}Data`;
}

function emitSchemas(
  registry: SchemaRegistry,
  body: unknown,
  errors: ReadonlyMap<string, ErrorClass>,
  mistakes: Mistake[],
): object | undefined {
  const schemas: Record<string, unknown> = {};
  const add = (name: string, schema: object) => {
    const path = appendPointer("/schemas", name);
    const transform = findTransform(schema, "");
    if (transform !== undefined) {
      mistakes.push({
        code: "schema.invalid",
        path: path + transform,
        message: "is a transform, which has no JSON form",
        fix: "describe the JSON value itself and convert it in the handler",
      });
    }
    const embedded = embedSchema(schema);
    const copied = embedded.schema ?? embedded.partial;
    const keywords = contractChecks()?.keywords(copied) ?? [];
    for (const problem of [...embedded.problems, ...keywords]) {
      mistakes.push({ code: "schema.invalid", ...problem, path: path + problem.path });
    }
    schemas[name] = copied;
  };
  const referenced = JSON.stringify(body) ?? "";
  for (const [name, schema] of Object.entries(registry)) {
    const isSchema = typeof schema === "object" && schema !== null && TypeBoxKind in schema;
    if (isSchema) add(name, schema);
    else if (referenced.includes(`{"schema":${JSON.stringify(name)}}`)) {
      mistakes.push({
        code: "schema.invalid",
        path: appendPointer("/schemas", name),
        message: "is referenced, but is not a TypeBox schema",
        fix: "make it with Type.Object(…) from @sinclair/typebox",
      });
    }
  }
  for (const [type, error] of errors) {
    const name = errorSchemaName(type);
    if (Object.hasOwn(schemas, name) && registry[name] !== error.schema) {
      mistakes.push({
        code: "error.invalid",
        path: appendPointer("/schemas", name),
        message: `is also the name of the data of the error ${type}`,
        fix: "rename the schema",
      });
    } else add(name, error.schema);
  }
  return Object.keys(schemas).length === 0 ? undefined : schemas;
}

function findTransform(schema: unknown, path: string, depth = 0): string | undefined {
  if (typeof schema !== "object" || schema === null || depth > 32) return undefined;
  if (TransformKind in schema) return path;
  for (const [key, member] of Object.entries(schema)) {
    const found = findTransform(member, appendPointer(path, key), depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function collectUses(
  body: Readonly<Record<string, unknown>>,
  mistakes: Mistake[],
): ReadonlyMap<string, UsedContract> {
  const used = new Map<string, UsedContract>();
  const uses = isRecord(body.uses) ? body.uses : {};
  for (const need of ["required", "optional"]) {
    const group = uses[need];
    if (!isRecord(group)) continue;
    for (const [alias, use] of Object.entries(group)) {
      const path = appendPointer("/uses", need, alias);
      const report = (at: string, message: string, fix: string) =>
        mistakes.push({ code: "use.unknown", path: path + at, message, fix });
      const contract = isRecord(use) ? Reflect.get(use, usedContract) : undefined;
      if (!(contract instanceof DefinedContract)) {
        report("", "was not made from a contract", "use otherContract.use({ … })");
        continue;
      }
      if (used.has(alias)) report("", "is both required and optional", "keep one of them");
      // Its form is checked with the rest of the manifest, and nothing is defined before.
      const selection = use as object as UseSelection;
      used.set(alias, { contract, required: need === "required", selection });
      for (const unknown of unknownSelections(use, contract.manifest)) {
        report(unknown.path, `${contract.id} has no ${unknown.name}`, "use a name it declares");
      }
    }
  }
  return used;
}

function* unknownSelections(
  use: unknown,
  manifest: ContractManifest,
): Iterable<{ path: string; name: string }> {
  if (!isRecord(use)) return;
  for (const kind of SURFACE_KINDS) {
    const selection = use[kind];
    if (!isRecord(selection)) continue;
    for (const [action, names] of Object.entries(selection)) {
      if (!Array.isArray(names)) continue;
      for (const name of names) {
        if (typeof name === "string" && Object.hasOwn(manifest[kind] ?? {}, name)) continue;
        yield { path: appendPointer("", kind, action), name: String(name) };
      }
    }
  }
}

function mapMembers(
  value: unknown,
  change: (member: unknown, name: string) => unknown,
): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, m]) => [name, change(m, name)]));
}

function withoutEmpty(manifest: object): object {
  return Object.fromEntries(Object.entries(manifest).filter(([, value]) => value !== undefined));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
