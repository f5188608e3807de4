import {
  type ByName,
  CONTRACT_FORMAT,
  type ContractManifest,
} from "../../contracts/manifest/manifest.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { Needs, SurfaceNeed } from "../../reconcile/needs/need_types.ts";

/**
 * The manifest that what was accepted of a contract comes from, as far as it is kept: the names of its
 * schemas, its words for people and what it asks for without schemas are not.
 *
 * @param description stands for its words
 */
export function manifestOfNeeds(
  { contract, kind, surfaces, state = {}, jobs = {}, resources }: Needs,
  description: string,
): ContractManifest {
  const schemas: Record<string, JsonObject | boolean> = {};
  const errors: Record<string, { type: string; schema: { schema: string } }> = {};
  const add = (name: string, schema: JsonObject | boolean) => {
    schemas[name] = schema;
    return { schema: name };
  };
  const sections: Record<string, Record<string, object>> = {};
  for (const [subject, surface] of Object.entries(surfaces)) {
    const { kind, name, errorData = {} } = surface;
    const place = `${kind}.${name}`;
    for (const type of surface.errors) {
      const schema = add(`${type}Data`, errorData[type] ?? true);
      errors[type] = { type, schema };
    }
    (sections[kind] ??= {})[name] = {
      ...mapValues(surface.schemas, (schema, member) => add(`${place}.${member}`, schema)),
      ...surfaceMembers(surface, subject),
      ...(surface.signals === undefined ? {} : {
        signals: mapValues(
          surface.signals,
          (schema, signal) => ({ input: add(`${place}.${signal}`, schema) }),
        ),
      }),
    };
  }
  return {
    format: CONTRACT_FORMAT,
    id: contract,
    displayName: contract,
    description,
    kind,
    // Each was made of a section of a manifest, member by member.
    ...sections as object,
    errors,
    jobs: mapValues(jobs, ({ payload, payloadVersion, acceptedVersions = {}, settings }, name) => ({
      ...settings,
      ...(payloadVersion === undefined ? {} : { payloadVersion }),
      payload: add(`jobs.${name}`, payload),
      acceptedVersions: mapValues(
        acceptedVersions,
        (schema, version) => add(`jobs.${name}.${version}`, schema),
      ),
    })),
    state: mapValues(state, ({ kind, schema, stateVersion }, name) => ({
      kind: kind === "map" ? "map" : "value",
      stateVersion,
      schema: add(`state.${name}`, schema),
    })),
    resources: {
      kv: mapValues(resources.kv, ({ schema, purpose }, alias) => ({
        purpose,
        schema: add(`kv.${alias}`, schema),
      })),
    },
    schemas,
  };
}

function surfaceMembers(surface: SurfaceNeed, subject: string): object {
  const { errors, capabilities, cancel, params, keep, transfer } = surface;
  const members = { capabilities, cancel, params, keep, transfer };
  return {
    subject,
    version: subject.split(".")[1] ?? "",
    errors: errors.map((type) => ({ type })),
    ...Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)),
  };
}

function mapValues<V, U>(map: ByName<V>, change: (value: V, name: string) => U): Record<string, U> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, change(value, name)]),
  );
}
