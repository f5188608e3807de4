import type { JsonObject } from "../../contracts/json/json.ts";
import type { ManifestRpc } from "../../contracts/manifest/manifest.ts";
import { REQUEST_ID_HEADER, TRACEPARENT_HEADER } from "../../runtime/nats/headers/header_names.ts";
import { documentInfo, type ExportedContract, plainDocument, sorted } from "./exported_contract.ts";
import { ExportedSchemas } from "./exported_schemas.ts";
import { toDraft2020 } from "./schema_dialects.ts";

const ABOUT =
  `Trellis serves no HTTP: its RPCs are requests on NATS. This document is for a gateway \
in front of NATS, which is not part of Trellis. It tells how such a gateway offers them: it lets \
its callers log in in its own way, sends the body of a POST to the subject in \`x-nats-subject\`, \
followed by the token of a session that may call it, and answers with what comes back. The status \
is the one of the header \`Nats-Service-Error-Code\`, or 200 without it. Events, feeds, operations \
and jobs are no requests with one answer; an AsyncAPI document describes them.`;

/** The RPCs of contracts as an OpenAPI 3.1 document, for a gateway that offers them over HTTP. */
export function openApiDocument(contracts: readonly ExportedContract[]): JsonObject {
  const schemas = new ExportedSchemas(contracts, "#/components/schemas", toDraft2020);
  const paths = Object.fromEntries(
    contracts.flatMap((contract) =>
      sorted(contract.manifest.rpc).map(([name, rpc]) => [
        `/rpc/${rpc.version}/${name}`,
        { post: post(name, rpc, contract, schemas) },
      ])
    ),
  );
  return plainDocument({
    openapi: "3.1.0",
    info: documentInfo(contracts, ABOUT),
    tags: contracts.map(({ manifest: { id, displayName } }) => ({
      name: id,
      description: displayName,
    })),
    paths,
    components: { schemas: schemas.referredIn(paths), parameters: PARAMETERS },
  });
}

function post(
  name: string,
  { subject, docs, input, output, errors = [], capabilities, internal, transfer }: ManifestRpc,
  contract: ExportedContract,
  schemas: ExportedSchemas,
): object {
  const declared = errors.map(({ type }) => schemas.errorRef(contract, type));
  return {
    operationId: subject,
    tags: [contract.manifest.id],
    summary: docs?.summary ?? name,
    description: docs?.markdown,
    parameters: Object.keys(PARAMETERS).map((key) => ({ $ref: `#/components/parameters/${key}` })),
    requestBody: { required: true, content: json(schemas.ref(contract, input)) },
    responses: {
      200: {
        description: "What the handler has answered.",
        content: json(schemas.ref(contract, output)),
      },
      400: failure(
        "The body does not fit its schema.",
        schemas.errorRef(contract, "ValidationError"),
      ),
      ...(declared.length === 0 ? {} : {
        422: failure("An error that the RPC declares.", oneOf(declared)),
      }),
      500: failure("The handler failed.", schemas.errorRef(contract, "UnexpectedError")),
      503: failure(
        "Nobody serves it at this moment, or too many requests are in work.",
        schemas.errorRef(contract, "TransportError"),
      ),
      504: failure(
        "The handler did not answer in time.",
        schemas.errorRef(contract, "UnexpectedError"),
      ),
    },
    "x-nats-subject": subject,
    "x-trellis-capabilities": capabilities?.call,
    "x-trellis-internal": internal,
    "x-trellis-transfer": transfer,
  };
}

function failure(description: string, schema: object | true): object {
  return { description, content: json(schema) };
}

function json(schema: object | true): object {
  return { "application/json": { schema } };
}

function oneOf(schemas: readonly (object | true)[]): object | true {
  const [first, ...more] = schemas;
  return more.length === 0 && first !== undefined ? first : { anyOf: schemas };
}

const PARAMETERS = {
  requestId: {
    name: REQUEST_ID_HEADER,
    in: "header",
    description: "Names the request, in logs, in what it causes, and when it is sent again.",
    schema: { type: "string", maxLength: 128 },
  },
  traceparent: {
    name: TRACEPARENT_HEADER,
    in: "header",
    description: "W3C trace context.",
    schema: { type: "string" },
  },
};
