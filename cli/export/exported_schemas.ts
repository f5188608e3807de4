import { BUILT_IN_ERRORS } from "../../contracts/errors/built_in_errors.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { ManifestSchemaRef } from "../../contracts/manifest/manifest.ts";
import { type ExportedContract, sorted } from "./exported_contract.ts";

type Schema = JsonObject | boolean;

/** How a document refers to a schema in it. */
export interface SchemaRef {
  readonly $ref: string;
}

/** The schemas of contracts, under names that are good in every document. */
export class ExportedSchemas {
  /** What stands in the document, by its name there. */
  readonly all: Readonly<Record<string, Schema>>;
  readonly #pointer: string;
  readonly #names = new Map<string, string>();

  /**
   * Names them: as their contract does where there is one contract, else behind its id.
   *
   * @param pointer where they stand, as `#/$defs`
   * @param write writes a schema of a manifest as the document has it
   */
  constructor(
    contracts: readonly ExportedContract[],
    pointer: string,
    write: (schema: Schema) => Schema,
  ) {
    this.#pointer = pointer;
    const all: Record<string, Schema> = {};
    for (const { manifest: { id, schemas } } of contracts) {
      const start = contracts.length === 1 ? "" : `${id}.`;
      for (const [name, schema] of sorted(schemas)) {
        const free = freeName(`${start}${name}`, all);
        this.#names.set(keyOf(id, name), free);
        all[free] = write(schema);
      }
    }
    for (const [type, { schema }] of Object.entries(BUILT_IN_ERRORS)) {
      const free = freeName(`Trellis.${type}`, all);
      this.#names.set(keyOf("", type), free);
      // A TypeBox schema is plain JSON beside its symbols.
      all[free] = write(JSON.parse(JSON.stringify(schema)));
    }
    this.all = all;
  }

  /** Those that a part of the document refers to. */
  referredIn(part: object): Readonly<Record<string, Schema>> {
    const text = JSON.stringify(part);
    return Object.fromEntries(
      Object.entries(this.all).filter(([name]) => text.includes(`"${this.#pointer}/${name}"`)),
    );
  }

  /** Refers to a schema of a contract. */
  ref({ manifest: { id } }: ExportedContract, { schema }: ManifestSchemaRef): SchemaRef | true {
    return this.#refTo(keyOf(id, schema));
  }

  /** Refers to the data of an error that a surface declares, or of one that every surface may answer with. */
  errorRef(contract: ExportedContract, type: string): SchemaRef | true {
    const schema = contract.manifest.errors?.[type]?.schema;
    return schema === undefined ? this.#refTo(keyOf("", type)) : this.ref(contract, schema);
  }

  #refTo(key: string): SchemaRef | true {
    const name = this.#names.get(key);
    return name === undefined || { $ref: `${this.#pointer}/${name}` };
  }
}

function keyOf(contract: string, name: string): string {
  return `${contract}\n${name}`;
}

/** Documents allow letters, digits, `.`, `-` and `_`. */
function freeName(name: string, taken: Readonly<Record<string, unknown>>): string {
  const legal = name.replaceAll(/[^A-Za-z0-9._-]/g, "_");
  let free = legal;
  for (let number = 2; Object.hasOwn(taken, free); number++) free = `${legal}_${number}`;
  return free;
}
