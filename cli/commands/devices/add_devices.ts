import { sessionOf } from "../../../contracts/identity/caller.ts";
import { deviceKey, newRootSecret } from "../../../contracts/identity/device_key.ts";
import { isErr, type Result } from "../../../contracts/result.ts";
import type { SessionContract } from "../../../contracts/stored/session_record.ts";
import type { SessionRecords } from "../../platform/sessions/session_records.ts";
import { type CommandContext, type ExplainedError, failed } from "../../program/command_context.ts";
import { EXIT_CODE, type ExitCode } from "../../program/exit_code.ts";
import { progress } from "../../terminal/progress.ts";
import { handingOut } from "../sessions/hand_out_secret.ts";
import { runnerContract } from "../sessions/runner_contract.ts";
import { withSessions } from "../sessions/with_sessions.ts";
import { type AddedDevice, provisionDevices } from "./provision_devices.ts";
import { readPublicKeys } from "./public_keys.ts";

/** What the command was told. */
export interface AddDevicesValues {
  readonly contract: string;
  readonly publicKeys: string | undefined;
  readonly activate: boolean;
  readonly out: string | undefined;
  readonly keys: string | undefined;
}

/** Provisions devices by their public keys, or one whose root secret it makes. */
export async function addDevices(
  { contract, publicKeys: given, activate, out, keys }: AddDevicesValues,
  context: CommandContext,
): Promise<ExitCode> {
  if (given !== undefined && out !== undefined) {
    const message = "--out is for a root secret that is made here";
    return failed(context, { code: "usage", message, hint: "leave the public key or --out away" });
  }
  const read = given === undefined ? undefined : (await readPublicKeys(given)).take();
  if (isErr(read)) return failed(context, read.error);
  return await withSessions({ keys }, context, async (sessions, server) => {
    const accepted = (await runnerContract("device", contract, server, context)).take();
    if (isErr(accepted)) return failed(context, accepted.error);
    const provision = (publicKeys: readonly string[]) =>
      provisionAll(publicKeys, accepted, activate, sessions.records, context);
    if (read === undefined) return await addOne(provision, out, context);
    const added = (await provision(read)).take();
    if (isErr(added)) return failed(context, added.error);
    context.output.data({ contract, devices: added }, () => added.map(deviceText).join("\n"));
    talkOf(added, context);
    return added.every(({ state }) => state !== "key_taken") ? EXIT_CODE.ok : EXIT_CODE.failure;
  });
}

async function addOne(
  provision: (keys: readonly string[]) => Promise<Result<readonly AddedDevice[], ExplainedError>>,
  out: string | undefined,
  context: CommandContext,
): Promise<ExitCode> {
  const secret = newRootSecret();
  const { publicKey } = deviceKey(secret);
  const added = (await handingOut(secret, out, () => provision([publicKey]))).take();
  if (isErr(added)) return failed(context, added.error);
  const devices = { devices: added, ...(out === undefined ? { secret } : { out }) };
  context.output.data(devices, () => out === undefined ? secret : sessionOf(publicKey));
  talkOf(added, context);
  return EXIT_CODE.ok;
}

async function provisionAll(
  publicKeys: readonly string[],
  contract: SessionContract,
  activate: boolean,
  records: SessionRecords,
  { by, signal, terminal, globals }: CommandContext,
): Promise<Result<readonly AddedDevice[], ExplainedError>> {
  const label = "provisioning devices";
  using work = progress(terminal, label, globals.quiet || !terminal.err.isTerminal);
  const onAdded = (done: number) => work.update(`${label}: ${done} of ${publicKeys.length}`);
  return await provisionDevices({ publicKeys, contract, activate, by, signal, onAdded }, records);
}

function deviceText({ device, state }: AddedDevice): string {
  return state === "key_taken" ? `${device}  not added: its key has, or had, a session` : device;
}

function talkOf(added: readonly AddedDevice[], { output }: CommandContext): void {
  const waiting = added.filter(({ state }) => state === "waits");
  if (waiting.length === 0) return;
  const which = waiting.length === 1 ? waiting[0]?.device : "<device>";
  output.talk(`waits until it is activated: trellis devices activate ${which}`);
}
