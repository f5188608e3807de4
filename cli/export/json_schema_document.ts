import type { JsonObject } from "../../contracts/json/json.ts";
import { documentInfo, type ExportedContract, plainDocument } from "./exported_contract.ts";
import { ExportedSchemas } from "./exported_schemas.ts";
import { toDraft2020 } from "./schema_dialects.ts";

const ABOUT = "Refer to a schema as `#/$defs/<name>`; the document itself accepts everything.";

/** All schemas of contracts as one document of JSON Schema 2020-12. */
export function jsonSchemaDocument(contracts: readonly ExportedContract[]): JsonObject {
  const { all } = new ExportedSchemas(contracts, "#/$defs", toDraft2020);
  const { version: _, ...info }: { version?: string } = documentInfo(contracts, ABOUT);
  return plainDocument({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...info,
    $defs: all,
  });
}
