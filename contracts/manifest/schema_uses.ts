import { isRecord } from "../json/json.ts";

/** A place in a manifest that refers to an embedded schema. */
export interface SchemaUse {
  /** Tokens of the JSON pointer of the reference. */
  readonly path: readonly string[];
  /** The reference as it stands there: `{ "schema": "Name" }` when it is right. */
  readonly reference: unknown;
}

const SURFACE_REFERENCES = {
  rpc: ["input", "output"],
  operations: ["input", "progress", "output"],
  events: ["event"],
  feeds: ["input", "event"],
  jobs: ["payload", "result"],
  state: ["schema"],
} as const;
const REQUIRED: readonly string[] = [
  "rpc/input",
  "rpc/output",
  "operations/input",
  "operations/output",
  "events/event",
  "feeds/input",
  "feeds/event",
  "jobs/payload",
  "state/schema",
];

/** Every place of a manifest that refers to a schema, missing required ones included. */
export function* schemaUses(manifest: unknown): Iterable<SchemaUse> {
  if (!isRecord(manifest)) return;
  for (const [section, members] of Object.entries(SURFACE_REFERENCES)) {
    for (const [name, declaration] of membersOf(manifest[section])) {
      for (const member of members) {
        const reference = declaration[member];
        if (reference !== undefined || REQUIRED.includes(`${section}/${member}`)) {
          yield { path: [section, name, member], reference };
        }
      }
      for (const nested of ["signals", "acceptedVersions"] as const) {
        for (const [key, value] of membersOf(declaration[nested])) {
          yield nested === "signals"
            ? { path: [section, name, nested, key, "input"], reference: value.input }
            : { path: [section, name, nested, key], reference: value };
        }
      }
    }
  }
  const resources = isRecord(manifest.resources) ? manifest.resources : {};
  for (const [alias, kv] of membersOf(resources.kv)) {
    if (kv.schema !== undefined) {
      yield { path: ["resources", "kv", alias, "schema"], reference: kv.schema };
    }
  }
  for (const [type, error] of membersOf(manifest.errors)) {
    if (error.schema !== undefined) {
      yield { path: ["errors", type, "schema"], reference: error.schema };
    }
  }
}

function* membersOf(
  value: unknown,
): Iterable<readonly [string, Readonly<Record<string, unknown>>]> {
  if (!isRecord(value)) return;
  for (const [name, member] of Object.entries(value)) if (isRecord(member)) yield [name, member];
}
