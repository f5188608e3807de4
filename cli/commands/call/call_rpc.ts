import { RemoteError } from "../../../contracts/errors/remote_error.ts";
import { TransportError } from "../../../contracts/errors/transport_error.ts";
import type { ErrorClass } from "../../../contracts/errors/trellis_error.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { ContractManifest } from "../../../contracts/manifest/manifest.ts";
import { isSurfaceName, surfaceSubject } from "../../../contracts/manifest/names.ts";
import { sdk as auth } from "../../../contracts/platform/auth_sdk.ts";
import { sdk as core } from "../../../contracts/platform/core_sdk.ts";
import type { SurfaceNeed } from "../../../reconcile/needs/need_types.ts";
import type { AuthorityRecord } from "../../../reconcile/records/authority_record.ts";
import { rpcCall } from "../../../runtime/rpc/rpc_caller.ts";
import { closest } from "../../command_line/did_you_mean.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import type { CallerLink } from "../../program/connect_command.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { type JsonSource, readJsonSource } from "../../program/json_source.ts";

/** Calls an RPC that a deployment serves, validated on both sides. */
export async function callRpc(
  command: {
    /** Declared name, as `Orders.Create`. */
    readonly rpc: string;
    /** Undefined: the empty input. */
    readonly input: JsonSource | undefined;
    /** Milliseconds; undefined: as long as the runtime waits. */
    readonly timeout: number | undefined;
  },
  { authority, messaging }: CallerLink,
  context: CommandContext,
): Promise<ExitCode> {
  const input = command.input === undefined ? ok({}) : await readJsonSource(command.input);
  if (input.isErr()) return failed(context, input.error);
  const records = authority && (await authority.list()).take();
  if (isErr(records)) return failed(context, records.error);
  const manifest = manifestWith(command.rpc, records).take();
  if (isErr(manifest)) return failed(context, manifest.error);
  const answer = await rpcCall(manifest, command.rpc, NO_CLASSES, messaging)(
    input.value,
    { timeoutMs: command.timeout, signal: context.signal },
  );
  if (answer.isErr()) return callFailed(context, command.rpc, answer.error);
  // What came over the wire is JSON.
  const value = answer.value as JsonValue;
  context.output.data(value, () => JSON.stringify(value, null, 2));
  return EXIT_CODE.ok;
}

/** No class is known here: declared errors arrive with their payload. */
const NO_CLASSES: ReadonlyMap<string, ErrorClass> = new Map();

function callFailed(context: CommandContext, rpc: string, error: Error): ExitCode {
  const message = error.message.includes(rpc) ? error.message : `${rpc}: ${error.message}`;
  if (error instanceof TransportError) {
    const { code, hint, command } = error;
    return failed(context, { message, code, hint, command });
  }
  // A code that the contract declares, or the name of a class: no exit code is kept for it.
  const code = error instanceof RemoteError ? error.payload.type : error.name;
  context.output.problem({ message, code });
  return EXIT_CODE.failure;
}

/**
 * A manifest that holds just the RPC, put together from what its deployment has accepted. Where that cannot
 * be read, the deployment alone checks what it gets.
 */
function manifestWith(
  rpc: string,
  records: readonly AuthorityRecord[] | undefined,
): Result<ContractManifest, ExplainedError> {
  const own = [core.manifest, auth.manifest];
  const known = own.find((manifest) => Object.hasOwn(manifest.rpc ?? {}, rpc));
  if (known !== undefined) return ok(known);
  if (records === undefined && isSurfaceName(rpc)) {
    return ok(manifestOf(rpc, core.id, surfaceSubject("rpc", "v1", rpc), {}));
  }
  const names = own.flatMap((manifest) => Object.keys(manifest.rpc ?? {}));
  for (const { desired } of records ?? []) {
    for (const [subject, surface] of Object.entries(desired?.needs.surfaces ?? {})) {
      if (surface.kind !== "rpc") continue;
      names.push(surface.name);
      if (surface.name !== rpc || desired === undefined) continue;
      return ok(manifestOf(rpc, desired.needs.contract, subject, surface.schemas));
    }
  }
  const meant = closest(rpc, names);
  return err({
    code: "rpc_not_found",
    message: `no deployment serves the RPC ${rpc}`,
    hint: meant === undefined ? `there are: ${names.join(", ")}` : `did you mean ${meant}?`,
  });
}

function manifestOf(
  rpc: string,
  id: string,
  subject: string,
  { input = true, output = true }: SurfaceNeed["schemas"],
): ContractManifest {
  return {
    ...core.manifest,
    id,
    schemas: { input, output },
    rpc: {
      [rpc]: {
        version: "v1",
        subject,
        input: { schema: "input" },
        output: { schema: "output" },
        errors: [],
      },
    },
  };
}
