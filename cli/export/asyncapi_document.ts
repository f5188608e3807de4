import type { JsonObject } from "../../contracts/json/json.ts";
import { callerChannels } from "./asyncapi_callers.ts";
import { MESSAGE_TRAITS } from "./asyncapi_headers.ts";
import { CALLER, CALLER_PARAMETER, type Channels, mergeChannels } from "./asyncapi_parts.ts";
import { storedChannels } from "./asyncapi_stored.ts";
import { usedChannels } from "./asyncapi_uses.ts";
import { documentInfo, type ExportedContract, plainDocument, sorted } from "./exported_contract.ts";
import { ExportedSchemas } from "./exported_schemas.ts";
import { isDraft07, toDraft07, toDraft2020 } from "./schema_dialects.ts";

const ABOUT =
  `Channels are subjects of NATS, and every payload is JSON in UTF-8. What the contract \
of a service serves it receives, and what it publishes it sends; what a contract uses of others is \
the other way round.

**Who calls.** On a secured server each session connects with an NKey of its own, and the server \
lets it use exactly the subjects that its accepted contract and its capabilities allow. The last \
token of what callers send to is \`{${CALLER}}\`, the token of their session, as \
\`a-helper-dfu342kcirifx437\`: \`s\` service, \`u\` user, \`d\` device, \`a\` agent or \`o\` admin, \
then its id, then the name of the session, which follows from its public key. The capabilities that \
a caller must hold are in \`x-trellis-capabilities\`.

**Answers** go to the reply subject of the request, which has to be in the inbox of the same \
session: \`_INBOX.<session>.<anything>\`. One with the header \`Nats-Service-Error\` is an error; its \
body says in \`type\` which.`;

/** The RPCs, operations, feeds, events and queues of contracts as an AsyncAPI 3.0 document. */
export function asyncApiDocument(contracts: readonly ExportedContract[]): JsonObject {
  const schemas = new ExportedSchemas(withUsed(contracts), "#/components/schemas", asyncApiSchema);
  const { channels, operations }: Channels = mergeChannels(
    contracts.flatMap((contract) => [
      callerChannels(contract, schemas),
      storedChannels(contract, schemas),
      usedChannels(contract, schemas),
    ]),
  );
  return plainDocument({
    asyncapi: "3.0.0",
    info: documentInfo(contracts, ABOUT),
    defaultContentType: "application/json",
    channels,
    operations,
    components: {
      schemas: schemas.referredIn({ channels, operations }),
      parameters: { [CALLER]: CALLER_PARAMETER },
      messageTraits: MESSAGE_TRAITS,
    },
  });
}

/** Each contract once, and those that they use. */
function withUsed(contracts: readonly ExportedContract[]): readonly ExportedContract[] {
  const used = contracts.flatMap(({ uses = [] }) => uses.map(({ contract }) => contract));
  const all = new Map([...used, ...contracts].map((contract) => [contract.manifest.id, contract]));
  return sorted(Object.fromEntries(all)).map(([, contract]) => contract);
}

/** Schemas of AsyncAPI are of draft 07; what that cannot say stands beside the draft that can. */
function asyncApiSchema(schema: JsonObject | boolean): JsonObject | boolean {
  return isDraft07(schema) ? toDraft07(schema) : {
    schemaFormat: "application/schema+json;version=draft-2020-12",
    schema: toDraft2020(schema),
  };
}
