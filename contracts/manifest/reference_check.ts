import { BUILT_IN_ERRORS } from "../errors/built_in_errors.ts";
import { isRecord } from "../json/json.ts";
import { parsePointer } from "../json/json_pointer.ts";
import { contractName } from "./names.ts";
import { checkConsumedEvents } from "./consumer_check.ts";
import { paramValue } from "./param_value.ts";
import { schemaUses } from "./schema_uses.ts";
import { SECTIONS, SURFACE_KINDS } from "./sections.ts";
import type { Shape } from "./shape.ts";

/** Wire types that any surface may name without declaring them; other languages have AuthError too. */
export const UNDECLARED_ERRORS: readonly string[] = ["AuthError", ...Object.keys(BUILT_IN_ERRORS)];

/** Reports references of a manifest that lead nowhere: schemas, errors, capabilities, params. */
export function checkReferences(root: Shape): void {
  const schemas = new Set(keysOf(root.member("schemas").value));
  for (const { path, reference } of schemaUses(root.value)) {
    let place = root;
    for (const token of path) place = place.member(token);
    const name = isRecord(reference) ? reference.schema : undefined;
    if (typeof name !== "string") {
      place.report("shape", "is not a schema reference", 'use ref.schema("…")');
    } else if (!schemas.has(name)) {
      const known = schemas.size === 0 ? "none are registered" : `known: ${list(schemas)}`;
      place.report(
        "schema.unknown",
        `refers to the schema "${name}", which is not in schemas`,
        `register it in schemas, or use another name (${known})`,
      );
    }
  }
  checkErrors(root);
  checkCapabilities(root);
  checkParams(root);
  checkConsumedEvents(root);
  for (const item of root.member("exports").member("schemas").items()) {
    if (!(typeof item.value === "string" && schemas.has(item.value))) {
      item.report("schema.unknown", "exports a schema that is not in schemas", "register it");
    }
  }
}

function checkErrors(root: Shape): void {
  const declared = new Set([...keysOf(root.member("errors").value), ...UNDECLARED_ERRORS]);
  for (const [type, error] of root.member("errors").entries("error", (name) => name !== "")) {
    if (error.object()) error.member("type").oneOf([type], false);
  }
  for (const section of ["rpc", "operations", "feeds"]) {
    for (const [, surface] of root.member(section).entries(section, () => true)) {
      for (const item of surface.member("errors").items()) {
        const type = item.member("type").value;
        if (typeof type === "string" && declared.has(type)) continue;
        item.report(
          "error.unknown",
          `names the error ${JSON.stringify(type)}, which is not declared`,
          `declare it in errors (known: ${list(declared)})`,
        );
      }
    }
  }
}

function checkCapabilities(root: Shape): void {
  const id = root.member("id").value;
  const prefix = typeof id === "string" ? `${contractName(id)}::` : "::";
  const declared = new Set(keysOf(root.member("capabilities").value));
  for (const section of SURFACE_KINDS) {
    for (const [, surface] of root.member(section).entries(section, () => true)) {
      const actions: readonly string[] = SECTIONS[section].actions;
      for (const [action, keys] of surface.member("capabilities").entries("list", () => true)) {
        if (!actions.includes(action)) {
          keys.report(
            "capability.unknown",
            `"${action.slice(0, 60)}" is no action: the list would guard nothing`,
            `use ${actions.join(", ")}`,
          );
        }
        for (const key of keys.items()) {
          const value = key.text("name a capability");
          if (value?.startsWith(prefix) && !declared.has(value)) {
            key.report(
              "capability.unknown",
              `names ${value}, which this contract does not define`,
              "define it in capabilities",
            );
          }
        }
      }
    }
  }
}

function checkParams(root: Shape): void {
  const schemas = root.member("schemas");
  for (const [, event] of root.member("events").entries("event", () => true)) {
    const name = event.member("event").member("schema").value;
    for (const param of event.member("params").items()) {
      const pointer = param.text("use a JSON pointer into the event body");
      if (pointer === undefined || typeof name !== "string") continue;
      const tokens = parsePointer(pointer);
      if (tokens === undefined || tokens.length === 0) {
        param.report("param.unknown", "is not a JSON pointer", 'start it with "/": "/order/id"');
        continue;
      }
      const schema = schemas.member(name);
      const found = paramValue(schema.value, tokens);
      if (found === "fits" || isReported(root, schema)) continue;
      if (found === "absent") {
        param.report(
          "param.unknown",
          `${pointer} names no property of the schema "${name}", or not of all its variants`,
          "point at a property of the event body that every variant declares",
        );
      } else {
        param.report(
          "param.unknown",
          `${pointer} is not a string or number in every variant of the schema "${name}"`,
          "point at a string or number: its value becomes a token of the subject",
        );
      }
    }
  }
}

/** What is wrong with the schema itself is reported already. */
function isReported(root: Shape, schema: Shape): boolean {
  return root.mistakes.some(({ path }) => path.startsWith(schema.path));
}

function keysOf(value: unknown): readonly string[] {
  return isRecord(value) ? Object.keys(value) : [];
}

function list(names: Iterable<string>): string {
  const all = [...names];
  return all.length > 8 ? `${all.slice(0, 8).join(", ")}, …` : all.join(", ");
}
